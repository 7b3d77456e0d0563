/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: walking the tables, memory types, and the handshake that removes
 * translations from all cores (tlb_shootdown). See arch/vspace.h for the contracts.
 */
#include <arch/vspace.h>

#include <abi/object.h>
#include <arch/memory.h>
#include <core/gate.h>

#define MSR_PAT  0x277u

/*
 * The memory type of each PAT index, lowest byte first. The index is the vm attribute:
 * write-back 6, write-through 4, uncached 7 (an MTRR may combine), uncacheable 0, and
 * write-combining 1; the rest repeats. (Intel SDM volume 3, "Page Attribute Table".)
 */
#define PAT_VALUE  0x0007040100070406u

void pat_init(void)
{
    write_msr(MSR_PAT, PAT_VALUE);
}

enum outcome refuse_walk(unsigned left)
{
    this_core()->error->lookup = (struct lookup_error){
        .type = LOOKUP_MISSING_CAPABILITY, .bits_left = left,
    };
    return refuse_lookup(false);
}

enum outcome vspace_lock_cap(struct cap space, paddr *root)
{
    *root = vspace_lock(cap_asid(space));
    if (!*root) {
        this_core()->error->lookup = (struct lookup_error){.type = LOOKUP_INVALID_ROOT};
        return refuse_lookup(false);
    }
    if (*root != cap_paddr(space)) {
        vspace_unlock(cap_asid(space));
        return refuse_capability(1);
    }
    return OUTCOME_DONE;
}

void pml4_init(paddr base)
{
    const word *from = phys_to_virt(memory_root());
    word *to = phys_to_virt(base);

    for (unsigned i = 256; i < 512; i++)
        to[i] = from[i];
}

word *vspace_entry(paddr root, word address, unsigned shift, unsigned *stopped)
{
    word *table = phys_to_virt(root);

    for (unsigned s = table_shift(CAP_PML4);; s -= 9) {
        word *entry = &table[(address >> s) & MASK(9)];
        if (s == shift)
            return entry;
        if (!(*entry & ENTRY_PRESENT) || (*entry & ENTRY_LARGE)) {
            if (stopped)
                *stopped = s;
            return NULL;
        }
        table = phys_to_virt(entry_addr(*entry, s));
    }
}

static word table_entry(paddr table, word address, unsigned shift)
{
    const word *entries = phys_to_virt(table);

    return __atomic_load_n(&entries[address >> shift & MASK(9)], __ATOMIC_RELAXED);
}

/* The tables are walked level by level without a loop: windows are copied with this. */
void *vspace_user_pointer(paddr root, word address, bool write, word *left)
{
    const word needed = ENTRY_PRESENT | ENTRY_USER | (write ? ENTRY_WRITE : 0);
    word entry, size;

    if (address >= USER_TOP)
        return NULL;
    entry = table_entry(root, address, 39);
    if ((entry & needed) != needed)
        return NULL;
    entry = table_entry(entry & ENTRY_ADDR_MASK, address, 30);
    if ((entry & needed) != needed)
        return NULL;
    size = BIT(30);
    if (!(entry & ENTRY_LARGE)) {
        entry = table_entry(entry & ENTRY_ADDR_MASK, address, 21);
        if ((entry & needed) != needed)
            return NULL;
        size = BIT(21);
    }
    if (!(entry & ENTRY_LARGE)) {
        entry = table_entry(entry & ENTRY_ADDR_MASK, address, 12);
        if ((entry & needed) != needed)
            return NULL;
        size = BIT(12);
    }
    if (entry & ENTRY_DEVICE)
        return NULL;
    *left = size - (address & (size - 1));
    return phys_to_virt((entry & ENTRY_ADDR_MASK & ~(size - 1)) + (address & (size - 1)));
}

/* The entry of a thread's space in its ASID pool; null if the space is gone. */
static word *space_entry(const struct tcb *t)
{
    struct cap cap = t->slots[TCB_VSPACE].cap;
    word *entry = cap_is_space(cap) ? asid_entry(cap_asid(cap)) : NULL;

    return entry && (*entry & ~BIT_LOCK) == cap_paddr(cap) ? entry : NULL;
}

