/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one process can use up: descriptors, connections, the reply objects of a server,
 * memory. It gets a defined error, others notice nothing, and with what it gives back it
 * goes on.
 */
#include <native/tap.h>
#include <uxrt/server.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

#include "counters.h"
#include "peer.h"
#include "raw.h"

enum { SERVICES = 30, SILENT = 24, PARKED = 16, PAGE = 4096, LEAST_CONNECTIONS = 100,
       USER = 1000 };

/* Another process that has to notice nothing: ends with an error. */
static int steady_pid;

static int steady(void)
{
    int file = uxrt_open("/srv/limited/data", UXRT_READ | UXRT_WRITE, 0);
    uint64_t word, back;

    for (word = 0;; word++) {
        if (uxrt_pwrite(file, &word, sizeof(word), 0) != sizeof(word)
            || uxrt_pread(file, &back, sizeof(back), 0) != sizeof(back) || back != word)
            return 1;
        uxrt_yield();
    }
}

static void begin_steady(void)
{
    steady_pid = uxrt_fork();
    if (steady_pid == 0)
        uxrt_exit(steady());
}

static void end_steady(const char *what)
{
    int status;

    tap_is(uxrt_wait(steady_pid, &status, 1), 0, "%s: others notice nothing", what);
    (void)tap_kill(steady_pid);
}

/* In a process of its own: its exit code is the result. */
static void check(const char *what, int (*run)(void))
{
    int status = -1, pid;

    begin_steady();
    pid = uxrt_fork();
    if (pid == 0)
        uxrt_exit(run());
    tap_is(uxrt_wait(pid, &status, 0), pid, "%s: the process ends", what);
    tap_is(status, 0, "%s: with a defined error before", what);
    end_steady(what);
}

static int descriptors(void)
{
    int last = -1, got = uxrt_open("/dev/null", UXRT_READ, 0), count = 0;

    while ((last = uxrt_open("/dev/null", UXRT_READ, 0)) >= 0 && ++count < 100000)
        got = last;
    if (last != -EMFILE && last != -ENFILE)
        return 1;
    if (uxrt_dup(got) >= 0 || uxrt_pipe((int[2]){0}, 0) >= 0)
        return 2;
    if (uxrt_close(got) < 0 || uxrt_open("/dev/zero", UXRT_READ, 0) != got)
        return 3;
    return uxrt_read(got, &(char){0}, 1) == 1 ? 0 : 4;
}

/* Serves nothing, under as many names as a process can have. */
static void serve_nothing(unsigned number)
{
    struct uxrt_request request;
    char name[20];
    int service = -1, got = 0;

    for (unsigned i = 0; i < 4 && got >= 0; i++) {
        print(name, sizeof(name), "none%u.%u", number, i);
        got = uxrt_serve(name, 0);
        service = got < 0 ? service : got;
        if (got < 0)
            tap_say("%s: %d", name, got);
    }
    while (uxrt_receive(service, &request) >= 0) {
    }
    uxrt_exit(0);
}

/* The service to which there was no connection any more. */
static char refused_name[32];

/* Connects to all of them until there is no slot: 0, or an error number. */
static int connect_all(void)
{
    char name[20];
    int slot = 0, count = 0, tries = 0;

    for (unsigned i = 0; i < SERVICES * 4 && slot >= 0; i++) {
        print(name, sizeof(name), "none%u.%u", i / 4, i % 4);
        do {
            slot = raw_connect(name);
        } while (slot == -ENOENT && tries++ < 5000 && (uxrt_yield(), true));
        count += slot >= 0;
    }
    print(refused_name, sizeof(refused_name), "/srv/%s", name);
    if (slot != -ENFILE)
        tap_say("%d connections, then %d for %s", count, slot, name);
    return slot == -ENFILE && count >= LEAST_CONNECTIONS ? 0 : slot < 0 ? -slot : 255;
}

