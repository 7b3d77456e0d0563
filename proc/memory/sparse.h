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
/* The first index in [from, end) with a number, or `end`. */
size_t sparse_next(const struct sparse *sparse, size_t from, size_t end);