/* Two spaces are locked in the order of their entries. */
static void lock_spaces(word *a, word *b)
{
    bit_lock(a < b ? a : b);
    if (a != b)
        bit_lock(a < b ? b : a);
}

static void unlock_spaces(word *a, word *b)
{
    if (a != b)
        bit_unlock(b);
    bit_unlock(a);
}

word arch_user_copy(const struct tcb *to, word to_address, const struct tcb *from,
                    word from_address, word limit)
{
    word *target = space_entry(to), *source = space_entry(from);
    word done = 0, to_left, from_left;

    if (!target || !source)
        return 0;
    lock_spaces(target, source);
    paddr to_root = *target & ~BIT_LOCK, from_root = *source & ~BIT_LOCK;
    while (done < limit) {
        void *to_bytes =
            vspace_user_pointer(to_root, to_address + done, true, &to_left);
        const void *from_bytes =
            vspace_user_pointer(from_root, from_address + done, false, &from_left);
        if (!to_bytes || !from_bytes)
            break;
        word count = min_word(limit - done, min_word(to_left, from_left));
        __builtin_memmove(to_bytes, from_bytes, count);
        done += count;
    }
    unlock_spaces(target, source);
    return done;
}

/*
 * Shootdown. A requester changes the tables, then takes a ticket at each core that
 * has the space loaded and waits until that core has served it. The core notes the
 * newest ticket before it flushes and publishes it afterwards, so one flush serves all
 * tickets taken before it, and requesters need no lock among themselves.
 *
 * A core that loads the space meanwhile is safe: it writes arch.root, then a full
 * barrier, then loads CR3, which empties its cache. Either the requester, which puts a
 * full barrier between its change and its look at arch.root, sees that root, or the
 * core's first walk comes after the change.
 */
static struct {
    _Alignas(64) uint32_t taken;
    uint32_t served;
} tickets[CONFIG_MAX_CORES];

void tlb_serve(struct core *core)
{
    __atomic_fetch_and(&core->mailbox, ~(uint32_t)MAILBOX_TLB, __ATOMIC_SEQ_CST);
    uint32_t newest = __atomic_load_n(&tickets[core->id].taken, __ATOMIC_SEQ_CST);
    write_cr3(__atomic_load_n(&core->arch.root, __ATOMIC_SEQ_CST));
    __atomic_store_n(&tickets[core->id].served, newest, __ATOMIC_RELEASE);
}

static uint32_t request_flush(unsigned id)
{
    uint32_t ticket = __atomic_add_fetch(&tickets[id].taken, 1, __ATOMIC_SEQ_CST);

    __atomic_fetch_or(&cores[id].mailbox, MAILBOX_TLB, __ATOMIC_SEQ_CST);
    arch_ipi(id);
    return ticket;
}

static void await_flush(struct core *self, unsigned id, uint32_t ticket)
{
    const uint32_t *served = &tickets[id].served;

    while ((int32_t)(__atomic_load_n(served, __ATOMIC_ACQUIRE) - ticket) < 0) {
        arch_mailbox(self);
        cpu_relax();
    }
}

void tlb_shootdown(paddr root, word address, bool all)
{
    struct core *self = this_core();
    uint32_t awaited[CONFIG_MAX_CORES];
    word asked = 0;

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < core_count; i++) {
        paddr loaded = __atomic_load_n(&cores[i].arch.root, __ATOMIC_SEQ_CST);
        if (i == self->id || loaded != root)
            continue;
        awaited[i] = request_flush(i);
        asked |= BIT(i);
    }
    if (self->arch.root == root) {
        if (all)
            write_cr3(root);
        else
            invalidate_page(address);
    }
    for (unsigned i = 0; i < core_count; i++) {
        if (asked & BIT(i))
            await_flush(self, i, awaited[i]);
    }
}

void vspace_unload(unsigned core)
{
    struct core *self = this_core();

    __atomic_store_n(&cores[core].arch.root, memory_root(), __ATOMIC_SEQ_CST);
    if (core == self->id)
        write_cr3(memory_root());
    else
        await_flush(self, core, request_flush(core));
}
