/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a server that has nothing yet, readiness, and cancelled calls. */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "peer.h"

static struct peer_state state_of(int file)
{
    struct peer_state state = {0};

    (void)uxrt_pread(file, &state, sizeof(state), 0);
    return state;
}

/* In a child: writes "wake" when the parent waits, or ends in the middle of a call. */
static int child(const char *what)
{
    char byte;

    if (!strcmp(what, "wake")) {
        int file = uxrt_open("/srv/wait/wake", UXRT_WRITE, 0);

        for (unsigned i = 0; i < 50; i++)
            uxrt_yield();
        return uxrt_write(file, "w", 1) == 1 ? 0 : 1;
    }
    int file = uxrt_open("/srv/wait/silent", UXRT_READ, 0);

    (void)uxrt_read(file, &byte, 1);
    return 5;
}

static void check_later(char *program)
{
    int file = uxrt_open("/srv/wait/later", UXRT_READ | UXRT_WRITE, 0);
    int status = -1;
    char byte = 0;

    for (unsigned i = 0; i < 20; i++) {
        int pid = tap_spawn((char *[]){program, "wake", NULL});
        int64_t got = uxrt_read(file, &byte, 1);

        if (got != 1 || byte != 'x' || uxrt_wait(pid, &status, 0) != pid || status) {
            tap_is(got, 1, "round %u: %c, status %d", i, byte ? byte : '-', status);
            return;
        }
    }
    tap_ok(true, "twenty waits, each ended by a wake-up");
    (void)uxrt_close(file);
}

/* A client that is killed while the server holds its call: the server is not disturbed. */
static void check_killed(char *program)
{
    int state = uxrt_open("/srv/wait/state", UXRT_READ, 0);
    struct peer_state before = state_of(state), after;

    for (unsigned i = 0; i < 10; i++) {
        int pid = tap_spawn((char *[]){program, "silent", NULL});

        while (pid > 0 && state_of(state).parked == before.parked)
            uxrt_yield();
        if (tap_kill(pid) != 9) {
            tap_ok(false, "client %u is killed in its call", i);
            return;
        }
        while (state_of(state).parked != before.parked)
            uxrt_yield();
    }
    after = state_of(state);
    tap_ok(true, "ten clients killed in their calls");
    tap_is(after.ended - before.ended, 10, "each connection ended once");
    tap_is(after.parked, before.parked, "no request is left");
    (void)uxrt_close(state);
}

static void check_server_killed(int pid)
{
    int file = uxrt_open("/srv/wait/data", UXRT_READ, 0);
    char byte;

    tap_is(uxrt_pread(file, &byte, 1, 0), 1, "the server answers");
    tap_is(tap_kill(pid), 9, "it is killed");
    tap_is(uxrt_pread(file, &byte, 1, 0), -EIO, "a later call: EIO");
    (void)uxrt_close(file);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child(argv[1]);
    int pid = tap_spawn((char *[]){PEER_PROGRAM, "wait", "2", NULL});

    if (!tap_ok(tap_await("wait", pid), "server"))
        return tap_end();
    check_later(argv[0]);
    check_killed(argv[0]);
    check_server_killed(pid);
    return tap_end();
}
