/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of directories. All of them are in one hash table by directory and name; each
 * directory also has an array of its own, in the order in which they were made, which is
 * the order of their cookies. A removed entry leaves a gap there; gaps are closed
 * when there are more of them than entries. Cookies are not used again, so reading goes
 * on where it was whatever is removed meanwhile.
 */
#include "ramfs.h"

#include <util/heap.h>
#include <util/string.h>

static struct hash entries;

bool directory_begin(void)
{
    return hash_init(&entries);
}

static uint64_t hash_of(const struct ramfs_node *directory, const char *name,
    size_t length)
{
    return hash_bytes(directory->node.number, name, length);
}

struct ramfs_entry *directory_find(struct ramfs_node *directory, const char *name,
    size_t length)
{
    struct hash_link *link = hash_first(&entries, hash_of(directory, name, length));

    for (; link; link = hash_next(link)) {
        struct ramfs_entry *entry = list_entry(link, struct ramfs_entry, link);

        if (entry->directory == directory && entry->length == length
            && memcmp(entry->name, name, length) == 0)
            return entry;
    }
    return NULL;
}

/* Makes room for one more place at the end. */
static bool grow(struct ramfs_directory *directory)
{
    size_t room = directory->room ? directory->room * 2 : 4;
    size_t bytes = room * sizeof(*directory->places);

    if (directory->used < directory->room)
        return true;

    struct ramfs_place *places =
        space_for(bytes) ? heap_resize(directory->places, bytes) : NULL;

    if (!places)
        return false;
    directory->places = places;
    directory->room = room;
    return true;
}

struct ramfs_entry *directory_add(struct ramfs_node *node, const char *name,
    size_t length, struct ramfs_node *target)
{
    struct ramfs_directory *directory = &node->directory;
    size_t bytes = sizeof(struct ramfs_entry) + length;
    struct ramfs_entry *entry =
        space_for(bytes) && grow(directory) ? heap_alloc(bytes) : NULL;

    if (!entry)
        return NULL;
    entry->directory = node;
    entry->node = target;
    entry->cookie = directory->next_cookie++;
    entry->length = length;
    memcpy(entry->name, name, length);
    directory->places[directory->used++] = (struct ramfs_place){entry->cookie, entry};
    directory->count++;
    hash_add(&entries, &entry->link, hash_of(node, name, length));
    return entry;
}

/* Index of the first place whose cookie is not less. */
static size_t place_from(const struct ramfs_directory *directory, uint64_t cookie)
{
    size_t low = 0, high = directory->used;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (directory->places[middle].cookie < cookie)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void close_gaps(struct ramfs_directory *directory)
{
    size_t kept = 0;

    for (size_t i = 0; i < directory->used; i++) {
        if (directory->places[i].entry)
            directory->places[kept++] = directory->places[i];
    }
    directory->used = kept;
}

void directory_remove(struct ramfs_entry *entry)
{
    struct ramfs_directory *directory = &entry->directory->directory;

    directory->places[place_from(directory, entry->cookie)].entry = NULL;
    directory->count--;
    if (directory->used > 2 * directory->count)
        close_gaps(directory);
    hash_remove(&entries, &entry->link);
    heap_free(entry);
}

struct ramfs_entry *directory_next(const struct ramfs_node *node, uint64_t cookie)
{
    const struct ramfs_directory *directory = &node->directory;

    for (size_t i = place_from(directory, cookie); i < directory->used; i++) {
        if (directory->places[i].entry)
            return directory->places[i].entry;
    }
    return NULL;
}

bool directory_contains(const struct ramfs_node *directory, const struct ramfs_node *node)
{
    while (node != directory && node->directory.parent != node)
        node = node->directory.parent;
    return node == directory;
}
