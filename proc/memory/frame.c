/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames. A batch lies in one row of slots and one page table of the process server's own
 * space; a page is mapped there when it is first looked at, by a copy of its capability that
 * stays. So most pages of programs need no copy. Fresh frames are zero.
 *
 * The first mapping of a frame is its own capability, others are copies. The note of a
 * copy's slot is its frame, or while it is not in use, the next copy of that frame.
 */
#include <memory/frame.h>

#include <boot/log.h>
#include <memory/reclaim.h>
#include <memory/slot.h>
#include <memory/table.h>
#include <memory/untyped.h>
#include <util/string.h>

#define FRAME_BASE UINT64_C(0x200000000000)

enum { BATCH = 256 };

struct frame_state {
    uint32_t references;
    uint32_t next;          /* free frame */
    uint32_t copies;        /* of the capability, not in use */
    bool made;
    bool visible;           /* mapped at its address in our space */
    bool taken;             /* its own capability is in use as a mapping */
    uint32_t tally;         /* references found by the self-check */
};

static struct frame_state *frames;
static cptr first_cap;
static size_t limit, next_frame = BATCH, total, unused, visible, mappings;
static uint32_t fresh, dirty;       /* lists of free frames */
static struct tables own = {.vspace = ROOT_SLOT_VSPACE};

size_t frame_table_bytes(size_t count)
{
    return count * sizeof(struct frame_state);
}

void frame_init(cptr first, size_t count, struct frame_state *table)
{
    first_cap = first;
    limit = count;
    frames = table;
}

bool frame_map_own(cptr page, uint64_t address)
{
    return table_map(&own, page, address, RIGHTS_READ_WRITE);
}

static uint64_t frame_address(uint32_t frame)
{
    return FRAME_BASE + (uint64_t)frame * PAGE_SIZE;
}

cptr frame_cap(uint32_t frame)
{
    return first_cap + frame;
}

static void push(uint32_t *list, uint32_t frame)
{
    frames[frame].next = *list;
    *list = frame;
    unused++;
}

/* An address in our own space gets its page tables, by mapping a page there for a moment. */
static bool prepare(cptr page, uint64_t address)
{
    if (!frame_map_own(page, address)) {
        return false;
    }
    (void)kc_page_unmap(page);
    return true;
}

/* A row of new frames, fewer than a batch if there is not enough memory for one: how many. A
 * batch begins at a multiple of its size, so it lies in one page table. */
static unsigned make_row(size_t *first)
{
    for (unsigned count = BATCH; count > 1; count /= 2) {
        *first = (next_frame + count - 1) / count * count;
        if (*first + count <= limit
            && untyped_retype(USE_FRAMES, OBJECT_PAGE_4K, 0, PAGE_BITS,
                   frame_cap((uint32_t)*first), count)) {
            next_frame = *first + count;
            return count;
        }
    }
    return 0;
}

/* A row for which there is no page table waits until there is one. */
static bool make_batch(void)
{
    static size_t first;
    static unsigned count;

    if (count == 0) {
        count = make_row(&first);
    }
    if (count == 0
        || !prepare(frame_cap((uint32_t)first), frame_address((uint32_t)first))) {
        return false;
    }
    total += count;
    while (count > 0) {
        count--;
        frames[first + count].made = true;
        push(&fresh, (uint32_t)(first + count));
    }
    return true;
}

static uint32_t pop(uint32_t *list)
{
    uint32_t frame = *list;

    *list = frames[frame].next;
    unused--;
    frames[frame].references = 1;
    return frame;
}

uint32_t frame_alloc(bool zero)
{
    uint32_t frame;

    if (dirty && (!zero || !fresh)) {
        frame = pop(&dirty);
        if (zero) {
            memset(frame_memory(frame), 0, PAGE_SIZE);
        }
        return frame;
    }
    if (fresh || make_batch()) {
        return pop(&fresh);
    }
    return memory_find() ? frame_alloc(zero) : 0;
}

