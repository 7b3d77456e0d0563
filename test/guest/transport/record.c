/* SPDX-License-Identifier: BSD-2-Clause */
/* Files whose reads and writes are messages with boundaries, as their servers want. */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "peer.h"

int main(void)
{
    static uint8_t sent[5000], got[5000];
    static const size_t sizes[] = {1, 24, 25, 952, 953, 4096};
    int pid = tap_spawn((char *[]){PEER_PROGRAM, "record", "2", NULL});
    int file = tap_await("record", pid)
               ? uxrt_open("/srv/record/record", UXRT_READ | UXRT_WRITE, 0) : -1;

    if (!tap_ok(file >= 0, "server"))
        return tap_end();
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        size_t size = sizes[i];

        tap_fill(sent, size, i);
        memset(got, 0, sizeof(got));
        tap_is(uxrt_pwrite(file, sent, size, 0), (int64_t)size, "a message of %zu", size);
        tap_is(uxrt_pread(file, got, size - 1, 0), -EMSGSIZE, "not taken in part");
        tap_is(uxrt_pread(file, got, sizeof(got), 0), (int64_t)size, "taken whole");
        tap_is(tap_check(got, size, i, 0), -1, "its bytes");
    }
    tap_is(uxrt_pwrite(file, sent, 4097, 0), -EMSGSIZE, "a message too long");
    tap_is(uxrt_write_short(file, 953, 0), -EMSGSIZE, "short: too long for registers");
    tap_is(uxrt_read_short(file, 961, 0), -EMSGSIZE, "short: the same for a read");
    (void)uxrt_buffer(file, 0);
    tap_is(uxrt_write_long(file, 0, 2 << 20, 0), -EMSGSIZE, "long: beyond the buffer");
    tap_is(uxrt_write_long(file, SIZE_MAX, 2, 0), -EMSGSIZE, "long: a place beyond it");
    tap_is(tap_kill(pid), 9, "server killed");
    return tap_end();
}
