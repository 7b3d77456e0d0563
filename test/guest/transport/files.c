/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files: descriptors, positions, directories by descriptor, attributes, readiness;
 * and how many calls the common operations take.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

static void check_descriptors(void)
{
    int file = uxrt_open("/tmp/f",
        UXRT_READ | UXRT_WRITE | UXRT_CREATE | UXRT_TRUNCATE, 0600);
    int copy = uxrt_dup(file);
    char data[4] = {0};

    tap_ok(file >= 0 && copy > file, "dup");
    tap_is(uxrt_dup_to(file, 100), 100, "dup_to");
    tap_is(uxrt_dup_to(file, file), file, "dup_to itself");
    tap_is(uxrt_dup_to(99, 5), -EBADF, "dup_to of nothing");
    tap_is(uxrt_dup_to(file, 4096), -EBADF, "dup_to a number that cannot be");
    tap_is(uxrt_write(file, "abc", 3), 3, "write");
    tap_is(uxrt_seek(copy, -2, 1), 1, "seek back");
    tap_is(uxrt_read(100, data, 2), 2, "read there");
    tap_ok(!memcmp(data, "bc", 2), "one position");
    tap_is(uxrt_seek(file, -1, 2), 2, "seek from the end");
    tap_is(uxrt_seek(file, -1, 0), -EINVAL, "seek before the beginning");
    tap_is(uxrt_close(file), 0, "close");
    tap_is(uxrt_close(file), -EBADF, "close again");
    tap_is(uxrt_pread(copy, data, 3, 0), 3, "the others are open");
    (void)uxrt_close(copy);
    (void)uxrt_close(100);
}

static void check_attributes(void)
{
    struct uxrt_change change = {.what = UXRT_SET_MODE | UXRT_SET_SIZE, .mode = 0640,
                                 .size = 1};
    struct uxrt_stat stat;
    int file = uxrt_open("/tmp/f", UXRT_READ | UXRT_WRITE, 0);

    tap_is(uxrt_change(file, &change), 0, "change");
    tap_is(uxrt_fstat(file, &stat), 0, "fstat");
    tap_ok(stat.size == 1 && (stat.mode & 07777) == 0640, "it is changed");
    (void)uxrt_close(file);
    tap_is(uxrt_remove("/tmp/f"), 0, "remove");
    tap_is(uxrt_stat("/tmp/f", &stat), -ENOENT, "it is gone");
}

static void check_directories(void)
{
    int directory, file;

    (void)uxrt_mkdir("/tmp/d", 0755);
    (void)uxrt_mkdir("/tmp/d/e", 0755);
    (void)uxrt_symlink("e/..", "/tmp/d/link");
    directory = uxrt_open("/tmp/d/e", UXRT_READ | UXRT_DIRECTORY, 0);
    file = uxrt_openat(directory, "x", UXRT_WRITE | UXRT_CREATE, 0644);
    tap_ok(file >= 0, "openat");
    (void)uxrt_close(file);
    file = uxrt_openat(directory, "../e/./x", UXRT_READ, 0);
    tap_ok(file >= 0, "openat through ..");
    (void)uxrt_close(file);
    file = uxrt_openat(directory, "/tmp/d/link/e/x", UXRT_READ, 0);
    tap_ok(file >= 0, "openat of an absolute name");
    (void)uxrt_close(file);
    (void)uxrt_rename("/tmp/d/e", "/tmp/d/moved");
    file = uxrt_openat(directory, "x", UXRT_READ, 0);
    tap_ok(file >= 0, "openat of a directory that was renamed");
    (void)uxrt_close(file);
    tap_is(uxrt_openat(99, "x", UXRT_READ, 0), -EBADF, "openat of nothing");
    (void)uxrt_close(directory);
    (void)uxrt_remove("/tmp/d/moved/x");
    (void)uxrt_rmdir("/tmp/d/moved");
    (void)uxrt_remove("/tmp/d/link");
    tap_is(uxrt_rmdir("/tmp/d"), 0, "rmdir");
}

static void check_poll(void)
{
    int ends[2], child;
    struct uxrt_poll polls[2];
    char byte;

    if (uxrt_pipe(ends, 0) < 0) {
        tap_ok(false, "a pipe");
        return;
    }
    polls[0] = (struct uxrt_poll){ends[0], UXRT_READY_READ, 0};
    polls[1] = (struct uxrt_poll){ends[1], UXRT_READY_WRITE, 0};
    tap_is(uxrt_poll(polls, 2, 1), 1, "poll of a pipe");
    tap_ok(!polls[0].ready && polls[1].ready == UXRT_READY_WRITE, "its end for writing");
    child = uxrt_fork();
    if (child == 0) {
        for (int i = 0; i < 100; i++)
            uxrt_yield();
        (void)uxrt_write(ends[1], "x", 1);
        uxrt_exit(0);
    }
    tap_is(uxrt_poll(polls, 1, 1), 1, "poll that waits");
    tap_is(uxrt_read(ends[0], &byte, 1), 1, "what it waited for");
    (void)uxrt_wait(child, NULL, 0);
    tap_is(uxrt_poll(polls, 1, 0), 0, "poll that does not wait");
    (void)uxrt_close(ends[1]);
    tap_is(uxrt_poll(polls, 1, 1), 1, "the other end is closed");
    tap_ok(polls[0].ready & UXRT_READY_HANGUP, "hang-up");
    (void)uxrt_close(ends[0]);
}

static uint64_t calls_of(void (*what)(void))
{
    uint64_t before = uxrt_counts()->calls;

    what();
    return uxrt_counts()->calls - before;
}

static void open_and_close(void)
{
    (void)uxrt_close(uxrt_open("/dev/null", UXRT_READ, 0));
}

static void stat_name(void)
{
    struct uxrt_stat stat;

    (void)uxrt_stat("/dev/null", &stat);
}

/* Time-stamp counts of one of many; under -icount shift=0, nearly its instructions. */
static uint64_t cost(void (*what)(void))
{
    enum { TIMES = 200 };
    uint64_t start;

    what();
    start = __builtin_ia32_rdtsc();
    for (unsigned i = 0; i < TIMES; i++)
        what();
    return (__builtin_ia32_rdtsc() - start) / TIMES;
}

static void check_costs(void)
{
    open_and_close();
    tap_is((int64_t)calls_of(open_and_close), 2, "calls of open and close");
    tap_is((int64_t)calls_of(stat_name), 1, "calls of stat");
    tap_say("open and close: %lu counts", (unsigned long)cost(open_and_close));
    tap_say("stat: %lu counts", (unsigned long)cost(stat_name));
}

int main(void)
{
    check_descriptors();
    check_attributes();
    check_directories();
    check_poll();
    check_costs();
    return tap_end();
}
