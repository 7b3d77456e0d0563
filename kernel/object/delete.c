/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deleting capabilities. Deleting the last capability to a CNode or a thread deletes
 * all it holds, which may be much and may contain itself; the work is done in steps
 * with preemption points, without recursion. Everything here runs under exclusion.
 *
 * The capability being deleted becomes a ZOMBIE in its slot, which stands for the array
 * of slots still to be emptied, so that the memory stays accounted for. At rest, word 1
 * of a zombie is the number of slots left. When the array holds the last capability to
 * another CNode or thread, that one becomes a zombie in place and is emptied first;
 * meanwhile the outer one is suspended: its word 1 is the slot of the zombie that
 * encloses it, with SUSPENDED set.
 *
 * Cycles: a zombie may lie inside its own array (it is skipped and goes last), and the
 * array of the current zombie may hold a suspended one. Then the two change places: the
 * current one now lies in its own array, and the suspended one outside of it.
 */
#include <core/arch.h>
#include <core/gate.h>
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/irq.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>

#define SUSPENDED  BIT(0)

static struct slot *zombie_array(struct cap cap) { return cap_ptr(cap); }

static word zombie_size(struct cap cap)
{
    word radix = cap_field(cap, 0, 6);
    return radix == ZOMBIE_TCB ? TCB_SLOTS : BIT(radix);
}

static bool is_suspended(const struct slot *s)
{
    return cap_type(s->cap) == CAP_ZOMBIE && (s->cap.w1 & SUSPENDED);
}

/* While suspended the count of a zombie is not kept: bit 0 tells the two apart, so the
 * count is stored doubled. */
static word zombie_left(const struct slot *s) { return s->cap.w1 >> 1; }
static void zombie_set_left(struct slot *s, word left) { s->cap.w1 = left << 1; }
static struct slot *zombie_parent(const struct slot *s)
{
    return (struct slot *)(s->cap.w1 & ~SUSPENDED);
}

/* --- the last capability to an object goes ---------------------------------------- */

/* A frame goes that a thread has its IPC buffer in. */
static void forget_buffer(struct slot *slot)
{
    struct tcb *t = container_of(slot, struct tcb, slots[TCB_BUFFER]);
    t->buffer = NULL;
}

/* Returns true when the slot now holds a zombie. */
static bool finalise(struct slot *slot, bool final)
{
    struct cap cap = slot->cap;

    if (cap_is_arch(cap)) {
        if (cap_frame_is_buffer(cap))
            forget_buffer(slot);
        arch_cap_finalise(cap, final);
        return false;
    }
    if (!final)
        return false;
    switch (cap_type(cap)) {
    case CAP_NOTIFICATION:
        notification_finalise(cap_notification(cap));
        return false;
    case CAP_REPLY:
        reply_cancel(cap_reply(cap));
        return false;
    case CAP_SCHED_CONTEXT:
        sched_context_finalise(cap_sched_context(cap));
        return false;
    case CAP_IRQ_HANDLER:
        irq_handler_finalise(cap);
        return false;
    case CAP_CNODE:
        slot->cap = cap_make(CAP_ZOMBIE, (word)cap_ptr(cap), cap_cnode_radix(cap), 0);
        zombie_set_left(slot, zombie_size(slot->cap));
        return true;
    case CAP_TCB:
        tcb_finalise(cap_tcb(cap));
        slot->cap = cap_make(CAP_ZOMBIE, (word)cap_tcb(cap)->slots, ZOMBIE_TCB, 0);
        zombie_set_left(slot, zombie_size(slot->cap));
        return true;
    default:
        return false;
    }
}

/* The last capability to an endpoint or notification is about to go: let one of the
 * threads waiting there go on. False when there is none. */
static bool release_waiter(const struct slot *slot)
{
    switch (cap_type(slot->cap)) {
    case CAP_ENDPOINT:
        return slot_is_final(slot) && endpoint_end_one(cap_endpoint(slot->cap));
    case CAP_NOTIFICATION:
        return slot_is_final(slot) && notification_end_one(cap_notification(slot->cap));
    default:
        return false;
    }
}

/* Delete what is in the slot unless it is, or becomes, a zombie (then true). */
static bool delete_or_zombie(struct slot *slot)
{
    if (cap_is_null(slot->cap))
        return false;
    if (cap_type(slot->cap) == CAP_ZOMBIE || finalise(slot, slot_is_final(slot)))
        return true;
    slot_unlink(slot);
    return false;
}

