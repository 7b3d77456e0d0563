/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of any size, as malloc, on top of a source of pages that the program names once.
 * Blocks are aligned to 16 bytes. Small ones (to HEAP_SMALL) come from lists by size and
 * stay with the heap when they are freed; large ones go back to the source. Callers in
 * several threads take turns by themselves.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { HEAP_SMALL = 32 * 1024 };

/* Where pages come from: `bytes` is a multiple of 4096; null if there are no more. The
 * memory need not be zero. */
struct heap_source {
    void *(*map)(size_t bytes);
    void (*unmap)(void *pages, size_t bytes);
};

/* Before the first call of the others, which else find no memory. Only the first
 * counts. */
void heap_begin(const struct heap_source *source);

void *heap_alloc(size_t size);
void *heap_zero(size_t count, size_t size);     /* all bytes zero */
void *heap_resize(void *block, size_t size);    /* null: the old block stays */
void heap_free(void *block);                    /* null is allowed */

/* Bytes in blocks that are in use, as rounded up. */
size_t heap_used(void);
