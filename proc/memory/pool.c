/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools of kernel objects. Most kinds are made in small untyped capabilities of their own:
 * to give such an object back is to revoke its untyped, and to take it is to make it anew.
 * A batch is a row of slots: the untyped capabilities, then the objects. Tables are kept as
 * they are. Notes of slots link what is free.
 */
#include <stdbool.h>

#include <memory/reclaim.h>
#include <memory/slot.h>
#include <memory/untyped.h>
#include <transport/layout.h>

struct kind {
    enum object_type type;
    uint8_t size_bits;      /* for kc_untyped_retype */
    uint8_t bits;           /* of the memory */
    uint8_t batch;
    bool kept;
};

static const struct kind kinds[POOL_KINDS] = {
    [POOL_TCB] = {OBJECT_TCB, 0, TCB_BITS_XSAVE, 16, false},
    [POOL_SCHED_CONTEXT] = {OBJECT_SCHED_CONTEXT, SCHED_CONTEXT_MIN_BITS + 1,
                            SCHED_CONTEXT_MIN_BITS + 1, 32, false},
    [POOL_ENDPOINT] = {OBJECT_ENDPOINT, 0, ENDPOINT_BITS, 64, false},
    [POOL_NOTIFICATION] = {OBJECT_NOTIFICATION, 0, NOTIFICATION_BITS, 64, false},
    [POOL_REPLY] = {OBJECT_REPLY, 0, REPLY_BITS, 64, false},
    [POOL_CSPACE] = {OBJECT_CNODE, CSPACE_BITS, CSPACE_BITS + SLOT_BITS, 8, false},
    [POOL_PML4] = {OBJECT_PML4, 0, TABLE_BITS, 1, true},
    [POOL_PDPT] = {OBJECT_PDPT, 0, TABLE_BITS, 8, true},
    [POOL_PAGE_DIRECTORY] = {OBJECT_PAGE_DIRECTORY, 0, TABLE_BITS, 8, true},
    [POOL_PAGE_TABLE] = {OBJECT_PAGE_TABLE, 0, TABLE_BITS, 16, true},
};

static struct pool {
    cptr free;              /* kept: objects; else the untyped capabilities */
    size_t in_use;
    size_t resting;         /* of those in use */
    size_t unused;
} pools[POOL_KINDS];

static cptr asid_pool = ROOT_SLOT_ASID_POOL;

static void free_row(cptr row, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        slot_delete(row + i);
    }
}

/* Another pool of address space identifiers, when one is full. */
static bool more_asids(void)
{
    cptr row = slot_alloc_row(2);

    if (!row) {
        return false;
    }
    if (!untyped_retype(USE_OBJECTS, OBJECT_UNTYPED, ASID_POOL_BITS, ASID_POOL_BITS, row,
            1)) {
        slot_return_row(2);
        return false;
    }
    if (kc_asid_control_make_pool(ROOT_SLOT_ASID_CONTROL, row, slot_cnode, row + 1,
               SLOT_DEPTH) != ERROR_NONE) {
        free_row(row, 2);
        return false;
    }
    asid_pool = row + 1;
    return true;
}

static bool assign_asid(cptr pml4)
{
    static bool used_up;

    if (kc_asid_pool_assign(asid_pool, pml4) == ERROR_NONE) {
        return true;
    }
    used_up = used_up || !more_asids();
    return !used_up && kc_asid_pool_assign(asid_pool, pml4) == ERROR_NONE;
}

static void push(struct pool *pool, cptr slot)
{
    slot_set_note(slot, (uint32_t)pool->free);
    pool->free = slot;
    pool->unused++;
}

static bool fill(struct pool *pool, const struct kind *kind)
{
    unsigned slots = kind->kept ? kind->batch : 2u * kind->batch;
    cptr row = slot_alloc_row(slots);

    if (!row) {
        return false;
    }
    if (!untyped_retype(USE_OBJECTS, kind->kept ? kind->type : OBJECT_UNTYPED,
            kind->kept ? kind->size_bits : kind->bits, kind->bits, row, kind->batch)) {
        slot_return_row(slots);
        return false;
    }
    if (kind->type == OBJECT_PML4 && !assign_asid(row)) {
        free_row(row, slots);
        return false;
    }
    for (unsigned i = kind->batch; i-- > 0;) {
        push(pool, row + i);
    }
    return true;
}

cptr pool_take(enum pool_kind number)
{
    const struct kind *kind = &kinds[number];
    struct pool *pool = &pools[number];
    cptr taken, object;

    while (!pool->free && !fill(pool, kind)) {
        if (!memory_find()) {
            return 0;
        }
    }
    taken = object = pool->free;
    if (!kind->kept) {
        object = taken + kind->batch;
        if (kc_untyped_retype(taken, kind->type, kind->size_bits, slot_cnode, 0, 0, object,
                1) != ERROR_NONE) {
            return 0;
        }
    }
    pool->free = slot_note(taken);
    pool->unused--;
    pool->in_use++;
    return object;
}

void pool_return(enum pool_kind number, cptr object)
{
    const struct kind *kind = &kinds[number];

    pools[number].in_use--;
    if (kind->kept) {
        push(&pools[number], object);
        return;
    }
    (void)kc_cnode_revoke(slot_cnode, object - kind->batch, SLOT_DEPTH);
    push(&pools[number], object - kind->batch);
}

void pool_rest(enum pool_kind kind, size_t count)
{
    pools[kind].resting += count;
}

void pool_wake(enum pool_kind kind, size_t count)
{
    pools[kind].resting -= count;
}

size_t pool_unused(enum pool_kind kind)
{
    return pools[kind].unused + pools[kind].resting;
}

size_t pool_in_use(enum pool_kind kind)
{
    return pools[kind].in_use - pools[kind].resting;
}
