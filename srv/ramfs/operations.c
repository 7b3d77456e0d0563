/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of operations, and those that are neither about names nor about bytes. */
#include "ramfs.h"

#include <util/errno.h>

enum { NODE_BYTES = 512 };

static struct server_node *find_root(struct server *server, uint64_t number)
{
    (void)server;
    struct ramfs_node *node = node_find(number);

    return node ? &node->node : NULL;
}

/* What is served elsewhere, if at all, cannot be opened here. */
static int open_file(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    (void)server, (void)caller;
    uint32_t mode = file->node->mode;

    return S_ISREG(mode) || S_ISDIR(mode) || file->flags & UXRT_PATH ? 0 : -ENXIO;
}

static int complete_stat(struct server *server, struct server_node *node,
    struct uxrt_stat *stat)
{
    (void)server;
    if (S_ISREG(node->mode))
        stat->blocks = ramfs_node(node)->data.resident * (PAGE_BYTES / 512);
    return 0;
}

static struct server_node *parent_of(struct server *server, struct server_node *node)
{
    (void)server;
    struct ramfs_node *parent = ramfs_node(node)->directory.parent;

    return &parent->node == node ? NULL : &parent->node;
}

/* A node takes about as much memory as NODE_BYTES, beside its data. */
static int complete_statfs(struct server *server, struct uxrt_statfs *statfs)
{
    (void)server;
    statfs->block_size = PAGE_BYTES;
    statfs->blocks = space_limit() / PAGE_BYTES;
    statfs->free = space_free() / PAGE_BYTES;
    statfs->files = space_limit() / NODE_BYTES;
    statfs->free_files = space_free() / NODE_BYTES;
    return 0;
}

static void forget(struct server *server, struct server_node *node)
{
    (void)server;
    node_free(ramfs_node(node));
}

const struct server_operations ramfs_operations = {
    .lookup = ramfs_lookup,
    .create = ramfs_create,
    .symlink = ramfs_symlink,
    .readlink = ramfs_readlink,
    .link = ramfs_link,
    .remove = ramfs_remove,
    .rename = ramfs_rename,
    .entry = ramfs_entry,
    .root = find_root,
    .parent = parent_of,
    .open = open_file,
    .read = ramfs_read,
    .write = ramfs_write,
    .resize = ramfs_resize,
    .stat = complete_stat,
    .object = ramfs_object,
    .statfs = complete_statfs,
    .forget = forget,
};
