/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: two words each, stored in 32-byte slots that are linked into the
 * derivation list. Word 0 holds the type, an address and a few small fields;
 * word 1 holds what depends on the type:
 *
 *   type              word 0: 63-59 type, 58-48 bits, 47-0 addr   word 1
 *   UNTYPED           addr = paddr; size bits 0-5, device 6       dirty << 48 | used, bytes
 *   ENDPOINT          rights 0-3                                  badge
 *   NOTIFICATION      rights 0-3                                  badge
 *   REPLY             rights 0-3 (only GRANT matters)             0
 *   CNODE             radix 0-5                                   guard << 6 | guard size
 *   TCB               -                                           0
 *   SCHED_CONTEXT     size bits 0-5                               0
 *   SCHED_CONTROL     -  (no address)                             core
 *   IRQ_HANDLER       -  (no address)                             interrupt number
 *   ZOMBIE            radix 0-5 (63: a TCB)                       slots left to empty
 *   FRAME             addr = paddr; rights 0-1, size 2-3,         asid << 48 | vaddr
 *                     device 4, mapped 5,
 *                     a thread's IPC buffer 6
 *   PAGE_TABLE .. PML4, tables: mapped 0                          asid << 48 | vaddr
 *   ASID_POOL         -                                           first asid
 *   IOPORT            -  (no address)                             last << 16 | first
 *   IRQ_CONTROL, DOMAIN, ASID_CONTROL, IOPORT_CONTROL             0
 *
 * Publishing rule: a slot changes from empty to full by writing word 1 and the
 * list links first and word 0 last; word 0 = 0 is the empty slot. Slots are emptied
 * or overwritten only while all other cores are excluded (core/gate.h), so hot
 * look-ups read slots without a lock.
 */
#pragma once

#include <core/types.h>

enum cap_type {
    CAP_NULL = 0,
    CAP_UNTYPED,
    CAP_ENDPOINT,
    CAP_NOTIFICATION,
    CAP_REPLY,
    CAP_CNODE,
    CAP_TCB,
    CAP_SCHED_CONTEXT,
    CAP_SCHED_CONTROL,
    CAP_IRQ_CONTROL,
    CAP_IRQ_HANDLER,
    CAP_DOMAIN,
    CAP_ZOMBIE,
    /* capabilities of the processor architecture */
    CAP_FRAME = 16,
    CAP_PAGE_TABLE,
    CAP_PAGE_DIRECTORY,
    CAP_PDPT,
    CAP_PML4,
    CAP_ASID_CONTROL,
    CAP_ASID_POOL,
    CAP_IOPORT_CONTROL,
    CAP_IOPORT,
};

struct cap {
    word w0, w1;
};

/* Links keep flags in their low bits; slots are 32-byte aligned. */
#define SLOT_REVOCABLE      BIT(0)      /* in `next`: copies of it are its children */
#define SLOT_FIRST_BADGED   BIT(1)      /* in `next`: original or first of its badge */
#define SLOT_LINK_MASK      (~MASK(5))

struct slot {
    struct cap cap;
    word prev, next;
};

_Static_assert(sizeof(struct slot) == 32, "a slot is 32 bytes");

#define CAP_TYPE_SHIFT   59
#define CAP_FIELD_SHIFT  48

static inline enum cap_type cap_type(struct cap cap)
{
    return (enum cap_type)(cap.w0 >> CAP_TYPE_SHIFT);
}

static inline bool cap_is_arch(struct cap cap)
{
    return cap_type(cap) >= CAP_FRAME;
}

/* The address field as a kernel pointer (sign-extended from 48 bits). */
static inline void *cap_ptr(struct cap cap)
{
    return (void *)((int64_t)(cap.w0 << 16) >> 16);
}

/* The address field as a physical address. */
static inline paddr cap_paddr(struct cap cap)
{
    return cap.w0 & MASK(48);
}

/* Bits [low, low + width) of the small-field part of word 0. */
static inline word cap_field(struct cap cap, unsigned low, unsigned width)
{
    return (cap.w0 >> (CAP_FIELD_SHIFT + low)) & MASK(width);
}

static inline struct cap cap_with_field(struct cap cap, unsigned low, unsigned width,
                                        word value)
{
    word mask = MASK(width) << (CAP_FIELD_SHIFT + low);
    cap.w0 = (cap.w0 & ~mask) | ((value << (CAP_FIELD_SHIFT + low)) & mask);
    return cap;
}

static inline struct cap cap_make(enum cap_type type, word addr, word fields, word w1)
{
    return (struct cap){
        .w0 = (word)type << CAP_TYPE_SHIFT | fields << CAP_FIELD_SHIFT
              | (addr & MASK(48)),
        .w1 = w1,
    };
}

static inline struct cap cap_null(void) { return (struct cap){0, 0}; }
static inline bool cap_is_null(struct cap cap) { return cap.w0 == 0; }

/* Rights of endpoint, notification and reply capabilities: RIGHT_* of <abi/message.h>. */
static inline word cap_rights(struct cap cap) { return cap_field(cap, 0, 4); }
static inline word cap_badge(struct cap cap) { return cap.w1; }

static inline struct cap cap_untyped(paddr base, word bits, bool device, word used)
{
    return cap_make(CAP_UNTYPED, base, bits | (word)device << 6, used);
}
static inline word cap_untyped_bits(struct cap cap) { return cap_field(cap, 0, 6); }
static inline bool cap_untyped_device(struct cap cap) { return cap_field(cap, 6, 1); }
/* Bytes given out, from the start. */
static inline word cap_untyped_used(struct cap cap) { return cap.w1 & MASK(48); }

/* What ends in a unit of 2^-15 of the size that was counted as dirty. */
static inline unsigned cap_untyped_unit(struct cap cap)
{
    word bits = cap_untyped_bits(cap);
    return bits > 15 + 4 ? (unsigned)(bits - 15) : 4;
}
/* Bytes from the start on that may not be clear; those given out may not be either. */
static inline word cap_untyped_dirty(struct cap cap)
{
    return cap.w1 >> 48 << cap_untyped_unit(cap);
}
/* The capability when so much is given out, and so much may not be clear. */
static inline struct cap cap_untyped_with(struct cap cap, word used, word dirty)
{
    unsigned unit = cap_untyped_unit(cap);
    cap.w1 = (dirty + MASK(unit)) >> unit << 48 | used;
    return cap;
}

static inline struct cap cap_cnode(struct slot *slots, word radix, word guard,
                                   word guard_size)
{
    return cap_make(CAP_CNODE, (word)slots, radix, guard << 6 | guard_size);
}
static inline word cap_cnode_radix(struct cap cap) { return cap_field(cap, 0, 6); }
static inline word cap_cnode_guard(struct cap cap) { return cap.w1 >> 6; }
static inline word cap_cnode_guard_size(struct cap cap) { return cap.w1 & MASK(6); }

/* Of a frame: this capability is the one in its thread's TCB_BUFFER slot. */
static inline struct cap cap_frame_as_buffer(struct cap cap)
{
    return cap_with_field(cap, 6, 1, 1);
}
static inline bool cap_frame_is_buffer(struct cap cap)
{
    return cap_type(cap) == CAP_FRAME && cap_field(cap, 6, 1);
}

static inline struct slot *slot_next(const struct slot *s)
{
    return (struct slot *)(s->next & SLOT_LINK_MASK);
}
static inline struct slot *slot_prev(const struct slot *s)
{
    return (struct slot *)(s->prev & SLOT_LINK_MASK);
}
