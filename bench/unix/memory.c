/* SPDX-License-Identifier: BSD-2-Clause */
/* Page faults, and mapping. */
#include "bench.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, MIB = 1 << 20 };

static int file;

/* Maps, touches each page of `touched`, unmaps. */
static int touch(int flags, int protection, int from, size_t touched)
{
    volatile char *memory = mmap(NULL, MIB, protection, flags, from, 0);

    if (memory == MAP_FAILED)
        return 1;
    for (size_t i = 0; i < touched; i += PAGE) {
        if (protection & PROT_WRITE)
            memory[i] = 1;
        else
            (void)memory[i];
    }
    return munmap((void *)memory, MIB);
}

static int do_map(void)
{
    return touch(MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ | PROT_WRITE, -1, 0);
}

static int do_map_touch(void)
{
    return touch(MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ | PROT_WRITE, -1, 1);
}

static int do_anonymous(void)
{
    return touch(MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ | PROT_WRITE, -1, MIB);
}

static int do_file(void)
{
    return touch(MAP_PRIVATE, PROT_READ, file, MIB);
}

static int do_file_copy(void)
{
    return touch(MAP_PRIVATE, PROT_READ | PROT_WRITE, file, MIB);
}

static char *memory;

/* Faults alone: the memory goes back in between without being unmapped. */
static int do_fault(void)
{
    if (madvise(memory, MIB, MADV_DONTNEED))
        return 1;
    for (size_t i = 0; i < MIB; i += PAGE)
        memory[i] = 1;
    return 0;
}

static int make_file(void)
{
    static char page[PAGE];

    file = open("/tmp/bench-unix-map", O_RDWR | O_CREAT | O_TRUNC, 0600);
    memset(page, 'x', sizeof(page));
    for (size_t i = 0; file >= 0 && i < MIB; i += PAGE) {
        if (write(file, page, PAGE) != PAGE)
            return -1;
    }
    return file;
}

void measure_memory(void)
{
    measure("mmap_munmap", do_map, 1000, 1);
    measure("mmap_touch_munmap", do_map_touch, 1000, 1);
    measure("anonymous_page", do_anonymous, 100, MIB / PAGE);
    memory = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    measure("anonymous_page_again", do_fault, 100, MIB / PAGE);
    munmap(memory, MIB);
    if (make_file() < 0)
        return;
    measure("file_page", do_file, 100, MIB / PAGE);
    measure("file_page_copied", do_file_copy, 100, MIB / PAGE);
    close(file);
    unlink("/tmp/bench-unix-map");
}
