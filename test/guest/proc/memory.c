/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory as files: /proc/PID/mem and map, of this process and of a child. */
#include <native/tap.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "file.h"

enum { PAGE = 4096, SIZE = 4 * PAGE };

static char *new_memory(void)
{
    return uxrt_map(NULL, SIZE, UXRT_READ | UXRT_WRITE, 0, -1, 0);
}

static void own_memory(void)
{
    int file = uxrt_open("/proc/self/mem", UXRT_READ | UXRT_WRITE, 0);
    static char data[SIZE];
    char *memory = new_memory();
    int64_t place = (int64_t)memory;

    if (!tap_ok(file >= 0 && place > 0, "memory can be opened"))
        return;
    tap_fill(memory, SIZE, 1);
    tap_is(uxrt_pread(file, data, SIZE, place), SIZE, "and read");
    tap_is(tap_check(data, SIZE, 1, 0), -1, "it is what the program sees");
    tap_fill(data, SIZE, 2);
    tap_is(uxrt_pwrite(file, data, SIZE, place), SIZE, "and written");
    tap_is(tap_check(memory, SIZE, 2, 0), -1, "the program sees that");
    tap_is(uxrt_pread(file, data, 1, 0), -EIO, "nothing is at address 0");
    tap_is(uxrt_pread(file, data, 1, INT64_MAX), 0, "nor at the end");
    tap_is(uxrt_pread(file, data, SIZE, INT64_MAX - 10), 0, "nor around it");
    tap_is(uxrt_pwrite(file, data, 8, 0x7a4000100000), -EIO,
        "the system's part is not written");
    tap_is(uxrt_pread(file, data, 8, 0x7a4000100000), 8, "but read");
    (void)uxrt_close(file);
    (void)uxrt_unmap(memory, SIZE);
}

/* Opens the region of this process that begins here. */
static int open_region(int pid, const char *memory, size_t size)
{
    char name[96];

    print(name, sizeof(name), "/proc/%d/map/%lx-%lx", pid, (unsigned long)memory,
        (unsigned long)memory + size);
    return uxrt_open(name, UXRT_READ | UXRT_WRITE, 0);
}

static void own_region(void)
{
    char *memory = uxrt_map((void *)0x10000000, SIZE, UXRT_READ | UXRT_WRITE, 2, -1, 0);
    int file = open_region(uxrt_getpid(), memory, SIZE);
    char data[64];

    if (!tap_ok(file >= 0, "a region can be opened"))
        return;
    tap_fill(memory, SIZE, 3);
    tap_is(uxrt_pread(file, data, 64, PAGE), 64, "and read from its start on");
    tap_is(tap_check(data, 64, 3, PAGE), -1, "it is the region's memory");
    tap_is(uxrt_pread(file, data, 64, SIZE - 10), 10, "up to its end");
    tap_is(uxrt_pread(file, data, 64, SIZE), 0, "and no further");
    (void)uxrt_close(file);
    (void)uxrt_unmap(memory, SIZE);
    tap_ok(open_region(uxrt_getpid(), memory, SIZE) == -ENOENT, "until it is unmapped");
}

/* A child of the process writes; that is in its own memory. */
static void fork_once(char *memory)
{
    int status, pid = uxrt_fork();

    if (pid == 0) {
        memory[2 * PAGE] = memory[0] + 1;
        uxrt_exit(0);
    }
    (void)uxrt_wait(pid, &status, 0);
}

/* A child's private memory, mapped here: both see what the other writes. */
static void childs_memory(void)
{
    char *memory = uxrt_map((void *)0x20000000, SIZE, UXRT_READ | UXRT_WRITE, 2, -1, 0);
    volatile char *window;
    int pid, file;

    tap_fill(memory, SIZE, 4);
    pid = uxrt_fork();
    if (pid == 0) {
        while (*(volatile char *)memory != 'x')
            uxrt_yield();
        fork_once(memory);
        memory[PAGE] = 'y';
        for (;;)
            uxrt_yield();
    }
    file = open_region(pid, memory, SIZE);
    tap_ok(file >= 0, "a child's memory can be opened");
    window = uxrt_map(NULL, SIZE, UXRT_READ | UXRT_WRITE, 1, file, 0);
    if (tap_ok((int64_t)window > 0, "and mapped")) {
        tap_is(tap_check((const char *)window, SIZE, 4, 0), -1, "it is the child's");
        window[0] = 'x';
        while (window[PAGE] != 'y')
            uxrt_yield();
        tap_is(tap_check((const char *)window + 2 * PAGE, PAGE, 4, 2 * PAGE), -1,
            "what its own child writes is elsewhere");
        tap_ok(memory[0] != 'x' && memory[PAGE] != 'y', "and the child's alone");
        (void)tap_kill(pid);
        tap_ok(window[PAGE] == 'y', "it stays when the child has ended");
        (void)uxrt_unmap((void *)window, SIZE);
    }
    tap_is(uxrt_pread(file, memory, 1, 0), -ESRCH, "a file of it does not");
    (void)uxrt_close(file);
    (void)uxrt_unmap(memory, SIZE);
}

int main(void)
{
    own_memory();
    own_region();
    childs_memory();
    return tap_end();
}
