/* SPDX-License-Identifier: BSD-2-Clause */
/* Random worlds: server-random WORLDS [SEED]. Each is 500 steps; odd ones are raw. */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

enum { STEPS = 500 };

static unsigned long long state;

unsigned choose(unsigned count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % count;
}

bool choose_done(void)
{
    return false;
}

int main(int argc, char **argv)
{
    unsigned long worlds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;

    for (unsigned long world = 0; world < worlds; world++) {
        state = seed + world;
        fprintf(stderr, "seed %lu\r", seed + world);
        world_begin();
        for (unsigned step = 0; step < STEPS; step++)
            (seed + world) % 2 ? raw_step() : world_step();
        world_end();
    }
    fprintf(stderr, "%lu worlds\n", worlds);
    return 0;
}
