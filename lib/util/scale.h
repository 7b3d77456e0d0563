/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversion between units of time without overflow on the way. */
#pragma once

#include <stdint.h>

/* value * to / from; UINT64_MAX if that is more than a word holds. `from` is not 0. */
static inline uint64_t scale(uint64_t value, uint64_t to, uint64_t from)
{
    unsigned __int128 product = (unsigned __int128)value * to;
    uint64_t high = (uint64_t)(product >> 64), result, rest;

    if (high >= from) {
        return UINT64_MAX;
    }
    __asm__("divq %4" : "=a"(result), "=d"(rest)
        : "a"((uint64_t)product), "d"(high), "r"(from) : "cc");
    return result;
}
