/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc/memory on a kernel that is made up, with sanitizers: random operations, compared
 * with a model, while memory is always there, while it is now and then not to be had, and
 * with little of it.
 */
#include "kernel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <boot/log.h>
#include <memory/check.h>
#include <memory/reclaim.h>
#include <memory/source.h>
#include <memory/untyped.h>
#include <test/check.h>
#include <test/random.h>
#include <transport/process.h>
#include <util/heap.h>

enum { RUNS = 12, STEPS = 4000 };

static unsigned failures;
static size_t heap_bytes;

/* What proc/boot and lib/util would be. */
void log_line(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

_Noreturn void panic(const char *what, uint64_t value)
{
    log_line("panic: %s (0x%lx)", what, value);
    abort();
}

bool check_that(bool holds, const char *what, int line)
{
    if (!holds) {
        log_line("# line %d: %s", line, what);
        failures++;
    }
    return holds;
}

/* Blocks have their size before them. */
void *heap_alloc(size_t size)
{
    size_t *block = kernel_is_short() ? NULL : malloc(size + 16);

    if (!block) {
        return NULL;
    }
    *block = size;
    heap_bytes += size;
    return block + 2;
}

void *heap_zero(size_t count, size_t size)
{
    char *block = heap_alloc(count * size);

    for (size_t i = 0; block && i < count * size; i++) {
        block[i] = 0;
    }
    return block;
}

void heap_free(void *block)
{
    if (block) {
        size_t *start = (size_t *)block - 2;

        heap_bytes -= *start;
        free(start);
    }
}

void *heap_resize(void *block, size_t size)
{
    char *new = heap_alloc(size);
    size_t old = block ? ((size_t *)block)[-2] : 0;

    for (size_t i = 0; new && i < old && i < size; i++) {
        new[i] = ((char *)block)[i];
    }
    if (new) {
        heap_free(block);
    }
    return new;
}

size_t heap_used(void)
{
    return heap_bytes;
}

size_t source_pages(void)
{
    return 0;
}

/* A thread's access: it faults until the page is there. */
static int touch(struct space *space, uint64_t address, bool write, uint64_t *word)
{
    for (unsigned tries = 0; tries < 3; tries++) {
        uint64_t *place = kernel_access(space_vspace(space), address, write);
        int error;

        if (place) {
            *(write ? place : word) = write ? *word : *place;
            return 0;
        }
        error = space_fault(space, address, write ? PROC_WRITE : PROC_READ);
        if (error) {
            return error;
        }
    }
    CHECK(false);
    return 0;
}

static void check_empty(void)
{
    struct memory_counts counts;

    kernel_run_short(false);
    while (memory_reclaim()) {
    }
    CHECK(memory_check() == NULL);
    memory_count(&counts);
    CHECK(counts.frames == 0);
    CHECK(counts.mappings == 0);
    CHECK(counts.spaces == 0);
    CHECK(counts.objects == 0);
    CHECK(counts.amaps == 0);
    CHECK(counts.heap == 0);
    for (unsigned i = 0; i < POOL_KINDS; i++) {
        CHECK(counts.pools[i] == 0);
    }
}

/* All but so many frames. */
static void hold_frames(uint32_t *held, size_t *count, size_t leave)
{
    uint32_t frame;

    for (*count = 0; (frame = frame_alloc(false)) != 0; ++*count) {
        held[*count] = frame;
    }
    while (*count > 0 && frame_unused() < leave) {
        frame_put(held[--*count]);
    }
}

static void run(uint64_t seed, bool short_of_memory, size_t leave)
{
    static uint32_t held[FRAMES];
    struct random_run with = {
        .steps = STEPS, .touch = touch, .may_fail = short_of_memory || leave > 0,
    };
    size_t count = 0;

    if (leave > 0) {
        hold_frames(held, &count, leave);
    }
    with.short_of_memory = short_of_memory ? kernel_run_short : NULL;
    random_test(&with, seed);
    while (count > 0) {
        frame_put(held[--count]);
    }
    check_empty();
}

int main(void)
{
    uint32_t *notes = calloc(FRAME_SLOTS, sizeof(*notes));
    struct frame_state *frames = calloc(1, frame_table_bytes(FRAMES));

    kernel_begin();
    slot_cnode = ROOT_SLOT_CNODE;
    slot_init(FIRST_SLOT, FRAME_SLOTS, notes);
    frame_init(FRAME_SLOTS, FRAMES, frames);
    untyped_add(MEMORY_CAP, MEMORY_BITS, 0);
    for (unsigned i = 0; i < RUNS && !failures; i++) {
        run(1000 + i, false, 0);
        run(2000 + i, true, 0);
        run(3000 + i, false, 60);
        run(4000 + i, true, 100);
    }
    printf("%u failures\n", failures);
    free(notes);
    free(frames);
    return failures != 0;
}
