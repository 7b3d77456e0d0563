/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Use of memory that may not be there: a program's, or what others can take away. Each
 * instruction that does is in the table of fix-ups (table.h), so a fault ends in `false`
 * and not in the end of the process. More in client.h: copy_in, copy_out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COPY_FIXUP(instruction, target) \
    ".pushsection .fixup, \"a\"\n\t.quad " instruction ", " target "\n\t.popsection"

/* Defines a function that stores a value. */
#define COPY_STORE(name, type, operation) \
    static inline bool name(void *to, type value) \
    { \
        __asm__ goto("1: " operation " %1, %0\n\t" COPY_FIXUP("1b", "%l[fault]") \
            : : "m"(*(type *)to), "r"(value) : "memory" : fault); \
        return true; \
    fault: \
        return false; \
    }
COPY_STORE(copy_store8, uint8_t, "movb")
COPY_STORE(copy_store16, uint16_t, "movw")
COPY_STORE(copy_store32, uint32_t, "movl")
COPY_STORE(copy_store64, uint64_t, "movq")

/* Defines a function that loads a value. */
#define COPY_LOAD(name, type, operation) \
    static inline bool name(const void *from, type *value) \
    { \
        type loaded; \
        __asm__ goto("1: " operation " %1, %0\n\t" COPY_FIXUP("1b", "%l[fault]") \
            : "=r"(loaded) : "m"(*(const type *)from) : "memory" : fault); \
        *value = loaded; \
        return true; \
    fault: \
        return false; \
    }
COPY_LOAD(copy_load8, uint8_t, "movb")
COPY_LOAD(copy_load16, uint16_t, "movw")
COPY_LOAD(copy_load32, uint32_t, "movl")
COPY_LOAD(copy_load64, uint64_t, "movq")

/* Can this byte be written? It stays as it is, whoever else writes. */
static inline bool copy_ready(void *byte)
{
    __asm__ goto("1: lock orb $0, %0\n\t" COPY_FIXUP("1b", "%l[fault]")
        : : "m"(*(uint8_t *)byte) : "memory", "cc" : fault);
    return true;
fault:
    return false;
}

/* Makes every page of this memory present, and writable if asked, without changing it. */
bool copy_touch(const void *data, size_t count, bool write);
bool copy_touch_read(const void *byte);
bool copy_touch_write(const void *byte);
