/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board: memory that unrelated processes share by its name, as all memory is files. An
 * ordinary Unix program.
 *     board shared LINK            anonymous shared memory; LINK becomes its name
 *     board heap LINK              memory of its heap
 * say where in the memory the board is, wait for a text there, and print it.
 *     board write LINK TEXT PLACE  maps the memory and writes a text there
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096 };

struct board {
    _Atomic int full;
    char text[PAGE - sizeof(int)];
};

static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* Waits until the board is full, or empty. */
static void await(struct board *board, int full)
{
    static const struct timespec tick = {.tv_nsec = 1000000};

    while (atomic_load(&board->full) != full)
        nanosleep(&tick, NULL);
}

/* Makes a link to the file of the region of memory that holds the board, and says where
 * in it that is. */
static int publish(const struct board *board, const char *link)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long start = 0, end = 0, place = (unsigned long)board;
    char line[256], name[256];

    while (maps && fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%lx", &start, &end) == 2 && place >= start && place < end)
            break;
    }
    if (!maps || fclose(maps) || place < start || place >= end)
        return -1;
    snprintf(name, sizeof(name), "/proc/%d/map/%lx-%lx", (int)getpid(), start, end);
    if (symlink(name, link))
        return -1;
    printf("%lu\n", place - start);
    return fflush(stdout);
}

static int show(const char *kind, const char *link)
{
    struct board *board = strcmp(kind, "heap")
        ? mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        : aligned_alloc(PAGE, PAGE);

    if (!board || board == MAP_FAILED)
        return fail("memory");
    memset(board, 0, PAGE);
    if (publish(board, link))
        return fail(link);
    await(board, 1);
    printf("%s\n", board->text);
    atomic_store(&board->full, 0);
    return 0;
}

static int put(const char *link, const char *text, const char *place)
{
    int file = open(link, O_RDWR);
    struct board *board = file < 0 ? MAP_FAILED
        : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, atol(place));

    if (board == MAP_FAILED)
        return fail(link);
    snprintf(board->text, sizeof(board->text), "%s", text);
    atomic_store(&board->full, 1);
    await(board, 0);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return show(argv[1], argv[2]);
    if (argc == 5 && !strcmp(argv[1], "write"))
        return put(argv[2], argv[3], argv[4]);
    fprintf(stderr, "usage: board shared|heap LINK | board write LINK TEXT PLACE\n");
    return 2;
}
