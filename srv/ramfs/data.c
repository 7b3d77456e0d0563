/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of files: reading, writing, truncating and mapping them. */
#include "ramfs.h"

#include <util/errno.h>
#include <util/string.h>

#define FILE_MAX (UINT64_C(1) << 36)
enum { RUN_MAX = 1024 * 1024 };         /* bytes looked at for one copy */

static uint8_t zeros[4 * PAGE_BYTES];

/* What was behind the end of a file that grows, or is there after a cut, is not to come to
 * light. */
static void clear_tail(struct ramfs_node *node)
{
    struct ramfs_data *data = &node->data;
    size_t used = node->node.size % PAGE_BYTES;

    if (used > 0 && data_present(data, node->node.size / PAGE_BYTES))
        memset(data->memory + node->node.size, 0, PAGE_BYTES - used);
}

int ramfs_resize(struct server *server, struct server_node *base, uint64_t size)
{
    (void)server;
    struct ramfs_node *node = ramfs_node(base);
    struct ramfs_data *data = &node->data;

    if (size > FILE_MAX)
        return -EFBIG;
    if (size < base->size) {
        data_cut(data, pages_of(size));
        base->size = size;
    } else {
        if (data->shared && !data_enlarge(data, size))
            return -ENOSPC;
        if (data->written && !data_fill_holes(data, base->size, size))
            return -ENOSPC;
    }
    clear_tail(node);
    base->size = size;
    base->modified = base->changed = ramfs_now();
    return 0;
}

/* From `from` on, how many bytes up to `to` that are all in holes or all in memory. */
static uint64_t run(const struct ramfs_data *data, uint64_t from, uint64_t to, bool *hole)
{
    uint64_t end = from;

    *hole = !data_present(data, from / PAGE_BYTES);
    while (end < to && data_present(data, end / PAGE_BYTES) == !*hole)
        end = (end / PAGE_BYTES + 1) * PAGE_BYTES;
    return (end < to ? end : to) - from;
}

/* Copies a part that is all hole or all memory. */
static int64_t put_run(struct server_request *request, uint64_t done, uint64_t left)
{
    const struct ramfs_data *data = &ramfs_node(request->file->node)->data;
    uint64_t from = request->offset + done;
    bool hole;
    uint64_t count = run(data, from, from + (left < RUN_MAX ? left : RUN_MAX), &hole);

    if (hole)
        return server_put(request, done, zeros, count < sizeof(zeros) ? count
                                                                      : sizeof(zeros));
    for (uint64_t at = from; at < from + count; at += PAGE_BYTES)
        (void)((volatile uint8_t *)data->memory)[at];
    return server_put(request, done, data->memory + from, count);
}

int64_t ramfs_read(struct server_request *request)
{
    struct server_node *node = request->file->node;
    uint64_t count = request->count, done = 0;

    if (pipe_of(request->file))
        return pipe_read(request);
    if (request->offset >= node->size) {
        request->end = true;
        return 0;
    }
    if (count > node->size - request->offset)
        count = node->size - request->offset;
    while (done < count) {
        int64_t part = put_run(request, done, count - done);

        if (part <= 0 && done == 0)
            return part;
        if (part <= 0)
            break;
        done += (uint64_t)part;
    }
    request->end = request->offset + done == node->size;
    node->accessed = ramfs_now();
    return (int64_t)done;
}

int64_t ramfs_write(struct server_request *request)
{
    struct ramfs_node *node = ramfs_node(request->file->node);
    struct ramfs_data *data = &node->data;
    uint64_t count = request->count;

    if (pipe_of(request->file))
        return pipe_write(request);
    if (request->append)
        request->offset = node->node.size;
    if (count == 0)
        return 0;
    if (request->offset >= FILE_MAX)
        return -EFBIG;
    if (count > FILE_MAX - request->offset)
        count = FILE_MAX - request->offset;

    uint64_t from = request->offset;
    uint64_t first = data->written && from > node->node.size ? node->node.size : from;

    if (!data_enlarge(data, from + count) || !data_fill_holes(data, first, from + count))
        return -ENOSPC;
    if (from > node->node.size)
        clear_tail(node);

    int64_t done = server_get(request, 0, data->memory + from, count);

    if (done > 0 && from + (uint64_t)done > node->node.size)
        node->node.size = from + (uint64_t)done;
    if (done < (int64_t)count)      /* what is behind the end may have been written */
        data_cut(data, pages_of(node->node.size));
    if (done <= 0)
        return done;
    node->node.modified = node->node.changed = ramfs_now();
    if (node->node.mode & (S_ISUID | S_ISGID))
        server_bytes_changed(request);
    return done;
}

int64_t ramfs_object(struct server_request *request, unsigned protection)
{
    struct ramfs_node *node = ramfs_node(request->file->node);
    struct ramfs_data *data = &node->data;

    if (!S_ISREG(node->node.mode))
        return -ENODEV;
    if (!data_enlarge(data, node->node.size ? node->node.size : 1))
        return -ENOMEM;
    if (protection & UXRT_WRITE && !data_fill_holes(data, 0, node->node.size))
        return -ENOMEM;
    data_cut(data, node->node.size ? pages_of(node->node.size) : 1);
    data->shared = true;
    data->written |= (protection & UXRT_WRITE) != 0;
    return uxrt_share(data->handle, request->request.badge, protection);
}

