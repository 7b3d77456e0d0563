/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of operations, and those that are neither about names nor about bytes. */
#include "ramfs.h"

#include <terminal/termios.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/string.h>

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
    uint32_t mode = file->node->mode;

    if (S_ISFIFO(mode))
        return fifo_open(server, file, caller);
    return S_ISREG(mode) || S_ISDIR(mode) ? 0 : -ENXIO;
}

static void close_file(struct server *server, struct server_file *file)
{
    if (pipe_of(file))
        pipe_close(server, file);
}

static uint32_t ready(struct server_file *file)
{
    return pipe_of(file) ? pipe_ready(file) : UXRT_READY_READ | UXRT_READY_WRITE;
}

/* Of a regular file, only how many bytes there are to read. */
static int64_t get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    const struct server_file *file = request->file;
    uint64_t left = file->node->size - (uint64_t)file->position;
    uint32_t bytes = left < INT32_MAX ? (uint32_t)left : INT32_MAX;

    if (pipe_of(file))
        return pipe_get(request, attribute, argument, record, size);
    if (attribute != ATTR_CONTROL || argument != FIONREAD || !S_ISREG(file->node->mode))
        return -ENOTTY;
    if (size < sizeof(bytes))
        return -EINVAL;
    memcpy(record, &bytes, sizeof(bytes));
    return sizeof(bytes);
}

static int64_t set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    return pipe_of(request->file) ? pipe_set(request, attribute, argument, record, size)
                                  : -ENOTTY;
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
    .rename = ramfs_rename, .exchange = ramfs_exchange,
    .entry = ramfs_entry,
    .root = find_root,
    .parent = parent_of,
    .open = open_file,
    .close = close_file,
    .give_up = pipe_give_up,
    .read = ramfs_read,
    .write = ramfs_write,
    .ready = ready,
    .get = get,
    .set = set,
    .resize = ramfs_resize,
    .stat = complete_stat,
    .object = ramfs_object,
    .statfs = complete_statfs,
    .forget = forget,
    .watched = true,
};
