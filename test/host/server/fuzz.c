/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A libFuzzer target: the input is the choices of a world; its first byte says whether
 * the steps are raw. test/host/kernel/fuzz.sh runs it, fuzz_main.c there replays inputs.
 */
#include <stddef.h>
#include <stdint.h>

#include "world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *at, *end;

unsigned choose(unsigned count)
{
    unsigned value = 0;

    for (unsigned room = count - 1; room && at < end; room >>= 8)
        value = value << 8 | *at++;
    return value % count;
}

bool choose_done(void)
{
    return at == end;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool raw;

    at = data;
    end = data + size;
    raw = choose(2);
    world_begin();
    while (!choose_done())
        raw ? raw_step() : world_step();
    world_end();
    return 0;
}
