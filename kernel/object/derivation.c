/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivation list: all capabilities in depth-first order of their derivation. A
 * capability's descendants follow it directly: those for which is_parent() holds, which
 * is read off the flags of the parent's slot and the memory both stand for (manual,
 * "Capability Derivation"; Elkaduwe, Derrin and Elphinstone, "Kernel Design for
 * Isolation and Assurance of Physical Memory", 2008).
 */
#include <abi/error.h>
#include <abi/object.h>
#include <core/arch.h>
#include <core/gate.h>
#include <object/cnode.h>
#include <object/untyped.h>

struct spinlock derivation_lock;

/* --- what a capability stands for ---------------------------------------- */

/* log2 of the size of a kernel object behind a generic capability; 0: no memory. */
static word generic_bits(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED:       return cap_untyped_bits(cap);
    case CAP_ENDPOINT:      return ENDPOINT_BITS;
    case CAP_NOTIFICATION:  return NOTIFICATION_BITS;
    case CAP_REPLY:         return REPLY_BITS;
    case CAP_CNODE:         return cap_cnode_radix(cap) + SLOT_BITS;
    case CAP_TCB:           return CONFIG_TCB_BITS;
    case CAP_SCHED_CONTEXT: return cap_field(cap, 0, 6);
    case CAP_ZOMBIE:        return cap_field(cap, 0, 6) == ZOMBIE_TCB
                                   ? CONFIG_TCB_BITS : cap_field(cap, 0, 6) + SLOT_BITS;
    default:                return 0;
    }
}

/* Where the object of a zombie begins: a TCB's slots are not its first bytes. */
static void *zombie_base(struct cap cap)
{
    return cap_field(cap, 0, 6) == ZOMBIE_TCB
           ? (void *)container_of(cap_ptr(cap), struct tcb, slots) : cap_ptr(cap);
}

static bool cap_region(struct cap cap, paddr *base, word *bits)
{
    if (cap_is_arch(cap))
        return arch_cap_region(cap, base, bits);
    *bits = generic_bits(cap);
    if (*bits == 0)
        return false;
    if (cap_type(cap) == CAP_UNTYPED)
        *base = cap_paddr(cap);
    else if (cap_type(cap) == CAP_ZOMBIE)
        *base = virt_to_phys(zombie_base(cap));
    else
        *base = virt_to_phys(cap_ptr(cap));
    return true;
}

static bool inside(struct cap outer, struct cap inner)
{
    paddr outer_base, base;
    word outer_bits, bits;

    if (!cap_region(outer, &outer_base, &outer_bits) || !cap_region(inner, &base, &bits))
        return false;
    return base >= outer_base && bits <= outer_bits
           && base - outer_base <= BIT(outer_bits) - BIT(bits);
}

/* Does `b` stand for (a part of) what `a` stands for? */
static bool same_region(struct cap a, struct cap b)
{
    switch (cap_type(a)) {
    case CAP_NULL:
    case CAP_ZOMBIE:
        return false;
    case CAP_UNTYPED:
        return !cap_is_null(b) && inside(a, b);
    case CAP_IRQ_CONTROL:
        return cap_type(b) == CAP_IRQ_CONTROL || cap_type(b) == CAP_IRQ_HANDLER;
    case CAP_IRQ_HANDLER:
    case CAP_SCHED_CONTROL:
        return cap_type(a) == cap_type(b) && a.w1 == b.w1;
    case CAP_DOMAIN:
        return cap_type(b) == CAP_DOMAIN;
    default:
        if (cap_is_arch(a))
            return cap_is_arch(b) && arch_cap_same_region(a, b);
        return cap_type(a) == cap_type(b) && cap_ptr(a) == cap_ptr(b);
    }
}

static bool same_object(struct cap a, struct cap b)
{
    if (cap_type(a) == CAP_UNTYPED || cap_type(a) != cap_type(b))
        return false;
    if (cap_is_arch(a))
        return arch_cap_same_object(a, b);
    return same_region(a, b);
}

/* --- relations in the list ---------------------------------------- */

static bool is_parent(const struct slot *a, const struct slot *b)
{
    if (!(a->next & SLOT_REVOCABLE) || !same_region(a->cap, b->cap))
        return false;
    if (cap_type(a->cap) == CAP_ENDPOINT || cap_type(a->cap) == CAP_NOTIFICATION) {
        word badge = cap_badge(a->cap);
        return badge == 0 || (badge == cap_badge(b->cap)
                              && !(b->next & SLOT_FIRST_BADGED));
    }
    return true;
}

bool slot_has_children(const struct slot *slot)
{
    const struct slot *next = slot_next(slot);
    return next && is_parent(slot, next);
}

bool slot_is_final(const struct slot *slot)
{
    const struct slot *prev = slot_prev(slot), *next = slot_next(slot);
    return !(prev && same_object(prev->cap, slot->cap))
           && !(next && same_object(slot->cap, next->cap));
}

