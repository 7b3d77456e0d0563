/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of x86-64: capabilities of frames, tables and ASID pools, entries of
 * the processor's tables, and the look-ups that the kernel does in them.
 *
 * Tables and frames are named by physical address everywhere; read a table through
 * phys_to_virt(). A space is its PML4 with an entry in an ASID pool; the low bit of
 * that entry is the space's lock, for every walk and change of its tables.
 */
#pragma once

#include <abi/message.h>
#include <api/invocation.h>
#include <arch/memory.h>
#include <core/arch.h>
#include <core/cap.h>
#include <core/core.h>
#include <core/types.h>

/* --- capabilities ---------------------------------------------------------- */

enum frame_size { FRAME_4K, FRAME_2M, FRAME_1G };

static inline unsigned frame_bits(enum frame_size size) { return 12 + 9 * size; }

/* An unmapped frame with rights to read and write. */
static inline struct cap cap_frame(paddr base, enum frame_size size, bool device)
{
    return cap_make(CAP_FRAME, base,
                    RIGHTS_READ_WRITE | (word)size << 2 | (word)device << 4, 0);
}
static inline word cap_frame_rights(struct cap cap) { return cap_field(cap, 0, 2); }
static inline bool cap_frame_device(struct cap cap) { return cap_field(cap, 4, 1); }
static inline enum frame_size cap_frame_size(struct cap cap)
{
    return (enum frame_size)cap_field(cap, 2, 2);
}

/* An unmapped table: CAP_PAGE_TABLE, CAP_PAGE_DIRECTORY, CAP_PDPT or CAP_PML4. */
static inline struct cap cap_table(enum cap_type type, paddr base)
{
    return cap_make(type, base, 0, 0);
}
static inline bool cap_is_table(struct cap cap)
{
    return cap_type(cap) >= CAP_PAGE_TABLE && cap_type(cap) <= CAP_PML4;
}

static inline unsigned cap_mapped_bit(struct cap cap)
{
    return cap_type(cap) == CAP_FRAME ? 5 : 0;
}

/* Of frames and tables: where it is mapped. A PML4 is "mapped" once it has an ASID. */
static inline bool cap_mapped(struct cap cap)
{
    return cap_field(cap, cap_mapped_bit(cap), 1);
}
static inline word cap_asid(struct cap cap) { return cap.w1 >> 48; }
static inline word cap_vaddr(struct cap cap) { return cap.w1 & MASK(48); }

static inline struct cap cap_with_mapping(struct cap cap, word asid, word vaddr)
{
    cap = cap_with_field(cap, cap_mapped_bit(cap), 1, 1);
    cap.w1 = asid << 48 | vaddr;
    return cap;
}
static inline struct cap cap_unmapped(struct cap cap)
{
    cap = cap_with_field(cap, cap_mapped_bit(cap), 1, 0);
    cap.w1 = 0;
    return cap;
}

static inline struct cap cap_asid_pool(paddr base, word first_asid)
{
    return cap_make(CAP_ASID_POOL, base, 0, first_asid);
}

static inline struct cap cap_ioport(word first, word last)
{
    return cap_make(CAP_IOPORT, 0, 0, last << 16 | first);
}
static inline word cap_ioport_first(struct cap cap) { return cap.w1 & MASK(16); }
static inline word cap_ioport_last(struct cap cap) { return cap.w1 >> 16; }

/* --- entries of the tables ------------------------------------------------- */

#define ENTRY_PRESENT     BIT(0)
#define ENTRY_WRITE       BIT(1)
#define ENTRY_USER        BIT(2)
#define ENTRY_CACHE_MASK  (BIT(3) | BIT(4))     /* bits 0, 1 of the PAT index */
#define ENTRY_CACHE_SHIFT 3
#define ENTRY_LARGE       BIT(7)                /* not in page tables */
#define ENTRY_DEVICE      BIT(9)                /* ours: a frame of device memory */
#define ENTRY_PAT_4K      BIT(7)                /* bit 2 of the PAT index */
#define ENTRY_PAT_LARGE   BIT(12)
#define ENTRY_ADDR_MASK   (MASK(52) & ~MASK(12))

/* Lowest address bit that a table of this type translates: 12, 21, 30 or 39. */
static inline unsigned table_shift(enum cap_type table)
{
    return 12 + 9 * (table - CAP_PAGE_TABLE);
}

/* The physical address in an entry of a table that translates from `shift`. */
static inline paddr entry_addr(word entry, unsigned shift)
{
    bool large = shift > 12 && (entry & ENTRY_LARGE);
    return entry & ENTRY_ADDR_MASK & ~(large ? MASK(shift) : 0);
}

/* The entry that maps a frame with these rights and vm attributes. Without RIGHT_READ there
 * are none. */
static inline word frame_entry(struct cap frame, word rights, word attributes)
{
    word entry = cap_paddr(frame) | ENTRY_PRESENT;
    bool large = cap_frame_size(frame) != FRAME_4K;

    rights &= cap_frame_rights(frame);
    if (rights & RIGHT_READ)
        entry |= ENTRY_USER | (rights & RIGHT_WRITE ? ENTRY_WRITE : 0);
    if (cap_frame_device(frame))
        entry |= ENTRY_DEVICE;
    if (large)
        entry |= ENTRY_LARGE;
    if (attributes & 4)
        entry |= large ? ENTRY_PAT_LARGE : ENTRY_PAT_4K;
    return entry | (attributes << ENTRY_CACHE_SHIFT & ENTRY_CACHE_MASK);
}