void slot_delete_one(struct slot *slot)
{
    bool zombie = delete_or_zombie(slot);
    assert(!zombie);
    (void)zombie;
}

/* --- emptying zombies ---------------------------------------- */

enum { EMPTY_TOGETHER = 64 };       /* slots between two looks for interrupts */

struct burial {
    struct slot *root;          /* where it began; empty at the end */
    struct slot *current;       /* the innermost zombie */
    struct slot *parent;        /* of current; null at the root */
};

/* The count an enclosing zombie goes on with when the one in slot `child` is done. */
static word resume_left(struct slot *zombie, struct slot *child)
{
    struct slot *array = zombie_array(zombie->cap);
    word size = zombie_size(zombie->cap);
    return child >= array && child < array + size ? (word)(child - array) + 1 : size;
}

/* Go back to the enclosing zombie. */
static void ascend(struct burial *b)
{
    struct slot *outer = b->parent, *child = b->current;
    b->parent = zombie_parent(outer);
    zombie_set_left(outer, resume_left(outer, child));
    b->current = outer;
}

static void descend(struct burial *b, struct slot *inner)
{
    b->current->cap.w1 = (word)b->parent | SUSPENDED;
    b->parent = b->current;
    b->current = inner;
}

/* `s`, in the current array, holds a suspended zombie: change places with it. */
static void trade_places(struct burial *b, struct slot *s)
{
    struct slot *old = b->current;

    slot_swap(s, old);
    if (b->root == s)
        b->root = old;
    if (b->parent == s)
        b->parent = old;
    for (struct slot *z = b->parent; z; z = zombie_parent(z)) {
        if (zombie_parent(z) == s)
            z->cap.w1 = (word)old | SUSPENDED;
    }
    b->current = s;
}

/* What is left without the empty slots at the end, of which it looks at some. */
static word skip_empty(const struct slot *zombie, word left)
{
    const struct slot *array = zombie_array(zombie->cap);
    word end = left > EMPTY_TOGETHER ? left - EMPTY_TOGETHER : 0;

    while (left > end && cap_is_null(array[left - 1].cap))
        left--;
    return left;
}

/* True when there is less to do than before, even after starting again. */
static bool bury_step(struct burial *b)
{
    struct slot *z = b->current;
    word all = zombie_left(z), left = skip_empty(z, all);

    if (left != all) {
        zombie_set_left(z, left);
        return true;
    }

    struct slot *last = &zombie_array(z->cap)[left - 1];

    if (last != z && is_suspended(last)) {
        trade_places(b, last);
        zombie_set_left(b->current, left - 1);
        return false;
    }
    if (last != z && release_waiter(last))
        return true;
    if (last != z && delete_or_zombie(last)) {
        descend(b, last);
        return false;
    }
    zombie_set_left(z, left - 1);
    return true;
}

/* An interrupt stops it only after some progress: the way down to where it was starts again
 * from the root, so that otherwise deep nesting could make it last forever. */
static enum outcome bury(struct slot *root)
{
    struct burial b = {.root = root, .current = root, .parent = NULL};
    bool progress = false;

    for (;;) {
        if (zombie_left(b.current) > 0) {
            progress |= bury_step(&b);
        } else {
            struct slot *done = b.current;
            if (!b.parent) {
                slot_unlink(done);
                return OUTCOME_DONE;
            }
            ascend(&b);
            slot_unlink(done);
            progress = true;
        }
        if (progress && preemption_wanted()) {
            while (b.parent)
                ascend(&b);
            return OUTCOME_PREEMPTED;
        }
    }
}

enum outcome slot_delete(struct slot *slot)
{
    while (release_waiter(slot)) {
        if (preemption_wanted())
            return OUTCOME_PREEMPTED;
    }
    return delete_or_zombie(slot) ? bury(slot) : OUTCOME_DONE;
}

enum outcome slot_revoke(struct slot *slot)
{
    while (!cap_is_null(slot->cap) && slot_has_children(slot)) {
        enum outcome outcome = slot_delete(slot_next(slot));
        if (outcome != OUTCOME_DONE)
            return outcome;
        if (preemption_wanted())
            return OUTCOME_PREEMPTED;
    }
    return OUTCOME_DONE;
}
