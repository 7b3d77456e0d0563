/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of connections that all share, filled to its end: first by processes of a user,
 * which leave some for the superuser, then by his. Whoever wants one more gets ENFILE, or
 * EAGAIN from fork; connections that are there go on; what ends makes room at once; and the
 * counters return.
 */
#include <native/tap.h>
#include <uxrt/server.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

#include "counters.h"
#include "peer.h"
#include "raw.h"

enum { SERVERS = 2, NAMES = 60, SERVICES = SERVERS * NAMES, FILLERS = 60, FEW = 80,
       USER = 1000, CHANGE_USERS = 1, PAGE = 4096 };

/* What all processes of this test see. */
static struct shared {
    volatile uint32_t services[SERVICES];
    volatile struct {
        int count, error;       /* connections made, then this; 0: not yet */
    } fillers[FILLERS];
} *shared;

static int servers[SERVERS], fillers[FILLERS], filler_count;
static int hold[2];             /* a pipe: fillers wait for its end */

/* The servers: they do nothing but let ended connections go. */

static void let_go(void)
{
    const struct identity *table = (const struct identity *)IDENTITY_TABLE;

    for (uint32_t i = 1; i < table->used_end; i++) {
        if (table[i].state == IDENTITY_ENDING)
            (void)uxrt_done(badge_of(i, table[i].generation));
    }
}

static void serve(unsigned number)
{
    struct uxrt_request request;
    char name[32];
    int service, got;

    print(name, sizeof(name), "fill%u", number);
    service = uxrt_serve(name, 0);
    for (unsigned i = 0; i < NAMES; i++) {
        print(name, sizeof(name), "fill%u.%u", number, i);
        int64_t made = uxrt_serve_name(service, name);

        if (made < 0)
            uxrt_exit(1);
        shared->services[number * NAMES + i] = (uint32_t)made;
    }
    while ((got = uxrt_receive(service, &request)) >= 0) {
        if (got == UXRT_NOTIFIED)
            let_go();
        else
            (void)uxrt_answer(service, &request, -ENOSYS, false);
    }
    uxrt_exit(2);
}

static bool begin_servers(void)
{
    bool good = true;

    memset((void *)shared->services, 0, sizeof(shared->services));
    for (unsigned i = 0; i < SERVERS; i++) {
        servers[i] = uxrt_fork();
        if (servers[i] == 0)
            serve(i);
        good = good && servers[i] > 0;
    }
    for (unsigned i = 0; good && i < SERVICES; i++) {
        while (!shared->services[i] && uxrt_wait(servers[i / NAMES], &(int){0}, 1) == 0)
            uxrt_yield();
        good = shared->services[i] != 0;
    }
    return good;
}

/* The fillers. */

static int connect_one(unsigned service)
{
    const uint64_t words[] = {shared->services[service]};

    return raw_proc(PROC_CONNECT, words, 1, NULL);
}

static void become(unsigned user)
{
    const uint64_t words[] = {CHANGE_USERS, user, user, user};

    if (raw_proc(PROC_IDS, words, 4, NULL) < 0)
        uxrt_exit(1);
}

static void fill(unsigned user, unsigned number)
{
    int count = 0, error = 0;

    if (user)
        become(user);
    (void)uxrt_close(hold[1]);
    while (count < SERVICES && !error) {
        error = connect_one((unsigned)count);
        count += !error;
    }
    shared->fillers[number].count = count;
    shared->fillers[number].error = error ? error : 1;
    (void)uxrt_read(hold[0], &(char){0}, 1);
    uxrt_exit(0);
}

/* One more filler: how many connections it has made, or the error of fork. */
static int add_filler(unsigned user)
{
    unsigned n = (unsigned)filler_count;
    int pid = uxrt_fork();

    if (pid == 0)
        fill(user, n);
    if (pid < 0)
        return pid;
    fillers[filler_count++] = pid;
    while (!shared->fillers[n].error)
        uxrt_yield();
    return shared->fillers[n].error == -ENFILE ? shared->fillers[n].count : -EIO;
}

/* Fillers until one finds less than a process could have; what the last one got. */
static int fill_all(unsigned user)
{
    int got;

    do {
        got = add_filler(user);
    } while (got >= FEW && filler_count < FILLERS);
    return got;
}

