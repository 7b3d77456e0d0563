/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that would keep the process server busy for ever, use up its stack, or lead out of a
 * namespace: timers that always ring at once, processes that all end with the one before
 * them, a program that begins with a terabyte, a file that nobody exported, and a mapping
 * that moves and grows for ever. It answers as before.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <uxrt/transport.h>

#include "counters.h"
#include "raw.h"

enum { PAGE = 4096, MOVES = 100, TIMERS = 64, CALLS = 100, CHAIN = 400,
       USER_SIGNAL = 10, ALARM = 14, TERMINATE = 15 };
#define TERABYTE (UINT64_C(1) << 40)
#define LARGE    (64 * TERABYTE)
#define LOW      (TERABYTE / 64)

static int call(enum proc_call number, uint64_t first, uint64_t second, uint64_t third)
{
    const uint64_t words[6] = {first, second, third};

    return raw_proc(number, words, 6, NULL);
}

/* In a process of its own: its exit code is the result. */
static void check(const char *what, int (*run)(void))
{
    int status = -1, pid = uxrt_fork();

    if (pid == 0)
        uxrt_exit(run());
    tap_is(uxrt_wait(pid, &status, 0), pid, "%s: the process ends", what);
    tap_is(status, 0, "%s: and found what it should", what);
}

/* All ring as soon as they have rung; the signals are ignored, so nothing ends that. */
static int timers(void)
{
    (void)call(PROC_ACTION, USER_SIGNAL, PROC_IGNORED, 0);
    (void)call(PROC_ACTION, ALARM, PROC_IGNORED, 0);
    for (unsigned i = 0; i < TIMERS; i++) {
        if (call(PROC_TIMER_CREATE, USER_SIGNAL, 0, 0) < 0)
            return 1;
        if (call(PROC_TIMER_SET, raw_results()[0], 1, 1) < 0)
            return 2;
    }
    if (call(PROC_TIMER, 1, 1, PROC_TIMER_REAL) < 0)
        return 3;
    for (unsigned i = 0; i < CALLS; i++) {
        if (call(PROC_USAGE, PROC_USAGE_SELF, 0, 0) < 0)
            return 4;
    }
    return 0;
}

/* The program's memory has to be there, so the process server need not look for it. */
static int large_program(void)
{
    const uint64_t map[6] = {0, TERABYTE, PROC_READ | PROC_WRITE, 0, PROC_SOURCE_NONE, 0};

    if (raw_proc(PROC_MAP, map, 6, NULL) < 0)
        return 1;
    return call(PROC_EXEC, raw_results()[0], TERABYTE, 0) == -E2BIG ? 0 : 2;
}

static int64_t remap(uint64_t from, uint64_t size, uint64_t to, uint64_t wanted,
    unsigned flags)
{
    const uint64_t words[5] = {from, size, to, wanted, flags};
    int error = raw_proc(PROC_REMAP, words, 5, NULL);

    return error ? error : (int64_t)raw_results()[0];
}

/* A page that is always the last one of a mapping as large as can be: counted from where that
 * began it would be so far away in the end that no table has it. */
static int moved_page(void)
{
    const uint64_t map[6] = {LOW, PAGE, PROC_READ | PROC_WRITE, PROC_MAP_FIXED};

    if (raw_proc(PROC_MAP, map, 6, NULL) < 0)
        return 1;
    for (unsigned i = 0; i < MOVES; i++) {
        int64_t place = remap(LOW, PAGE, 0, LARGE, PROC_REMAP_MOVE);
        uint64_t last = (uint64_t)place + LARGE - PAGE;

        if (place == -ENOMEM)
            return i > 1 ? 0 : 2;
        if (place < 0 || call(PROC_UNMAP, (uint64_t)place, LARGE - PAGE, 0) < 0)
            return 3;
        *(volatile char *)last = 1;
        if (remap(last, PAGE, LOW, PAGE, PROC_REMAP_MOVE | PROC_REMAP_FIXED) != LOW)
            return 4;
    }
    return 5;
}

/* Without /srv there is no way to a service that is not mounted. */
static int held_file(void)
{
    uint64_t number;

    if (raw_proc(PROC_LOOKUP, NULL, 0, "socket") < 0)
        return 1;
    number = raw_results()[0];
    if (call(PROC_UNSHARE, 0, 0, 0) < 0 || raw_proc(PROC_UNMOUNT, NULL, 0, "/srv") < 0)
        return 2;
    if (call(PROC_CONNECT, number, 0, 0) != -ENOENT)
        return 3;
    if (call(PROC_HOLD, number, 12345, HOLD_OWN) != -ENOENT)
        return 4;
    return call(PROC_CONNECT, number, 0, 0) == -ENOENT ? 0 : 5;
}

static void wait_for_ever(const int pipe[2])
{
    (void)uxrt_read(pipe[0], &(char){0}, 1);
    uxrt_exit(1);
}

/* Each process is the parent of the next, which is to be killed when it ends. */
static void begin_chain(const int ready[2])
{
    struct thread_page *page = (void *)(thread_block(0) + BLOCK_SHARED);
    int never[2], pid = 0;

    if (uxrt_pipe(never, 0) < 0)
        uxrt_exit(1);
    for (unsigned i = 1; i < CHAIN && pid == 0; i++) {
        pid = uxrt_fork();
        page->death_signal = TERMINATE;
    }
    if (pid <= 0)
        (void)uxrt_write(ready[1], pid ? "-" : "+", 1);
    wait_for_ever(never);
}

static unsigned live(void)
{
    char text[64] = "";
    int file = uxrt_open("/proc/sys/processes", UXRT_READ, 0);

    (void)uxrt_read(file, text, sizeof(text) - 1);
    (void)uxrt_close(file);
    return raw_number(text + sizeof("live"));
}

static void check_chain(void)
{
    char byte = 0;
    int ready[2], pid;

    (void)uxrt_pipe(ready, 0);
    pid = uxrt_fork();
    if (pid == 0)
        begin_chain(ready);
    tap_ok(uxrt_read(ready[0], &byte, 1) == 1 && byte == '+', "%d processes wait", CHAIN);
    tap_ok(live() >= CHAIN, "all of them live");
    tap_is(tap_kill(pid), 9, "the first one is killed");
    (void)uxrt_close(ready[0]);
    (void)uxrt_close(ready[1]);
}

static void check_all(void)
{
    check("timers", timers);
    check("large program", large_program);
    check("held file", held_file);
    check("moved page", moved_page);
    check_chain();
}

int main(void)
{
    struct counters before;

    if (!raw_begin())
        return 1;
    check_all();                /* pools grow */
    counters_read(&before);
    check_all();
    counters_returned(&before, "hostile calls");
    return tap_end();
}
