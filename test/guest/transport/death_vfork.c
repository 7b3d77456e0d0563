/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a vfork takes comes back, however parent and child end. A number is that of kills:
 * ./uxrt run --smp 4 -- /boot/test/transport/death_vfork 1000
 */
#include <native/tap.h>
#include <uxrt/transport.h>

#include "counters.h"

#define PROGRAM "/boot/test/unix/orphans"

static int run(char *kills)
{
    int status = -1, pid = tap_spawn((char *[]){PROGRAM, kills, NULL});

    return uxrt_wait(pid, &status, 0) == pid ? status : -1;
}

int main(int count, char **arguments)
{
    struct counters before;

    tap_is(run("2"), 0, "a few kills");     /* what is kept for ever is there then */
    counters_read(&before);
    tap_is(run(count > 1 ? arguments[1] : NULL), 0, "all ended");
    counters_returned(&before, "after kills at a vfork");
    return tap_end();
}
