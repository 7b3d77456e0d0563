/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap's pages: frames mapped in a row in an area of their own. The table of the area
 * has each page's mapping, 0 where none is; a row is looked for from where the last one
 * ended.
 */
#include <memory/source.h>

#include <memory/frame.h>
#include <util/heap.h>

#define AREA_BASE UINT64_C(0x0c0000000000)

enum { AREA_PAGES = 1 << 16 };

static uint32_t mappings[AREA_PAGES];
static size_t used, search_start;

/* The first of `count` free pages from `from` on, or AREA_PAGES. */
static size_t find_row(size_t from, size_t count)
{
    size_t length = 0;

    for (size_t page = from; page < AREA_PAGES; page++) {
        length = mappings[page] ? 0 : length + 1;
        if (length == count) {
            return page + 1 - count;
        }
    }
    return AREA_PAGES;
}

static bool add_page(size_t page)
{
    uint32_t frame = frame_alloc(false);
    cptr mapping;

    if (!frame) {
        return false;
    }
    mapping = frame_mapping(frame);
    if (!mapping) {
        frame_put(frame);
        return false;
    }
    if (!frame_map_own(mapping, AREA_BASE + page * PAGE_SIZE)) {
        frame_unmap(mapping);
        frame_put(frame);
        return false;
    }
    mappings[page] = (uint32_t)mapping;
    used++;
    return true;
}

static void remove_pages(size_t first, size_t count)
{
    for (size_t page = first; page < first + count; page++) {
        uint32_t frame = frame_mapped(mappings[page]);

        frame_unmap(mappings[page]);
        frame_put(frame);
        mappings[page] = 0;
        used--;
    }
}

static void *map(size_t bytes)
{
    size_t count = bytes / PAGE_SIZE, first = find_row(search_start, count);

    if (first == AREA_PAGES) {
        first = find_row(0, count);
    }
    if (first == AREA_PAGES) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!add_page(first + i)) {
            remove_pages(first, i);
            return NULL;
        }
    }
    search_start = first + count;
    return (void *)(AREA_BASE + first * PAGE_SIZE);
}

static void unmap(void *pages, size_t bytes)
{
    remove_pages(((uint64_t)pages - AREA_BASE) / PAGE_SIZE, bytes / PAGE_SIZE);
}

void source_init(void)
{
    static const struct heap_source source = {map, unmap};

    heap_begin(&source);
}

size_t source_pages(void)
{
    return used;
}
