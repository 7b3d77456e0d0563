/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server that is killed at random points while four clients call it: their calls fail
 * with EIO at once, later ones too, and the next server takes its name back. Nothing is
 * left afterwards. A number is that of rounds, else it is 50; two hundred:
 * ./uxrt run --smp 4 -- /boot/test/transport/death_server 200
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "counters.h"
#include "peer.h"
#include "raw.h"

enum { ROUNDS = 50, CLIENTS = 4 };

static int start(void)
{
    int pid = tap_spawn((char *[]){PEER_PROGRAM, "killed", "2", NULL});

    return tap_await("killed", pid) ? pid : -1;
}

static char data[5000];

/* Calls of all forms until one fails: it has to be with EIO, and so the next ones. */
static int client(uint64_t seed)
{
    int file = uxrt_open("/srv/killed/data", UXRT_READ | UXRT_WRITE, 0);
    int silent = uxrt_open("/srv/killed/silent", UXRT_READ, 0);
    int64_t got = file < 0 ? file : 0;

    while (got >= 0) {
        uint64_t random = raw_random(&seed);
        size_t size = random & 1 ? random >> 8 & 31 : (random >> 8) % sizeof(data);

        got = random & 2 ? uxrt_pread(file, data, size, 0)
              : uxrt_pwrite(file, data, size, (int64_t)size);
        if (random >> 32 & 255 || silent < 0)
            continue;
        got = uxrt_read(silent, data, 1);
    }
    if (file < 0)           /* killed before: no such name, or no answer */
        return file == -EIO || file == -ENOENT ? 0 : 1;
    return got == -EIO && uxrt_pread(file, data, 1, 0) == -EIO
           && uxrt_pwrite(file, data, sizeof(data), 0) == -EIO ? 0 : 2;
}

static bool round(unsigned number)
{
    uint64_t seed = number;
    int server = start(), clients[CLIENTS], good = 0;

    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = uxrt_fork();
        if (clients[i] == 0)
            uxrt_exit(client(raw_random(&seed) + i));
    }
    raw_pause(raw_random(&seed));
    if (server < 0 || tap_kill(server) != 9)
        tap_say("round %u: server %d", number, server);
    for (unsigned i = 0; i < CLIENTS; i++) {
        int status = -1;

        good += uxrt_wait(clients[i], &status, 0) == clients[i] && status == 0;
        if (status)
            tap_say("round %u: client %u ends with 0x%x", number, i, status);
    }
    return server > 0 && good == CLIENTS;
}

int main(int argc, char **argv)
{
    struct counters before;
    unsigned rounds = argc > 1 ? raw_number(argv[1]) : ROUNDS, good = 0;

    for (unsigned i = 0; i < 3; i++)
        good += round(1000 + i);
    counters_read(&before);
    for (unsigned i = 0; i < rounds; i++)
        good += round(i);
    tap_is(good, rounds + 3, "servers are killed, and their clients get EIO");
    counters_returned(&before, "servers");
    return tap_end();
}
