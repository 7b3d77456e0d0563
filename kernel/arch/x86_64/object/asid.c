/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address-space identifiers (manual, "ASID Control", "ASID Pool"). A pool is a page of
 * words: the physical address of the PML4 with that ASID, or 0; the low bit locks the
 * space. ASID 0 is never given. An ASID is written once under the derivation lock and
 * cleared under exclusion, so whoever is inside the gate may read without a lock.
 */
#include <arch/vspace.h>

#include <abi/object.h>
#include <core/gate.h>
#include <object/cnode.h>

_Static_assert(ASID_POOL_COUNT == BIT(ASID_POOLS_BITS), "as the interface says");
_Static_assert(ASID_POOL_SIZE == BIT(ASID_POOL_INDEX_BITS), "as the interface says");

word *asid_pools[ASID_POOL_COUNT];
word space_epoch = 1;

paddr vspace_lock(word asid)
{
    word *entry = asid_entry(asid);

    if (!entry || !(__atomic_load_n(entry, __ATOMIC_RELAXED) & ~BIT_LOCK))
        return 0;
    bit_lock(entry);
    return *entry & ~BIT_LOCK;
}

void vspace_unlock(word asid)
{
    bit_unlock(asid_entry(asid));
}

bool arch_valid_vspace(struct cap cap)
{
    return cap_is_space(cap);
}

/* Give the space an ASID of the pool: the capability to it, or null if all are taken. */
static struct cap assign(struct cap pool, struct cap pml4)
{
    word first = pool.w1;

    for (word asid = first ? first : 1; asid < first + ASID_POOL_SIZE; asid++) {
        word *entry = asid_entry(asid);
        if (*entry == 0) {
            __atomic_store_n(entry, cap_paddr(pml4), __ATOMIC_RELEASE);
            return cap_with_mapping(pml4, asid, 0);
        }
    }
    return cap_null();
}

struct cap asid_pool_boot(paddr pool)
{
    asid_pools[0] = phys_to_virt(pool);
    return cap_asid_pool(pool, 0);
}

struct cap asid_pool_assign_boot(struct cap pool, struct cap pml4)
{
    return assign(pool, pml4);
}

/* --- ASIDControl: MakePool ------------------------------------------------- */

static int free_pool(void)
{
    for (int i = 0; i < ASID_POOL_COUNT; i++) {
        if (!asid_pools[i])
            return i;
    }
    return -1;
}

static bool pool_memory(struct cap untyped)
{
    return cap_type(untyped) == CAP_UNTYPED && !cap_untyped_device(untyped)
           && cap_untyped_bits(untyped) == ASID_POOL_BITS;
}

/* Check what may change beside us, and make the pool. Derivation lock held. */
static enum outcome make_pool(struct slot *untyped, struct slot *dest, int index)
{
    if (!cap_is_null(dest->cap))
        return refuse(ERROR_DELETE_FIRST);
    if (slot_has_children(untyped))
        return refuse(ERROR_REVOKE_FIRST);

    paddr base = cap_paddr(untyped->cap);
    word *pool = phys_to_virt(base);
    __builtin_memset(pool, 0, BIT(ASID_POOL_BITS));
    untyped->cap = cap_untyped(base, ASID_POOL_BITS, false, BIT(ASID_POOL_BITS));
    slot_insert_new(untyped, dest, cap_asid_pool(base, (word)index * ASID_POOL_SIZE));
    __atomic_store_n(&asid_pools[index], pool, __ATOMIC_RELEASE);
    return OUTCOME_DONE;
}

static enum outcome make_pool_locked(struct invocation *inv)
{
    struct slot *untyped = inv->extra[0], *dest;
    int index = free_pool();

    if (index < 0)
        return refuse(ERROR_DELETE_FIRST);
    if (!pool_memory(untyped->cap))
        return refuse_capability(1);
    if (slot_has_children(untyped))
        return refuse(ERROR_REVOKE_FIRST);
    enum outcome outcome = cspace_target_slot(inv->extra[1]->cap, invocation_word(inv, 0),
                                              invocation_word(inv, 1), false, &dest);
    return outcome == OUTCOME_DONE ? make_pool(untyped, dest, index) : outcome;
}

enum outcome asid_control_decode(struct invocation *inv)
{
    if (inv->label != INVOKE_ASID_CONTROL_MAKE_POOL)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (inv->length < 2 || inv->extra_count < 2)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    enum outcome outcome = make_pool_locked(inv);
    spin_unlock(&derivation_lock);
    return outcome;
}

/* --- ASIDPool: Assign ------------------------------------------------------ */

static enum outcome assign_locked(struct cap pool, struct slot *space)
{
    if (cap_type(space->cap) != CAP_PML4 || cap_mapped(space->cap))
        return refuse_capability(1);
    struct cap assigned = assign(pool, space->cap);
    if (cap_is_null(assigned))
        return refuse(ERROR_DELETE_FIRST);
    space->cap = assigned;
    return OUTCOME_DONE;
}

enum outcome asid_pool_decode(struct invocation *inv)
{
    if (inv->label != INVOKE_ASID_POOL_ASSIGN)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    enum outcome outcome = assign_locked(inv->cap, inv->extra[0]);
    spin_unlock(&derivation_lock);
    return outcome;
}

/* --- removal, under exclusion ---------------------------------------------- */

/* Every core that has this space loaded gets the kernel's own. */
static void unload_everywhere(paddr root)
{
    for (unsigned i = 0; i < core_count; i++) {
        if (cores[i].arch.root == root)
            vspace_unload(i);
    }
}

void asid_release(struct cap pml4)
{
    word *entry = cap_mapped(pml4) ? asid_entry(cap_asid(pml4)) : NULL;

    if (!entry || *entry != cap_paddr(pml4))
        return;
    *entry = 0;
    unload_everywhere(cap_paddr(pml4));
}

void asid_pool_finalise(struct cap pool)
{
    word index = pool.w1 / ASID_POOL_SIZE;
    word *entries = asid_pools[index];

    if (!entries || entries != phys_to_virt(cap_paddr(pool)))
        return;
    asid_pools[index] = NULL;
    for (unsigned i = 0; i < ASID_POOL_SIZE; i++) {
        if (entries[i])
            unload_everywhere(entries[i]);
    }
}
