/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hash tables whose links are in the members. Members with equal hashes are told apart by
 * the caller: for (l = hash_first(t, h); l; l = hash_next(l)) compare.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_link {
    struct hash_link *next;
    uint64_t hash;
};

struct hash {
    struct hash_link **buckets;     /* mask + 1 of them */
    size_t mask, count;
};

/* False if there is no memory. Adding cannot fail: a table that finds no memory to grow
 * becomes slower instead. */
bool hash_init(struct hash *table);
void hash_add(struct hash *table, struct hash_link *link, uint64_t hash);
void hash_remove(struct hash *table, struct hash_link *link);

struct hash_link *hash_first(const struct hash *table, uint64_t hash);
struct hash_link *hash_next(const struct hash_link *link);

/* A hash of bytes and a number. */
uint64_t hash_bytes(uint64_t number, const void *data, size_t count);
