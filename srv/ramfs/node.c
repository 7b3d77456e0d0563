/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes, by number, and the memory that they may use. */
#include "ramfs.h"

#include <util/heap.h>

static struct hash nodes;
static uint64_t last_number, limit, data_pages;

struct ramfs_node *ramfs_begin(uint64_t bytes)
{
    limit = bytes;
    if (!hash_init(&nodes) || !directory_begin())
        return NULL;

    struct ramfs_node *root = node_create(S_IFDIR | 0755, 0, 0);

    if (root) {
        root->node.links = 2;
        root->directory.parent = root;
    }
    return root;
}

struct ramfs_node *node_create(uint32_t mode, uint32_t uid, uint32_t gid)
{
    struct ramfs_node *node =
        space_for(sizeof(*node)) ? heap_zero(1, sizeof(*node)) : NULL;

    if (!node)
        return NULL;
    node->node.number = ++last_number;
    node->node.mode = mode;
    node->node.uid = uid;
    node->node.gid = gid;
    node->node.accessed = node->node.modified = node->node.changed = ramfs_now();
    if (S_ISDIR(mode))
        node->directory.next_cookie = 1;
    hash_add(&nodes, &node->link, hash_bytes(node->node.number, NULL, 0));
    return node;
}

struct ramfs_node *node_find(uint64_t number)
{
    struct hash_link *link = hash_first(&nodes, hash_bytes(number, NULL, 0));

    for (; link; link = hash_next(link)) {
        struct ramfs_node *node = list_entry(link, struct ramfs_node, link);

        if (node->node.number == number)
            return node;
    }
    return NULL;
}

void node_free(struct ramfs_node *node)
{
    hash_remove(&nodes, &node->link);
    if (S_ISREG(node->node.mode))
        data_free(node);
    else if (S_ISDIR(node->node.mode))
        heap_free(node->directory.places);
    else if (S_ISLNK(node->node.mode))
        heap_free(node->symlink.target);
    else if (S_ISFIFO(node->node.mode))
        fifo_free(node);
    heap_free(node);
}

uint64_t space_limit(void)
{
    return limit;
}

uint64_t space_free(void)
{
    uint64_t used = data_pages * PAGE_BYTES + heap_used();

    return used < limit ? limit - used : 0;
}

bool space_for(uint64_t bytes)
{
    return bytes <= space_free();
}

void space_take(size_t pages)
{
    data_pages += pages;
}

void space_give(size_t pages)
{
    data_pages -= pages;
}
