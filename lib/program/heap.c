/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages for the heap. */
#include <program/heap.h>
#include <util/heap.h>
#include <uxrt/transport.h>

static void *map(size_t bytes)
{
    void *pages = uxrt_map(NULL, bytes, UXRT_READ | UXRT_WRITE, 0, -1, 0);

    return (intptr_t)pages < 0 ? NULL : pages;
}

static void unmap(void *pages, size_t bytes)
{
    uxrt_unmap(pages, bytes);
}

void program_heap(void)
{
    static const struct heap_source source = {map, unmap};

    heap_begin(&source);
}
