/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of at most 32 bytes in few instructions, inline: words that overlap. All bytes
 * are loaded before any is stored, so the memory may overlap as well.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Words anywhere in memory, of whatever type. */
struct word8 {
    uint64_t value;
} __attribute__((packed, may_alias));
struct word4 {
    uint32_t value;
} __attribute__((packed, may_alias));
struct word2 {
    uint16_t value;
} __attribute__((packed, may_alias));

#define WORD_AT(type, base, offset) \
    (((struct type *)((uintptr_t)(base) + (offset)))->value)

enum { SMALL_MAX = 32 };

/* Of at most 16 bytes. */
static inline void copy_tiny(void *to, const void *from, size_t size)
{
    if (size == 1) {
        *(char *)to = *(const char *)from;
    } else if (size >= 8) {
        uint64_t first = WORD_AT(word8, from, 0), last = WORD_AT(word8, from, size - 8);
        WORD_AT(word8, to, 0) = first;
        WORD_AT(word8, to, size - 8) = last;
    } else if (size >= 4) {
        uint32_t first = WORD_AT(word4, from, 0), last = WORD_AT(word4, from, size - 4);
        WORD_AT(word4, to, 0) = first;
        WORD_AT(word4, to, size - 4) = last;
    } else if (size) {
        uint16_t first = WORD_AT(word2, from, 0), last = WORD_AT(word2, from, size - 2);
        WORD_AT(word2, to, 0) = first;
        WORD_AT(word2, to, size - 2) = last;
    }
}

/* Of 17 to 32 bytes. */
static inline void copy_four(void *to, const void *from, size_t size)
{
    uint64_t a = WORD_AT(word8, from, 0), b = WORD_AT(word8, from, 8);
    uint64_t c = WORD_AT(word8, from, size - 16), d = WORD_AT(word8, from, size - 8);

    WORD_AT(word8, to, 0) = a;
    WORD_AT(word8, to, 8) = b;
    WORD_AT(word8, to, size - 16) = c;
    WORD_AT(word8, to, size - 8) = d;
}

static inline void copy_small(void *to, const void *from, size_t size)
{
    if (size <= 16)
        copy_tiny(to, from, size);
    else
        copy_four(to, from, size);
}
