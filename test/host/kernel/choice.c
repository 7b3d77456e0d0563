/* SPDX-License-Identifier: BSD-2-Clause */
/* See choice.h. */
#include "choice.h"

static const uint8_t *next, *end;
static uint64_t state;

void choices_from_seed(uint64_t seed)
{
    next = end = 0;
    state = seed * 2 + 1;
}

void choices_from_bytes(const uint8_t *data, size_t size)
{
    next = data;
    end = data + size;
    state = 0;
}

bool choices_left(void)
{
    return state || next < end;
}

static uint8_t byte(void)
{
    return next < end ? *next++ : 0;
}

/* Sebastiano Vigna's xorshift64*, or the next bytes. */
static uint32_t draw(bool wide)
{
    if (!state) {
        uint32_t value = byte();
        return wide ? value << 8 | byte() : value;
    }
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

unsigned choose(unsigned count)
{
    return draw(count > 256) % count;
}

bool chance(unsigned percent)
{
    return draw(false) % 100 >= 100 - percent;
}

uint64_t choose_word(void)
{
    uint64_t value = 0;

    switch (choose(4)) {
    case 0:
        return choose(16);
    case 1:
        return (uint64_t)choose(256) << choose(64);
    case 2:
        return ~(uint64_t)choose(256);
    default:
        for (int i = 0; i < 4; i++)
            value = value << 16 | choose(65536);
        return value;
    }
}
