/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-check of memory: for tests, and to see that everything came back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <memory/slot.h>

struct memory_counts {
    size_t frames;              /* in use, without the heap's */
    size_t mappings;            /* the same */
    size_t spaces, objects, amaps;
    size_t heap;                /* bytes in use */
    size_t pools[POOL_KINDS];   /* without page tables of our own space */
};

void memory_count(struct memory_counts *counts);

/* Counts all references to frames and all mappings, and compares with what the frames, the
 * regions and the amaps say. Null, or what is wrong. */
const char *memory_check(void);
