/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames. A batch lies in one row of slots and one page table of the process server's own
 * space; its pages are mapped there one by one, when they are first looked at. Fresh frames
 * are zero. The note of a mapping's slot is its frame, or while it is not in use, the next
 * copy of that frame.
 */
#include <memory/frame.h>

#include <boot/log.h>
#include <memory/slot.h>
#include <memory/table.h>
#include <memory/untyped.h>
#include <util/string.h>

#define FRAME_BASE UINT64_C(0x100000000000)

enum { BATCH = 256 };

struct frame_state {
    uint32_t references;
    uint32_t next;          /* free frame */
    uint32_t copies;        /* of the capability, not in use */
    bool made, visible;     /* visible: mapped at its address in our space */
    uint32_t tally;         /* references found by the self-check */
};

static struct frame_state *frames;
static cptr first_cap;
static size_t limit, next_batch = BATCH, total, unused, mappings;
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

/* Makes frames, fewer than a batch if there is not enough memory for one. The first one is
 * mapped, so that the others' page table is there. */
static bool make_batch(void)
{
    uint32_t first = (uint32_t)next_batch;
    unsigned count = BATCH;

    if (next_batch + BATCH > limit) {
        return false;
    }
    while (!untyped_retype(USE_FRAMES, OBJECT_PAGE_4K, 0, PAGE_BITS, frame_cap(first),
               count)) {
        count /= 2;
        if (count == 0) {
            return false;
        }
    }
    next_batch += BATCH;
    if (!frame_map_own(frame_cap(first), frame_address(first))) {
        return false;
    }
    frames[first].visible = true;
    total += count;
    for (unsigned i = count; i-- > 0;) {
        frames[first + i].made = true;
        push(&fresh, first + i);
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
    if (!fresh && !make_batch()) {
        return 0;
    }
    return pop(&fresh);
}

void frame_get(uint32_t frame)
{
    frames[frame].references++;
}

/* A frame that many spaces have mapped at once has more copies than it will need. */
static void drop_copies(struct frame_state *state)
{
    uint32_t kept = state->copies;

    if (!kept) {
        return;
    }
    for (cptr copy = slot_note(kept); copy;) {
        cptr next = slot_note(copy);

        slot_delete(copy);
        copy = next;
    }
    slot_set_note(kept, 0);
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

void *frame_memory(uint32_t frame)
{
    uint64_t address = frame_address(frame);

    if (!frames[frame].visible) {
        if (!frame_map_own(frame_cap(frame), address)) {
            panic("frame not mapped", frame);
        }
        frames[frame].visible = true;
    }
    return (void *)address;
}

cptr frame_mapping(uint32_t frame)
{
    struct frame_state *state = &frames[frame];
    cptr mapping = state->copies;

    if (mapping) {
        state->copies = slot_note(mapping);
    } else {
        mapping = slot_alloc();
        if (!mapping) {
            return 0;
        }
        if (kc_cnode_copy(slot_cnode, mapping, SLOT_DEPTH, slot_cnode, frame_cap(frame),
                SLOT_DEPTH, RIGHTS_ALL) != ERROR_NONE) {
            slot_free(mapping);
            return 0;
        }
    }
    slot_set_note(mapping, frame);
    mappings++;
    return mapping;
}

uint32_t frame_mapped(cptr mapping)
{
    return slot_note(mapping);
}

void frame_unmap(cptr mapping)
{
    struct frame_state *state = &frames[slot_note(mapping)];

    (void)kc_page_unmap(mapping);
    slot_set_note(mapping, state->copies);
    state->copies = (uint32_t)mapping;
    mappings--;
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

    for (size_t frame = BATCH; frame < next_batch; frame++) {
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
