/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of files: each file has a memory object, mapped here in a window that is larger
 * than the object, so that it seldom moves. While no client can map the object it is larger
 * than the file, so that it seldom grows. Pages are taken from the limit when they are first
 * written, and are touched then, as a copy by the kernel faults no page in.
 */
#include "ramfs.h"

#include <util/errno.h>
#include <util/heap.h>
#include <util/string.h>

enum {
    WINDOW_FIRST = 64 * 1024, WINDOW_FACTOR = 16,
    AHEAD_MAX = 4 * 1024 * 1024,    /* bytes that an object is larger than needed */
    WORD_PAGES = 64,
};
#define FILE_MAX (UINT64_C(1) << 36)

static uint8_t zeros[4 * PAGE_BYTES];

static size_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

static bool present(const struct ramfs_data *data, size_t page)
{
    return page < data->room / PAGE_BYTES
           && data->present[page / WORD_PAGES] >> page % WORD_PAGES & 1;
}

static void set_present(struct ramfs_data *data, size_t page, bool value)
{
    uint64_t bit = UINT64_C(1) << page % WORD_PAGES;
    uint64_t *word = &data->present[page / WORD_PAGES];

    *word = value ? *word | bit : *word & ~bit;
    data->resident = value ? data->resident + 1 : data->resident - 1;
}

/* Makes the window at least `room` bytes, by mapping the object a second time. */
static bool widen(struct ramfs_data *data, size_t room)
{
    size_t window = data->window ? data->window : WINDOW_FIRST;

    if (room <= data->window)
        return true;
    while (window < room)
        window *= WINDOW_FACTOR;

    uint8_t *memory = uxrt_map_object(NULL, data->handle, window, 0);

    if ((uint64_t)memory >= (uint64_t)-PAGE_BYTES)
        return false;
    if (data->memory)
        uxrt_unmap(data->memory, data->window);
    data->memory = memory;
    data->window = window;
    return true;
}

/* Makes the bitmap of holes as large as the object is to be. */
static bool extend_bitmap(struct ramfs_data *data, size_t room)
{
    size_t had = (data->room / PAGE_BYTES + WORD_PAGES - 1) / WORD_PAGES;
    size_t words = (room / PAGE_BYTES + WORD_PAGES - 1) / WORD_PAGES;
    uint64_t *bits = data->present;

    if (words == had && bits)
        return true;
    if (!space_for(words * 8) || !(bits = heap_resize(bits, words * 8)))
        return false;
    memset(bits + had, 0, (words - had) * 8);
    data->present = bits;
    return true;
}

static bool create_object(struct ramfs_data *data, size_t room)
{
    int handle = uxrt_object(room);

    if (handle < 0)
        return false;
    data->handle = handle;
    if (!widen(data, room)) {
        uxrt_drop(handle);
        return false;
    }
    data->room = room;
    return true;
}

/* Makes the object at least this large, and no larger if it is shared. */
static bool enlarge(struct ramfs_data *data, uint64_t bytes)
{
    size_t room = pages_of(bytes) * PAGE_BYTES;

    if (room <= data->room && data->memory)
        return true;
    if (!data->shared && data->room)
        room += data->room < AHEAD_MAX ? data->room : AHEAD_MAX;
    if (!extend_bitmap(data, room))
        return false;
    if (!data->memory)
        return create_object(data, room);
    if (!widen(data, room) || uxrt_resize(data->handle, room) < 0)
        return false;
    data->room = room;
    return true;
}

/* Takes memory for the holes among the pages that these bytes touch. */
static bool fill_holes(struct ramfs_data *data, uint64_t from, uint64_t to)
{
    size_t first = from / PAGE_BYTES, last = pages_of(to), holes = 0;

    for (size_t page = first; page < last; page++)
        holes += !present(data, page);
    if (!space_for(holes * PAGE_BYTES))
        return false;
    space_take(holes);
    for (size_t page = first; holes > 0; page++) {
        if (present(data, page))
            continue;
        ((volatile uint8_t *)data->memory)[page * PAGE_BYTES] = 0;
        set_present(data, page, true);
        holes--;
    }
    return true;
}

