/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: Map, Unmap and GetAddress (manual, "Page"). A capability records where it is
 * mapped; each copy has its own mapping, which goes with it.
 *
 * Map and Unmap run beside others inside the gate: the derivation lock protects the
 * capability in its slot, the space's lock its tables. Other cores' translation caches
 * are told after both locks are released.
 */
#include <arch/vspace.h>

#include <abi/object.h>
#include <arch/feature.h>
#include <object/cnode.h>

struct page {
    word asid, address;
    paddr root;
    word *entry;                /* valid under the space's lock */
};

/* Is this entry a page of exactly this frame? */
static bool entry_maps(word entry, struct cap frame)
{
    unsigned shift = frame_bits(cap_frame_size(frame));
    bool page = shift == 12 || (entry & ENTRY_LARGE);

    return (entry & ENTRY_PRESENT) && page
           && entry_addr(entry, shift) == cap_paddr(frame);
}

/* Everything about a Map request that can be checked without the space's lock. */
static enum outcome check_request(struct invocation *inv, struct cap frame,
                                  struct page *page)
{
    struct cap space = inv->extra[0]->cap;
    unsigned bits = frame_bits(cap_frame_size(frame));

    page->address = invocation_word(inv, 0);
    page->asid = cap_asid(space);
    if (!arch_valid_vspace(space))
        return refuse_capability(1);
    if (cap_mapped(frame)) {
        if (cap_asid(frame) != page->asid)
            return refuse_capability(1);
        if (cap_vaddr(frame) != page->address)
            return refuse_argument(0);
    } else if (page->address >= USER_TOP || page->address + MASK(bits) >= USER_TOP) {
        return refuse_argument(0);
    }
    if (!IS_ALIGNED(page->address, bits))
        return refuse(ERROR_ALIGNMENT);
    if (cap_frame_size(frame) == FRAME_1G && !cpu.gib_pages)
        return refuse(ERROR_ILLEGAL_OPERATION);
    return OUTCOME_DONE;
}

/* A page may be replaced by another one (as in stock seL4), a table not. */
static bool entry_replaceable(word entry, struct cap frame)
{
    return !(entry & ENTRY_PRESENT) || (entry & ENTRY_LARGE)
           || cap_frame_size(frame) == FRAME_4K;
}

/* The rest of the checks, and the entry; the space is locked. */
static enum outcome find_entry(struct cap frame, struct page *page)
{
    unsigned left = 0;

    page->entry = vspace_entry(page->root, page->address,
                               frame_bits(cap_frame_size(frame)), &left);
    if (!page->entry)
        return refuse_walk(left);
    if (!entry_replaceable(*page->entry, frame))
        return refuse(ERROR_DELETE_FIRST);
    return OUTCOME_DONE;
}

/* Check and map; *replaced is the entry that was there before. Derivation lock held. */
static enum outcome map_locked(struct invocation *inv, struct page *page, word *replaced)
{
    struct cap frame = inv->slot->cap;
    enum outcome outcome = check_request(inv, frame, page);

    if (outcome != OUTCOME_DONE)
        return outcome;
    outcome = vspace_lock_cap(inv->extra[0]->cap, &page->root);
    if (outcome != OUTCOME_DONE)
        return outcome;
    outcome = find_entry(frame, page);
    if (outcome == OUTCOME_DONE) {
        *replaced = *page->entry;
        *page->entry = frame_entry(frame, invocation_word(inv, 1),
                                   invocation_word(inv, 2));
        inv->slot->cap = cap_with_mapping(frame, page->asid, page->address);
    }
    vspace_unlock(page->asid);
    return outcome;
}

static enum outcome frame_map(struct invocation *inv)
{
    struct page page;
    word replaced = 0;

    if (inv->length < 3 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    enum outcome outcome = map_locked(inv, &page, &replaced);
    spin_unlock(&derivation_lock);
    if (outcome == OUTCOME_DONE && (replaced & ENTRY_PRESENT))
        tlb_shootdown(page.root, page.address, false);
    return outcome;
}

/* Take the frame's page out of the tables: the root concerned, or 0. */
static paddr remove_page(struct cap frame)
{
    unsigned shift = frame_bits(cap_frame_size(frame));
    paddr root = vspace_lock(cap_asid(frame));

    if (!root)
        return 0;
    word *entry = vspace_entry(root, cap_vaddr(frame), shift, NULL);
    bool found = entry && entry_maps(*entry, frame);
    if (found)
        *entry = 0;
    vspace_unlock(cap_asid(frame));
    return found ? root : 0;
}

static enum outcome frame_unmap(struct invocation *inv)
{
    paddr root = 0;
    word address = 0;

    spin_lock(&derivation_lock);
    struct cap frame = inv->slot->cap;
    if (cap_mapped(frame)) {
        address = cap_vaddr(frame);
        root = remove_page(frame);
        inv->slot->cap = cap_unmapped(frame);
    }
    spin_unlock(&derivation_lock);
    if (root)
        tlb_shootdown(root, address, false);
    return OUTCOME_DONE;
}

void frame_finalise(struct cap frame)
{
    if (!cap_mapped(frame))
        return;
    paddr root = remove_page(frame);
    if (root)
        tlb_shootdown(root, cap_vaddr(frame), false);
}

enum outcome frame_decode(struct invocation *inv)
{
    word address = cap_paddr(inv->cap);

    switch (inv->label) {
    case INVOKE_PAGE_MAP:
        return frame_map(inv);
    case INVOKE_PAGE_UNMAP:
        return frame_unmap(inv);
    case INVOKE_PAGE_GET_ADDRESS:
        return reply_words(inv, 1, &address);
    default:
        return refuse(ERROR_ILLEGAL_OPERATION);
    }
}
