/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VSPACE_BATCH: Map and Unmap of many 4 KiB pages of one address space in one invocation.
 * A pair of words for each: the address of the frame's capability, and the page's address
 * with the rights in its low bits; without rights the page is unmapped. Each pair is
 * checked and done as the invocation of its own would be; the first that cannot be done
 * ends the batch. Locks and other cores as in frame.c.
 */
#include <arch/vspace.h>

#include <abi/error.h>
#include <abi/object.h>
#include <api/ipc.h>
#include <object/cnode.h>

struct batch {
    const struct ipc_buffer *buffer;
    struct slot *slots;         /* the caller's CNode, if that is for all bits of an address */
    word radix, guard;
    word asid;
    paddr root;
    word *table;                /* page table of `region`, or null */
    word region;                /* address / 2 MiB */
    word changed;               /* entries that were there and are no more */
    word address;               /* of the last of them */
    unsigned open;              /* bits of an address whose table is missing */
};

/* The entry of a page; the table of the page before is at hand. */
static inline word *find_entry(struct batch *b, word address)
{
    word region = address >> table_shift(CAP_PAGE_DIRECTORY);

    if (!b->table || b->region != region) {
        word *entry = vspace_entry(b->root, address, PAGE_BITS, &b->open);

        b->table = entry ? (word *)ALIGN_DOWN((word)entry, TABLE_BITS) : NULL;
        b->region = region;
    }
    return b->table ? &b->table[address >> PAGE_BITS & MASK(9)] : NULL;
}

static void note_change(struct batch *b, word entry, word address)
{
    if (entry & ENTRY_PRESENT) {
        b->changed++;
        b->address = address;
    }
}

static bool map_one(struct batch *b, struct slot *slot, word address, word rights)
{
    struct cap frame = slot->cap;
    word *entry;

    if (cap_mapped(frame) ? cap_asid(frame) != b->asid || cap_vaddr(frame) != address
                          : address >= USER_TOP)
        return false;
    entry = find_entry(b, address);
    if (!entry)
        return false;
    note_change(b, *entry, address);
    *entry = frame_entry(frame, rights, 0);
    slot->cap = cap_with_mapping(frame, b->asid, address);
    return true;
}

static bool unmap_one(struct batch *b, struct slot *slot)
{
    struct cap frame = slot->cap;
    word *entry;

    if (!cap_mapped(frame))
        return true;
    if (cap_asid(frame) != b->asid)
        return false;
    entry = find_entry(b, cap_vaddr(frame));
    if (entry && (*entry & ENTRY_PRESENT) && entry_addr(*entry, 12) == cap_paddr(frame)) {
        note_change(b, *entry, cap_vaddr(frame));
        *entry = 0;
    }
    slot->cap = cap_unmapped(frame);
    return true;
}

/* As cspace_lookup, for most pairs without the call. */
static struct slot *find_slot(const struct batch *b, const struct invocation *inv,
                              word address)
{
    if (b->slots && address >> b->radix == b->guard)
        return &b->slots[address & MASK(b->radix)];
    return cspace_lookup(inv->caller, address);
}

/* As invocation_word. */
static word batch_word(const struct batch *b, const struct invocation *inv, word i)
{
    return i >= REGISTERS && b->buffer ? b->buffer->msg[i]
                                       : invocation_word(inv, (unsigned)i);
}

static bool do_one(struct batch *b, const struct invocation *inv, word pair)
{
    struct slot *slot = find_slot(b, inv, batch_word(b, inv, 2 * pair));
    word place = batch_word(b, inv, 2 * pair + 1);
    word rights = place & MASK(PAGE_BITS);

    b->open = 0;
    if (!slot || cap_type(slot->cap) != CAP_FRAME || cap_frame_size(slot->cap) != FRAME_4K
        || rights & ~(word)RIGHTS_READ_WRITE)
        return false;
    return rights ? map_one(b, slot, place - rights, rights) : unmap_one(b, slot);
}

/* How many pairs were done, from the first on; the locks are held. */
static word do_all(struct batch *b, const struct invocation *inv)
{
    word done = 0;

    while (done < inv->length / 2 && do_one(b, inv, done))
        done++;
    return done;
}

/* What does not change from pair to pair. */
static void begin(struct batch *b, const struct invocation *inv)
{
    struct cap root = inv->caller->slots[TCB_CSPACE].cap;

    *b = (struct batch){.buffer = inv->caller->buffer};
    if (cap_type(root) == CAP_CNODE
        && cap_cnode_radix(root) + cap_cnode_guard_size(root) == 64) {
        b->slots = cap_ptr(root);
        b->radix = cap_cnode_radix(root);
        b->guard = cap_cnode_guard(root);
    }
}

enum outcome vspace_batch(struct invocation *inv)
{
    struct batch b;
    enum outcome outcome;
    word result[2] = {0};

    if (inv->length == 0 || inv->length % 2)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    begin(&b, inv);
    spin_lock(&derivation_lock);
    struct cap space = inv->slot->cap;
    outcome = arch_valid_vspace(space) ? vspace_lock_cap(space, &b.root)
                                       : refuse_capability(0);
    if (outcome == OUTCOME_DONE) {
        b.asid = cap_asid(space);
        result[0] = do_all(&b, inv);
        result[1] = result[0] < inv->length / 2 ? b.open : 0;
        vspace_unlock(b.asid);
    }
    spin_unlock(&derivation_lock);
    if (b.changed)
        tlb_shootdown(b.root, b.address, b.changed > 1);
    return outcome == OUTCOME_DONE ? reply_words(inv, 2, result) : outcome;
}