void frame_get(uint32_t frame)
{
    frames[frame].references++;
}

/* A frame that many spaces had mapped at once has more copies than it will need. One is
 * kept, as making one costs more than the slot, unless slots are scarce. */
static void drop_copies(struct frame_state *state)
{
    cptr kept = slot_unused() > total / 2 ? state->copies : 0;
    cptr copy = kept ? slot_note(kept) : state->copies;

    while (copy) {
        cptr next = slot_note(copy);

        slot_delete(copy);
        copy = next;
    }
    if (kept) {
        slot_set_note(kept, 0);
    }
    state->copies = (uint32_t)kept;
}

void frame_put(uint32_t frame)
{
    struct frame_state *state = &frames[frame];

    if (state->references == 0) {
        panic("frame dropped once too often", frame);
    }
    if (--state->references == 0) {
        drop_copies(state);
        push(&dirty, frame);
    }
}

uint32_t frame_references(uint32_t frame)
{
    return frames[frame].references;
}

/* A new copy of the capability, or 0. */
static cptr make_copy(uint32_t frame)
{
    cptr copy = slot_alloc();

    if (copy && kc_cnode_copy(slot_cnode, copy, SLOT_DEPTH, slot_cnode, frame_cap(frame),
                    SLOT_DEPTH, RIGHTS_ALL) != ERROR_NONE) {
        slot_free(copy);
        copy = 0;
    }
    return copy;
}

void *frame_memory(uint32_t frame)
{
    uint64_t address = frame_address(frame);

    if (!frames[frame].visible) {
        cptr copy = make_copy(frame);

        if (!copy || !frame_map_own(copy, address)) {
            panic("frame not mapped", frame);
        }
        frames[frame].visible = true;
        visible++;
    }
    return (void *)address;
}

/* A copy for a mapping. Enough slots are kept to make all frames visible. */
static cptr take_copy(struct frame_state *state, uint32_t frame)
{
    cptr copy = state->copies;

    if (copy) {
        state->copies = slot_note(copy);
    } else if (slot_unused() > frame_total() - visible) {
        copy = make_copy(frame);
    }
    if (copy) {
        slot_set_note(copy, frame);
    }
    return copy;
}

cptr frame_mapping(uint32_t frame)
{
    struct frame_state *state = &frames[frame];
    cptr mapping = frame_cap(frame);

    if (state->taken) {
        mapping = take_copy(state, frame);
    }
    state->taken = true;
    mappings += mapping != 0;
    return mapping;
}

uint32_t frame_mapped(cptr mapping)
{
    return mapping >= first_cap ? (uint32_t)(mapping - first_cap) : slot_note(mapping);
}

void frame_unmap(cptr mapping)
{
    (void)kc_page_unmap(mapping);
    frame_release(mapping);
}

void frame_release(cptr mapping)
{
    struct frame_state *state = &frames[frame_mapped(mapping)];

    mappings--;
    if (mapping >= first_cap) {
        state->taken = false;
        return;
    }
    slot_set_note(mapping, state->copies);
    state->copies = (uint32_t)mapping;
}

size_t frame_total(void)
{
    return total;
}

size_t frame_unused(void)
{
    return unused;
}

size_t frame_mappings(void)
{
    return mappings;
}

void frame_tally(uint32_t frame)
{
    frames[frame].tally++;
}

bool frame_check(void)
{
    size_t idle = 0;
    bool right = true;

    for (size_t frame = BATCH; frame < next_frame; frame++) {
        struct frame_state *state = &frames[frame];

        right = right && state->tally <= state->references;
        idle += state->made && state->references == 0;
        state->tally = 0;
    }
    return right && idle == unused;
}

size_t frame_tables(unsigned kind)
{
    switch (kind) {
    case POOL_PAGE_TABLE: return own.count[0];
    case POOL_PAGE_DIRECTORY: return own.count[1];
    case POOL_PDPT: return own.count[2];
    default: return 0;
    }
}
