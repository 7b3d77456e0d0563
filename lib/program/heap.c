/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages for the heap. A server may allocate and free after it has put an answer's bytes
 * into the message registers: these are kept. */
#include <program/heap.h>
#include <util/heap.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { CALL_WORDS = 8 };        /* registers that a call for pages changes, at most */

static void *map(size_t bytes)
{
    uint64_t saved[CALL_WORDS], *registers = (uint64_t *)uxrt_registers_out() - 1;
    void *pages;

    memcpy(saved, registers, sizeof(saved));
    pages = uxrt_map(NULL, bytes, UXRT_READ | UXRT_WRITE, 0, -1, 0);
    memcpy(registers, saved, sizeof(saved));
    return (intptr_t)pages < 0 ? NULL : pages;
}

static void unmap(void *pages, size_t bytes)
{
    uint64_t saved[CALL_WORDS], *registers = (uint64_t *)uxrt_registers_out() - 1;

    memcpy(saved, registers, sizeof(saved));
    uxrt_unmap(pages, bytes);
    memcpy(registers, saved, sizeof(saved));
}

void program_heap(void)
{
    static const struct heap_source source = {map, unmap};

    heap_begin(&source);
}