static int end_fillers(void)
{
    int good = 0, all = filler_count;

    while (filler_count > 0) {
        int pid = fillers[--filler_count];

        good += filler_count % 2 ? tap_kill(pid) == 9
                                 : uxrt_kill(pid, 15) == 0 && uxrt_wait(pid, NULL, 0) == pid;
    }
    memset((void *)shared->fillers, 0, sizeof(shared->fillers));
    return all - good;
}

/* A process that was there before, and notices nothing. */
static int steady(void)
{
    int file = uxrt_open("/srv/steady/data", UXRT_READ | UXRT_WRITE, 0);
    uint64_t back;

    for (uint64_t word = 0;; word++) {
        if (uxrt_pwrite(file, &word, sizeof(word), 0) != sizeof(word)
            || uxrt_pread(file, &back, sizeof(back), 0) != sizeof(back) || back != word)
            return 1;
        uxrt_yield();
    }
}

/* A program runs to its end. */
static int run_program(void)
{
    int status = -1, pid = tap_spawn((char *[]){"/boot/test/transport/identities", "run",
                                                NULL});

    return pid < 0 ? pid : uxrt_wait(pid, &status, 0) == pid ? status : -EIO;
}

static void check_full(void)
{
    struct uxrt_stat stat;
    int file, pid;

    tap_is(connect_one(SERVICES - 1), -ENFILE, "full: one connection more is refused");
    tap_is(uxrt_open("/srv/fill1.59", UXRT_READ, 0), -ENFILE, "full: so is an open");
    pid = uxrt_fork();
    if (pid == 0)
        uxrt_exit(0);
    tap_is(pid, -EAGAIN, "full: no fork");
    tap_is(run_program(), -EAGAIN, "full: no program");
    file = uxrt_open("/dev/zero", UXRT_READ, 0);
    tap_is(uxrt_read(file, &(char){1}, 1), 1, "full: a service that is connected goes on");
    tap_is(uxrt_close(file), 0, "full: and closes");
    tap_is(uxrt_stat("/proc/sys/connections", &stat), 0, "full: so does the process server");
}

static void check_table(void)
{
    int steady_pid = uxrt_fork();

    if (steady_pid == 0)
        uxrt_exit(steady());
    tap_ok(begin_servers(), "servers with many names");
    tap_ok(uxrt_pipe(hold, 0) == 0, "a pipe");
    int got = fill_all(USER);

    tap_ok(got >= 0 && got < FEW, "a user's processes fill what they may (%d)", got);
    tap_is(run_program(), 0, "the superuser starts programs all the same");
    got = fill_all(0);
    tap_ok((got >= 0 && got < FEW) || got == -EAGAIN, "the superuser's fill it (%d)", got);
    for (unsigned i = 0; i < SERVICES && connect_one(i) == 0; i++) {
    }
    check_full();
    tap_is(end_fillers(), 0, "fillers end");
    while ((got = run_program()) == -EAGAIN)
        uxrt_yield();           /* until the servers have let connections go */
    tap_is(got, 0, "programs start again");
    tap_is(connect_one(SERVICES - 1), 0, "connections are made again");
    (void)uxrt_close(hold[0]);
    (void)uxrt_close(hold[1]);
    for (unsigned i = 0; i < SERVERS; i++)
        tap_is(tap_kill(servers[i]), 9, "server %u lives to be killed", i);
    tap_is(tap_kill(steady_pid), 9, "others noticed nothing");
}

int main(int argc, char **argv)
{
    struct counters before;
    struct uxrt_stat stat;
    int peer;

    (void)argv;
    if (argc > 1)
        return 0;
    shared = uxrt_map(NULL, PAGE, UXRT_READ | UXRT_WRITE, PROC_MAP_SHARED, -1, 0);
    peer = tap_spawn((char *[]){PEER_PROGRAM, "steady", "2", NULL});
    if (!tap_ok(raw_begin() && (intptr_t)shared > 0 && tap_await("steady", peer), "begins"))
        return 1;
    tap_is(uxrt_stat("/dev/zero", &stat), 0, "a service is connected");
    check_table();              /* pools grow */
    counters_read(&before);
    check_table();
    counters_returned(&before, "the table of connections");
    tap_is(tap_kill(peer), 9, "the peer lives to be killed");
    return tap_end();
}
