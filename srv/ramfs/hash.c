/* SPDX-License-Identifier: BSD-2-Clause */
/* Hash tables with chains; they double when there are as many members as buckets. */
#include "hash.h"

#include <util/heap.h>

enum { FIRST_BUCKETS = 64 };

bool hash_init(struct hash *table)
{
    table->buckets = heap_zero(FIRST_BUCKETS, sizeof(*table->buckets));
    table->mask = FIRST_BUCKETS - 1;
    table->count = 0;
    return table->buckets != NULL;
}

static void grow(struct hash *table)
{
    size_t mask = table->mask * 2 + 1;
    struct hash_link **buckets = heap_zero(mask + 1, sizeof(*buckets));

    if (!buckets)
        return;
    for (size_t i = 0; i <= table->mask; i++) {
        for (struct hash_link *link = table->buckets[i], *next; link; link = next) {
            next = link->next;
            link->next = buckets[link->hash & mask];
            buckets[link->hash & mask] = link;
        }
    }
    heap_free(table->buckets);
    table->buckets = buckets;
    table->mask = mask;
}

void hash_add(struct hash *table, struct hash_link *link, uint64_t hash)
{
    if (table->count > table->mask)
        grow(table);

    struct hash_link **bucket = &table->buckets[hash & table->mask];

    link->hash = hash;
    link->next = *bucket;
    *bucket = link;
    table->count++;
}

void hash_remove(struct hash *table, struct hash_link *link)
{
    struct hash_link **at = &table->buckets[link->hash & table->mask];

    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    table->count--;
}

static struct hash_link *same(struct hash_link *link, uint64_t hash)
{
    while (link && link->hash != hash)
        link = link->next;
    return link;
}

struct hash_link *hash_first(const struct hash *table, uint64_t hash)
{
    return same(table->buckets[hash & table->mask], hash);
}

struct hash_link *hash_next(const struct hash_link *link)
{
    return same(link->next, link->hash);
}

/* FNV-1a, and then Murmur3's finalizer, as the lowest bits choose the bucket. */
uint64_t hash_bytes(uint64_t number, const void *data, size_t count)
{
    const uint8_t *bytes = data;
    uint64_t hash = (number ^ UINT64_C(0xcbf29ce484222325)) * UINT64_C(0x100000001b3);

    for (size_t i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}
