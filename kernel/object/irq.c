/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts (manual, "Hardware I/O"). Each has a slot of the kernel's that holds a copy
 * of the notification capability to signal; that copy goes with the notification like
 * any other. A delivered interrupt stays masked until its handler acknowledges it.
 *
 * States and issuing: derivation lock or exclusion. The slots change under exclusion.
 */
#include <object/irq.h>

#include <core/arch.h>
#include <core/gate.h>
#include <object/cnode.h>
#include <object/notification.h>

static struct {
    _Alignas(32) struct slot notification;
    enum irq_state state;
} irqs[ARCH_IRQ_COUNT];

bool irq_is_issued(word irq)
{
    return irqs[irq].state != IRQ_FREE;
}

void irq_reserve(word irq)
{
    irqs[irq].state = IRQ_RESERVED;
}

void irq_deliver(word irq)
{
    struct cap cap = irqs[irq].notification.cap;

    arch_irq_mask(irq, true);
    if (cap_type(cap) == CAP_NOTIFICATION)
        notification_signal(this_core(), cap_notification(cap), cap_badge(cap));
}

void irq_issue(word irq, struct slot *parent, struct slot *dest)
{
    irqs[irq].state = IRQ_ISSUED;
    slot_insert_new(parent, dest, cap_make(CAP_IRQ_HANDLER, 0, 0, irq));
    arch_irq_mask(irq, false);
}

void irq_handler_finalise(struct cap cap)
{
    word irq = cap.w1;

    arch_irq_mask(irq, true);
    slot_delete_one(&irqs[irq].notification);
    irqs[irq].state = IRQ_FREE;
}

/* --- IRQControl ---------------------------------------- */

/* Get; the derivation lock is held. */
static enum outcome get_locked(struct invocation *inv, word irq)
{
    struct slot *dest;

    if (irq_is_issued(irq))
        return refuse(ERROR_REVOKE_FIRST);
    enum outcome outcome = cspace_target_slot(inv->extra[0]->cap, invocation_word(inv, 1),
                                              invocation_word(inv, 2), false, &dest);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (!cap_is_null(dest->cap))
        return refuse(ERROR_DELETE_FIRST);
    irq_issue(irq, inv->slot, dest);
    return OUTCOME_DONE;
}

static enum outcome get(struct invocation *inv)
{
    word irq = invocation_word(inv, 0);

    if (inv->length < 3 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    word error = arch_irq_check(irq);
    if (error == ERROR_RANGE)
        return refuse_range(0, ARCH_IRQ_COUNT - 1);
    if (error != ERROR_NONE)
        return refuse((enum error_code)error);
    spin_lock(&derivation_lock);
    enum outcome outcome = get_locked(inv, irq);
    spin_unlock(&derivation_lock);
    return outcome;
}

enum outcome irq_control_decode(struct invocation *inv)
{
    if (inv->label == INVOKE_IRQ_ISSUE_HANDLER)
        return get(inv);
    return arch_irq_control_decode(inv);
}

/* --- IRQHandler ---------------------------------------- */

static enum outcome set_notification(struct invocation *inv)
{
    struct slot *slot = &irqs[inv->cap.w1].notification;

    if (inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    struct cap cap = inv->extra[0]->cap;
    if (cap_type(cap) != CAP_NOTIFICATION || !(cap_rights(cap) & RIGHT_WRITE))
        return refuse_capability(0);
    slot_delete_one(slot);
    slot_insert(slot, cap, inv->extra[0]);
    return OUTCOME_DONE;
}

enum outcome irq_handler_decode(struct invocation *inv)
{
    switch (inv->label) {
    case INVOKE_IRQ_ACK:
        arch_irq_mask(inv->cap.w1, false);
        return OUTCOME_DONE;
    case INVOKE_IRQ_SET_HANDLER:
        return gate_exclusive() ? set_notification(inv) : OUTCOME_EXCLUSIVE;
    case INVOKE_IRQ_CLEAR_HANDLER:
        if (!gate_exclusive())
            return OUTCOME_EXCLUSIVE;
        slot_delete_one(&irqs[inv->cap.w1].notification);
        return OUTCOME_DONE;
    default:
        return refuse(ERROR_ILLEGAL_OPERATION);
    }
}