/* --- changes (derivation lock or exclusion) ---------------------------------------- */

/* Word 0 last: see the publishing rule in core/cap.h. */
static void publish(struct slot *slot, struct cap cap)
{
    slot->cap.w1 = cap.w1;
    __atomic_store_n(&slot->cap.w0, cap.w0, __ATOMIC_RELEASE);
}

static void link_after(struct slot *slot, struct slot *before, word flags)
{
    struct slot *after = slot_next(before);

    slot->prev = (word)before;
    slot->next = (word)after | flags;
    before->next = (word)slot | (before->next & ~SLOT_LINK_MASK);
    if (after)
        after->prev = (word)slot;
}

static bool revocable_copy(struct cap cap, struct cap source)
{
    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        return cap_type(source) == cap_type(cap) && cap_badge(cap) != cap_badge(source);
    case CAP_IRQ_HANDLER:
        return cap_type(source) == CAP_IRQ_CONTROL;
    case CAP_UNTYPED:
        return true;
    default:
        return cap_is_arch(cap) && arch_cap_revocable(cap, source);
    }
}

void slot_insert(struct slot *dest, struct cap cap, struct slot *source)
{
    word flags = revocable_copy(cap, source->cap)
                 ? SLOT_REVOCABLE | SLOT_FIRST_BADGED : 0;

    assert(cap_is_null(dest->cap));
    if (cap_type(cap) == CAP_UNTYPED && cap_type(source->cap) == CAP_UNTYPED)
        source->cap = cap_untyped_with(source->cap, BIT(cap_untyped_bits(source->cap)), 0);
    link_after(dest, source, flags);
    publish(dest, cap);
}

void slot_insert_new(struct slot *parent, struct slot *dest, struct cap cap)
{
    assert(cap_is_null(dest->cap));
    link_after(dest, parent, SLOT_REVOCABLE | SLOT_FIRST_BADGED);
    publish(dest, cap);
}

void slot_write_initial(struct slot *slot, struct cap cap)
{
    slot->prev = 0;
    slot->next = SLOT_REVOCABLE | SLOT_FIRST_BADGED;
    publish(slot, cap);
}

void slot_unlink(struct slot *slot)
{
    struct slot *prev = slot_prev(slot), *next = slot_next(slot);

    if (prev)
        prev->next = (word)next | (prev->next & ~SLOT_LINK_MASK);
    if (next)
        next->prev = (word)prev;
    if (next && (slot->next & SLOT_FIRST_BADGED)
        && (cap_type(next->cap) == CAP_ENDPOINT || cap_type(next->cap) == CAP_NOTIFICATION)
        && same_object(slot->cap, next->cap) && cap_badge(slot->cap) == cap_badge(next->cap))
        next->next |= SLOT_FIRST_BADGED;
    *slot = (struct slot){0};
}

void slot_move(struct slot *from, struct slot *to, struct cap cap)
{
    struct slot *prev = slot_prev(from), *next = slot_next(from);

    assert(gate_exclusive() && cap_is_null(to->cap));
    *to = *from;
    to->cap = cap;
    if (prev)
        prev->next = (word)to | (prev->next & ~SLOT_LINK_MASK);
    if (next)
        next->prev = (word)to;
    *from = (struct slot){0};
}

void slot_swap(struct slot *a, struct slot *b)
{
    _Alignas(32) struct slot hold = {0};     /* links keep flags in five low bits */

    if (a == b)
        return;
    slot_move(a, &hold, a->cap);
    slot_move(b, a, b->cap);
    slot_move(&hold, b, hold.cap);
}

/* --- copying ---------------------------------------- */

word cap_derive(struct slot *slot, struct cap cap, struct cap *out)
{
    *out = cap;
    switch (cap_type(cap)) {
    case CAP_ZOMBIE:
    case CAP_IRQ_CONTROL:
    case CAP_REPLY:
    case CAP_NULL:
        break;
    case CAP_UNTYPED:
        if (slot_has_children(slot))
            return ERROR_REVOKE_FIRST;
        return ERROR_NONE;
    default:
        return cap_is_arch(cap) ? arch_cap_derive(cap, out) : ERROR_NONE;
    }
    if (cap_type(cap) != CAP_REPLY)
        *out = cap_null();
    return ERROR_NONE;
}

struct cap cap_mask_rights(struct cap cap, word rights)
{
    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
    case CAP_REPLY:
        return cap_with_field(cap, 0, 4, cap_rights(cap) & rights);
    case CAP_NOTIFICATION:
        return cap_with_field(cap, 0, 4, cap_rights(cap) & rights
                                         & (RIGHT_READ | RIGHT_WRITE));
    default:
        return cap_is_arch(cap) ? arch_cap_mask(cap, rights) : cap;
    }
}
