/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers that end: whoever waits for an answer gets EIO, as do later calls; a new one takes
 * the name back, and old files never reach it.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "peer.h"

enum { ROUNDS = 20, CLIENTS = 4 };

static int start(void)
{
    int pid = tap_spawn((char *[]){PEER_PROGRAM, "death", "2", NULL});

    return tap_await("death", pid) ? pid : -1;
}

/* A child that waits for an answer which never comes: 0 if it got EIO. */
static int child(void)
{
    int file = uxrt_open("/srv/death/silent", UXRT_READ, 0);
    char byte;

    return file >= 0 && uxrt_read(file, &byte, 1) == -EIO ? 0 : 1;
}

static void check_pending(char *program)
{
    struct peer_state state = {0};
    int server = start();
    int file = uxrt_open("/srv/death/state", UXRT_READ, 0);
    int clients[CLIENTS], status, good = 0;

    for (int i = 0; i < CLIENTS; i++)
        clients[i] = tap_spawn((char *[]){program, "child", NULL});
    while (uxrt_pread(file, &state, sizeof(state), 0) == sizeof(state)
           && state.parked < CLIENTS)
        uxrt_yield();
    tap_is(state.parked, CLIENTS, "clients wait");
    tap_is(tap_kill(server), 9, "the server is killed");
    for (int i = 0; i < CLIENTS; i++)
        good += uxrt_wait(clients[i], &status, 0) == clients[i] && status == 0;
    tap_is(good, CLIENTS, "each got EIO");
    (void)uxrt_close(file);
}

static bool check_round(unsigned round)
{
    int server = start();
    int old = uxrt_open("/srv/death/data", UXRT_READ | UXRT_WRITE, 0);
    int die = uxrt_open("/srv/death/die", UXRT_READ, 0);
    int status = 0;
    char byte;
    bool good = server > 0 && old >= 0 && die >= 0 && uxrt_pwrite(old, "a", 1, 0) == 1;

    good = good && uxrt_read(die, &byte, 1) == -EIO;    /* it ends in this call */
    good = good && uxrt_wait(server, &status, 0) == server && status == 3 << 8;
    good = good && uxrt_pread(old, &byte, 1, 0) == -EIO;
    int again = start();
    int new = uxrt_open("/srv/death/data", UXRT_READ, 0);

    good = good && again > 0 && uxrt_pread(old, &byte, 1, 0) == -EIO;
    good = good && new >= 0 && uxrt_pread(new, &byte, 1, 0) == 1 && byte == 0;
    good = good && uxrt_close(old) == -EIO && uxrt_close(old) == -EBADF;
    (void)uxrt_close(die);
    (void)uxrt_close(new);
    good = tap_kill(again) == 9 && good;
    if (!good)
        tap_say("round %u: server %d, %d, files %d %d %d, status 0x%x", round, server, again,
            old, die, new, status);
    return good;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return child();
    check_pending(argv[0]);
    unsigned good = 0;

    for (unsigned round = 0; round < ROUNDS; round++)
        good += check_round(round);
    tap_is(good, ROUNDS, "servers that end in a call, and their successors");
    return tap_end();
}