static int connections(void)
{
    int pids[SERVICES], result;
    struct uxrt_stat stat;

    if (!raw_begin() || uxrt_stat("/dev/null", &stat) < 0)
        return 254;
    for (unsigned i = 0; i < SERVICES; i++) {
        pids[i] = uxrt_fork();
        if (pids[i] == 0)
            serve_nothing(i);
        if (pids[i] < 0)
            return 253;
    }
    result = connect_all();
    if (!result && uxrt_open(refused_name, UXRT_READ, 0) != -ENFILE)
        result = 252;
    if (!result && uxrt_stat("/dev/null", &stat) < 0)
        result = 251;
    for (unsigned i = 0; i < SERVICES; i++)
        (void)tap_kill(pids[i]);
    if (!result && uxrt_stat("/srv/pipe", &stat) < 0)
        result = 250;
    return result;
}

/* More clients wait than the server has reply objects. */
static int replies(void)
{
    int pids[SILENT], status, refused = 0, waiting = 0;

    for (unsigned i = 0; i < SILENT; i++) {
        pids[i] = uxrt_fork();
        if (pids[i] == 0) {
            int file = uxrt_open("/srv/limited/silent", UXRT_READ, 0);

            uxrt_exit(uxrt_read(file, &(char){0}, 1) == -ENOBUFS ? 3 : 4);
        }
    }
    for (unsigned i = 0; i < SILENT - PARKED; i++)
        refused += uxrt_wait(-1, &status, 0) > 0 && status == 3 << 8;
    for (unsigned i = 0; i < SILENT; i++)
        waiting += tap_kill(pids[i]) == 9;
    return refused == SILENT - PARKED && waiting == PARKED ? 0 : 1;
}

/* How memory is mapped: PROC_MAP_ flags. */
static unsigned sharing;

/* 4 MiB more: 0 or an error number. */
static int take(unsigned flags)
{
    volatile char *pages = uxrt_map(NULL, 1024 * PAGE, UXRT_READ | UXRT_WRITE, flags, -1, 0);

    if ((intptr_t)pages < 0)
        return -(int)(intptr_t)pages;
    for (size_t at = 0; at < 1024 * PAGE; at += PAGE)
        pages[at] = 1;
    return 0;
}

/* Takes memory until there is no more: the process gets an error, or is ended for it. */
static int eat(void)
{
    int error = 0;

    while (!error)
        error = take(sharing);
    return error;
}

/* It has more memory of its own than the one that eats, but that holds more. */
static int memory(void)
{
    int status = -1, pid = uxrt_fork();

    if (pid == 0)
        uxrt_exit(eat());
    if (take(0))
        return 2;
    return uxrt_wait(pid, &status, 0) == pid
           && (status == 9 || status == ENOMEM << 8) ? 0 : 1;
}

/* The memory has come back, for everyone. */
static int fork_of_user(void)
{
    const uint64_t ids[4] = {1, USER, USER, USER};
    int status = -1, pid;

    if (!raw_begin() || raw_proc(PROC_IDS, ids, 4, NULL) < 0)
        return 1;
    pid = uxrt_fork();
    if (pid == 0)
        uxrt_exit(0);
    return pid > 0 && uxrt_wait(pid, &status, 0) == pid && status == 0 ? 0 : 2;
}

static void check_all(unsigned flags)
{
    int server = tap_spawn((char *[]){PEER_PROGRAM, "limited", "2", NULL});

    tap_ok(tap_await("limited", server), "the server begins");
    check("descriptors", descriptors);
    check("connections", connections);
    check("reply objects", replies);
    sharing = flags;
    check(flags ? "shared memory" : "memory", memory);
    check("a user's fork", fork_of_user);
    tap_is(tap_kill(server), 9, "the server lives to be killed");
}

int main(void)
{
    struct counters before;

    check_all(0);               /* pools grow */
    counters_read(&before);
    check_all(PROC_MAP_SHARED);
    counters_returned(&before, "limits");
    return tap_end();
}