/*
 * Walk from `root` to the entry for `address` in the table that translates from
 * `shift`. Null if a table above is absent or a page ends the walk early; then
 * *stopped (may be null) is the number of address bits that were left. Needs the
 * space's lock or exclusion.
 */
word *vspace_entry(paddr root, word address, unsigned shift, unsigned *stopped);

/*
 * The kernel's address of the byte at user `address`, or null when it is not mapped
 * for the user, or not writable though `write`. *left: bytes up to the page's end.
 * The caller is inside the gate and uses the memory before it leaves: the frame cannot
 * be taken away meanwhile. Device memory, which the kernel does not touch, gives null.
 */
void *vspace_user_pointer(paddr root, word address, bool write, word *left);

/* --- spaces ---------------------------------------------------------------- */

/* Program the memory types that vm attributes select; on every core. */
void pat_init(void);

/* Lock the space with this ASID and return its root, or 0 (not locked): no such space. */
paddr vspace_lock(word asid);
void vspace_unlock(word asid);

/* The same for the space capability that is argument 1 of a map invocation: *root set and
 * the lock held on OUTCOME_DONE, else refused with ERROR_FAILED_LOOKUP (no such ASID) or
 * ERROR_INVALID_CAPABILITY. */
enum outcome vspace_lock_cap(struct cap space, paddr *root);
/* Refuse because no table translates the lowest `left` bits: ERROR_FAILED_LOOKUP. */
enum outcome refuse_walk(unsigned left);


/* --- translation caches ---------------------------------------------------- */

/*
 * After entries of the space `root` were removed or restricted: returns when no core
 * uses the old ones any more. all: everything, otherwise the page at `address`. Inside
 * the gate, best without a lock. Other cores' threads in that space go on meanwhile.
 */
void tlb_shootdown(paddr root, word address, bool all);
/* arch_mailbox() calls it for MAILBOX_TLB: clears the bit and reloads core->arch.root. */
void tlb_serve(struct core *core);
/* Exclusion: put the kernel's root in place of what that core has loaded, at once. */
void vspace_unload(unsigned core);

/* --- ASIDs ----------------------------------------------------------------- */

#define ASID_POOL_COUNT  8
#define ASID_POOL_SIZE   512

/* The registered pools; an entry is a root and its lock bit. Owner: object/asid.c. */
extern word *asid_pools[ASID_POOL_COUNT];

/* The word of the pool that this ASID has, or null. */
static inline word *asid_entry(word asid)
{
    word *pool = __atomic_load_n(&asid_pools[asid / ASID_POOL_SIZE % ASID_POOL_COUNT],
                                 __ATOMIC_ACQUIRE);
    return pool ? &pool[asid % ASID_POOL_SIZE] : NULL;
}

/* Is this a PML4 that has (or had) an ASID? */
static inline bool cap_is_space(struct cap cap)
{
    return cap_type(cap) == CAP_PML4 && cap_mapped(cap);
}

/* The root to load for a thread with this capability in its TCB_VSPACE slot: the
 * kernel's own unless the space still exists. Inside the gate, at every switch, because
 * a space can vanish with its ASID pool, and the slot be emptied by a revocation. */
static inline paddr vspace_root(struct cap cap)
{
    if (likely(cap_is_space(cap))) {
        const word *pool = asid_pools[cap_asid(cap) / ASID_POOL_SIZE % ASID_POOL_COUNT];
        if (pool && (pool[cap_asid(cap) % ASID_POOL_SIZE] & ~BIT(0)) == cap_paddr(cap))
            return cap_paddr(cap);
    }
    return memory_root();
}

/* Counts the times that a space may have vanished: changed under exclusion only. */
extern word space_epoch;

/* The same of a thread, remembered until a space vanishes. */
static inline paddr thread_root(struct tcb *t)
{
    if (unlikely(t->root_epoch != space_epoch)) {
        t->root = vspace_root(t->slots[TCB_VSPACE].cap);
        t->root_epoch = space_epoch;
    }
    return t->root;
}

/* Boot: register a zeroed page as the pool of ASIDs 0-511; gives its capability. */
struct cap asid_pool_boot(paddr pool);
/* Boot: give a PML4 an ASID of that pool; returns the assigned capability. */
struct cap asid_pool_assign_boot(struct cap pool, struct cap pml4);

enum outcome asid_control_decode(struct invocation *inv);
enum outcome asid_pool_decode(struct invocation *inv);
/* Exclusion. The pool goes, with all its ASIDs; or one space goes. */
void asid_pool_finalise(struct cap pool);
void asid_release(struct cap pml4);

/* --- object types: decode, and finalise under exclusion -------------------- */

enum outcome frame_decode(struct invocation *inv);
/* VSPACE_BATCH. */
enum outcome vspace_batch(struct invocation *inv);
void frame_finalise(struct cap frame);

enum outcome table_decode(struct invocation *inv);
void table_finalise(struct cap table);
/* A fresh PML4 gets the kernel's entries. */
void pml4_init(paddr base);

enum outcome ioport_control_decode(struct invocation *inv);
enum outcome ioport_decode(struct invocation *inv);
void ioport_finalise(struct cap cap);
