/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sparse arrays of numbers that are not 0, for pages: which frame, which mapping. A tree
 * with 64 branches at each node that has no empty nodes. All zero bytes are an empty one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sparse {
    struct sparse_node *root;
    unsigned height;            /* levels of nodes above the lowest */
};

/* Indices are below this. */
#define SPARSE_END ((size_t)1 << 48)

/* The number at an index, 0 if there is none. */
uint32_t sparse_get(const struct sparse *sparse, size_t index);
/* Puts a number that is not 0 there. False if memory is used up: nothing has changed.
 * Cannot fail where there is a number already. */
bool sparse_set(struct sparse *sparse, size_t index, uint32_t value);
/* Removes the number at an index and returns it. */
uint32_t sparse_clear(struct sparse *sparse, size_t index);
/* Removes numbers, a row (below) at a time, until it has been at least so many or none is
 * left, and gives each away; returns how many. */
size_t sparse_drain(struct sparse *sparse, size_t least,
    void (*give)(void *context, uint32_t value), void *context);
/* The first index in [from, end) with a number, or `end`. */
size_t sparse_next(const struct sparse *sparse, size_t from, size_t end);

/* 64 values in a row, as long as nothing is put in or taken out: bit n of `present` says that
 * there is one at `base` + n. */
enum { SPARSE_ROW = 64 };
struct sparse_row {
    size_t base;
    uint64_t present;
    const uint32_t *values;
};
/* The row with an index. */
struct sparse_row sparse_row(const struct sparse *sparse, size_t index);

/* The value at an index of the row or, if it lies in another one, of that, which becomes the
 * row. */
static inline uint32_t sparse_at(const struct sparse *sparse, struct sparse_row *row,
    size_t index)
{
    if (index - row->base >= SPARSE_ROW) {
        *row = sparse_row(sparse, index);
    }
    return row->present >> (index - row->base) & 1 ? row->values[index - row->base] : 0;
}
