/* SPDX-License-Identifier: BSD-2-Clause */
/* Empty slots: those never used yet, and a list of those given back, linked by notes. */
#include <memory/slot.h>

cptr slot_cnode;

static cptr first_slot, next_slot, end_slot, free_slot;
static size_t in_use;
static uint32_t *notes;

void slot_init(cptr first, cptr end, uint32_t *table)
{
    first_slot = next_slot = first;
    end_slot = end;
    notes = table;
}

uint32_t slot_note(cptr slot)
{
    return notes[slot - first_slot];
}

void slot_set_note(cptr slot, uint32_t note)
{
    notes[slot - first_slot] = note;
}

cptr slot_alloc(void)
{
    cptr slot = free_slot;

    if (slot) {
        free_slot = slot_note(slot);
    } else if (next_slot < end_slot) {
        slot = next_slot++;
    } else {
        return 0;
    }
    in_use++;
    slot_set_note(slot, 0);
    return slot;
}

cptr slot_alloc_row(unsigned count)
{
    cptr slot = next_slot;

    if (count > end_slot - next_slot) {
        return 0;
    }
    next_slot += count;
    in_use += count;
    return slot;
}

void slot_return_row(unsigned count)
{
    next_slot -= count;
    in_use -= count;
}

void slot_free(cptr slot)
{
    slot_set_note(slot, (uint32_t)free_slot);
    free_slot = slot;
    in_use--;
}

void slot_delete(cptr slot)
{
    (void)kc_cnode_delete(slot_cnode, slot, SLOT_DEPTH);
    slot_free(slot);
}

size_t slot_in_use(void)
{
    return in_use;
}

size_t slot_unused(void)
{
    return end_slot - first_slot - in_use;
}