/* Before a file grows: what clients wrote behind its end is not to come to light. */
static void clear_tail(struct ramfs_node *node)
{
    struct ramfs_data *data = &node->data;
    size_t used = node->node.size % PAGE_BYTES;

    if (used > 0 && present(data, node->node.size / PAGE_BYTES))
        memset(data->memory + node->node.size, 0, PAGE_BYTES - used);
}

/* Frees the pages beyond the first `pages`. */
static void cut(struct ramfs_data *data, size_t pages)
{
    size_t before = data->resident;

    if (pages * PAGE_BYTES >= data->room)
        return;
    for (size_t page = pages; page < data->room / PAGE_BYTES; page++) {
        if (present(data, page))
            set_present(data, page, false);
    }
    space_give(before - data->resident);
    uxrt_resize(data->handle, pages * PAGE_BYTES);
    data->room = pages * PAGE_BYTES;
}

int ramfs_resize(struct server *server, struct server_node *base, uint64_t size)
{
    (void)server;
    struct ramfs_node *node = ramfs_node(base);
    struct ramfs_data *data = &node->data;

    if (size > FILE_MAX)
        return -EFBIG;
    if (size < base->size) {
        cut(data, pages_of(size));
    } else {
        if (data->shared && !enlarge(data, size))
            return -ENOSPC;
        if (data->written && !fill_holes(data, base->size, size))
            return -ENOSPC;
        clear_tail(node);
    }
    base->size = size;
    base->modified = base->changed = ramfs_now();
    return 0;
}

/* From `from` on, bytes up to `to` that are all in holes or all in memory. */
static uint64_t run(const struct ramfs_data *data, uint64_t from, uint64_t to, bool *hole)
{
    uint64_t end = from;

    *hole = !present(data, from / PAGE_BYTES);
    while (end < to && present(data, end / PAGE_BYTES) == !*hole)
        end = (end / PAGE_BYTES + 1) * PAGE_BYTES;
    return (end < to ? end : to) - from;
}

/* Copies a part that is all hole or all memory. */
static int64_t put_run(struct server_request *request, uint64_t done, uint64_t left)
{
    const struct ramfs_data *data = &ramfs_node(request->file->node)->data;
    uint64_t from = request->offset + done;
    bool hole;
    uint64_t count = run(data, from, from + left, &hole);

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
    return (int64_t)done;
}

int64_t ramfs_write(struct server_request *request)
{
    struct ramfs_node *node = ramfs_node(request->file->node);
    struct ramfs_data *data = &node->data;
    uint64_t count = request->count;

    if (request->append)
        request->offset = node->node.size;
    if (count == 0)
        return 0;
    if (request->offset >= FILE_MAX)
        return -EFBIG;
    if (count > FILE_MAX - request->offset)
        count = FILE_MAX - request->offset;

    uint64_t from = request->offset, hole = node->node.size;

    if (!enlarge(data, from + count)
        || !fill_holes(data, data->written && from > hole ? hole : from, from + count))
        return -ENOSPC;
    if (from > node->node.size)
        clear_tail(node);

    int64_t done = server_get(request, 0, data->memory + from, count);

    if (done <= 0)
        return done;
    if (from + (uint64_t)done > node->node.size)
        node->node.size = from + (uint64_t)done;
    node->node.modified = node->node.changed = ramfs_now();
    return done;
}

int64_t ramfs_object(struct server_request *request, unsigned protection)
{
    struct ramfs_node *node = ramfs_node(request->file->node);
    struct ramfs_data *data = &node->data;

    if (!enlarge(data, node->node.size ? node->node.size : 1))
        return -ENOMEM;
    if (protection & UXRT_WRITE && !fill_holes(data, 0, node->node.size))
        return -ENOMEM;
    cut(data, node->node.size ? pages_of(node->node.size) : 1);
    data->shared = true;
    data->written |= (protection & UXRT_WRITE) != 0;
    return uxrt_share(data->handle, request->request.badge, protection);
}

void *data_fill(struct ramfs_node *node, size_t size)
{
    if (!enlarge(&node->data, size) || !fill_holes(&node->data, 0, size))
        return NULL;
    cut(&node->data, pages_of(size));
    node->node.size = size;
    return node->data.memory;
}

void data_free(struct ramfs_node *node)
{
    struct ramfs_data *data = &node->data;

    if (data->memory) {
        uxrt_unmap(data->memory, data->window);
        uxrt_drop(data->handle);
    }
    space_give(data->resident);
    heap_free(data->present);
}
