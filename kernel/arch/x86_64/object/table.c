/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables below the root: Map and Unmap of page tables, page directories and PDPTs
 * (manual, "Address Spaces"). Map runs inside the gate like that of frames; a table is
 * unmapped only under exclusion, through its one remaining capability.
 */
#include <arch/vspace.h>

#include <abi/object.h>
#include <core/gate.h>
#include <object/cnode.h>

/* Lowest address bit that the entry for this table translates, in its parent. */
static unsigned parent_shift(struct cap table)
{
    return table_shift(cap_type(table)) + 9;
}

/* Check and map; the derivation lock is held. */
static enum outcome map_locked(struct invocation *inv)
{
    struct cap table = inv->slot->cap, space = inv->extra[0]->cap;
    unsigned shift = parent_shift(table), left = 0;
    word address = ALIGN_DOWN(invocation_word(inv, 0), shift);
    word attributes = invocation_word(inv, 1);
    paddr root;

    if (cap_mapped(table))
        return refuse_capability(0);
    if (!arch_valid_vspace(space))
        return refuse_capability(1);
    if (address >= USER_TOP)
        return refuse_argument(0);
    enum outcome outcome = vspace_lock_cap(space, &root);
    if (outcome != OUTCOME_DONE)
        return outcome;

    word *entry = vspace_entry(root, address, shift, &left);
    if (!entry) {
        outcome = refuse_walk(left);
    } else if (*entry & ENTRY_PRESENT) {
        outcome = refuse(ERROR_DELETE_FIRST);
    } else {
        *entry = cap_paddr(table) | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER
                 | (attributes << ENTRY_CACHE_SHIFT & ENTRY_CACHE_MASK);
        inv->slot->cap = cap_with_mapping(table, cap_asid(space), address);
    }
    vspace_unlock(cap_asid(space));
    return outcome;
}

static enum outcome table_map(struct invocation *inv)
{
    if (inv->length < 2 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    enum outcome outcome = map_locked(inv);
    spin_unlock(&derivation_lock);
    return outcome;
}

/* Under exclusion: take the table out of its parent, on all cores. */
static void remove_table(struct cap table)
{
    paddr root = vspace_lock(cap_asid(table));

    if (!root)
        return;
    word *entry = vspace_entry(root, cap_vaddr(table), parent_shift(table), NULL);
    bool found = entry && (*entry & ENTRY_PRESENT) && !(*entry & ENTRY_LARGE)
                 && entry_addr(*entry, 12) == cap_paddr(table);
    if (found)
        *entry = 0;
    vspace_unlock(cap_asid(table));
    if (found)
        tlb_shootdown(root, 0, true);
}

/* The frames in an unmapped table are forgotten: it comes back empty. */
static enum outcome table_unmap(struct invocation *inv)
{
    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    if (!slot_is_final(inv->slot))
        return refuse(ERROR_REVOKE_FIRST);
    if (cap_mapped(inv->slot->cap)) {
        remove_table(inv->slot->cap);
        __builtin_memset(phys_to_virt(cap_paddr(inv->cap)), 0, BIT(TABLE_BITS));
    }
    inv->slot->cap = cap_unmapped(inv->slot->cap);
    return OUTCOME_DONE;
}

void table_finalise(struct cap table)
{
    if (cap_mapped(table))
        remove_table(table);
}

enum outcome table_decode(struct invocation *inv)
{
    static const struct { word map, unmap; } labels[] = {
        [CAP_PAGE_TABLE - CAP_PAGE_TABLE] = {
            INVOKE_PAGE_TABLE_MAP, INVOKE_PAGE_TABLE_UNMAP
        },
        [CAP_PAGE_DIRECTORY - CAP_PAGE_TABLE] = {
            INVOKE_PAGE_DIRECTORY_MAP, INVOKE_PAGE_DIRECTORY_UNMAP
        },
        [CAP_PDPT - CAP_PAGE_TABLE] = {INVOKE_PDPT_MAP, INVOKE_PDPT_UNMAP},
    };
    unsigned level = cap_type(inv->cap) - CAP_PAGE_TABLE;

    if (inv->label == labels[level].map)
        return table_map(inv);
    if (inv->label == labels[level].unmap)
        return table_unmap(inv);
    return refuse(ERROR_ILLEGAL_OPERATION);
}
