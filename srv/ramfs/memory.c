/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of files: each has a memory object, mapped here in a window that is larger than
 * the object, so that it seldom moves. While no client can map the object it is larger
 * than the file, so that it seldom grows. Pages are taken from the limit when first
 * written, and are touched then, as a copy by the kernel faults no page in.
 */
#include "ramfs.h"

#include <util/heap.h>
#include <util/string.h>

enum {
    WINDOW_FIRST = 64 * 1024, WINDOW_FACTOR = 16,
    AHEAD_MAX = 4 * 1024 * 1024,    /* bytes that an object is larger than needed */
    WORD_PAGES = 64,
};

bool data_present(const struct ramfs_data *data, size_t page)
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
bool data_enlarge(struct ramfs_data *data, uint64_t bytes)
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
bool data_fill_holes(struct ramfs_data *data, uint64_t from, uint64_t to)
{
    size_t first = from / PAGE_BYTES, last = pages_of(to), holes = 0;

    for (size_t page = first; page < last; page++)
        holes += !data_present(data, page);
    if (!space_for(holes * PAGE_BYTES))
        return false;
    space_take(holes);
    for (size_t page = first; holes > 0; page++) {
        if (data_present(data, page))
            continue;
        ((volatile uint8_t *)data->memory)[page * PAGE_BYTES] = 0;
        set_present(data, page, true);
        holes--;
    }
    return true;
}

/* Frees the pages beyond the first `pages`. */
void data_cut(struct ramfs_data *data, size_t pages)
{
    size_t before = data->resident;

    if (pages * PAGE_BYTES >= data->room)
        return;
    for (size_t page = pages; page < data->room / PAGE_BYTES; page++) {
        if (data_present(data, page))
            set_present(data, page, false);
    }
    space_give(before - data->resident);
    uxrt_resize(data->handle, pages * PAGE_BYTES);
    data->room = pages * PAGE_BYTES;
}

void *data_fill(struct ramfs_node *node, size_t size)
{
    if (!data_enlarge(&node->data, size) || !data_fill_holes(&node->data, 0, size))
        return NULL;
    data_cut(&node->data, pages_of(size));
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
