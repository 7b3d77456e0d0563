/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IRQControl on a PC: handlers for pins of the IOAPICs and for message-signalled
 * interrupts (manual, "x86-Specific I/O"). User level chooses the vector; its number,
 * from 0 on, is the interrupt's number in the kernel.
 */
#include <object/irq.h>

#include <abi/object.h>
#include <arch/ioapic.h>
#include <core/arch.h>
#include <object/cnode.h>

/* Arguments of GetIOAPIC and GetMSI after the destination (index, depth). */
enum { ARG_INDEX, ARG_DEPTH, ARG_IOAPIC, ARG_PIN, ARG_LEVEL, ARG_POLARITY, ARG_VECTOR };
enum { ARG_BUS = 2, ARG_DEVICE, ARG_FUNCTION, ARG_HANDLE, ARG_MSI_VECTOR };

/* Stock accepts two fewer than IRQ_VECTOR_MAX says. */
#define LAST_VECTOR    (IRQ_VECTOR_MAX - 2)

#define PCI_BUSES      256
#define PCI_DEVICES    32
#define PCI_FUNCTIONS  8

/* With IOAPICs, interrupts are only made by the two calls below. */
word arch_irq_check(word irq)
{
    (void)irq;
    return ERROR_ILLEGAL_OPERATION;
}

/* A free vector and the destination slot; the derivation lock is held. */
static enum outcome check_common(struct invocation *inv, word vector, struct slot **dest)
{
    if (vector > LAST_VECTOR)
        return refuse_range(IRQ_VECTOR_MIN, LAST_VECTOR);
    if (irq_is_issued(vector))
        return refuse(ERROR_REVOKE_FIRST);
    enum outcome outcome =
        cspace_target_slot(inv->extra[0]->cap, invocation_word(inv, ARG_INDEX),
                           invocation_word(inv, ARG_DEPTH), false, dest);
    if (outcome != OUTCOME_DONE)
        return outcome;
    return cap_is_null((*dest)->cap) ? OUTCOME_DONE : refuse(ERROR_DELETE_FIRST);
}

static enum outcome check_pin(struct invocation *inv)
{
    word ioapic = invocation_word(inv, ARG_IOAPIC);

    if (ioapic_count() == 0)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (ioapic >= ioapic_count())
        return refuse_range(0, ioapic_count() - 1);
    if (invocation_word(inv, ARG_PIN) >= ioapic_pins((unsigned)ioapic))
        return refuse_range(0, ioapic_pins((unsigned)ioapic) - 1);
    if (invocation_word(inv, ARG_LEVEL) > 1 || invocation_word(inv, ARG_POLARITY) > 1)
        return refuse_range(0, 1);
    return OUTCOME_DONE;
}

static enum outcome get_ioapic(struct invocation *inv)
{
    word vector = invocation_word(inv, ARG_VECTOR);
    struct slot *dest;
    enum outcome outcome = check_common(inv, vector, &dest);

    if (outcome == OUTCOME_DONE)
        outcome = check_pin(inv);
    if (outcome == OUTCOME_DONE) {
        ioapic_route((unsigned)invocation_word(inv, ARG_IOAPIC),
                     (unsigned)invocation_word(inv, ARG_PIN),
                     invocation_word(inv, ARG_LEVEL), invocation_word(inv, ARG_POLARITY),
                     vector);
        irq_issue(vector, inv->slot, dest);
    }
    return outcome;
}

static enum outcome check_device(struct invocation *inv)
{
    static const unsigned limits[] = {PCI_BUSES, PCI_DEVICES, PCI_FUNCTIONS};

    for (unsigned i = 0; i < ARRAY_SIZE(limits); i++) {
        if (invocation_word(inv, ARG_BUS + i) >= limits[i])
            return refuse_range(0, limits[i] - 1);
    }
    return OUTCOME_DONE;
}

static enum outcome get_msi(struct invocation *inv)
{
    word vector = invocation_word(inv, ARG_MSI_VECTOR);
    struct slot *dest;
    enum outcome outcome = check_common(inv, vector, &dest);

    if (outcome == OUTCOME_DONE)
        outcome = check_device(inv);
    if (outcome == OUTCOME_DONE)
        irq_issue(vector, inv->slot, dest);
    return outcome;
}

enum outcome arch_irq_control_decode(struct invocation *inv)
{
    enum outcome outcome;

    if (inv->label != INVOKE_IRQ_ISSUE_HANDLER_IOAPIC
        && inv->label != INVOKE_IRQ_ISSUE_HANDLER_MSI)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (inv->length < 7 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    outcome = inv->label == INVOKE_IRQ_ISSUE_HANDLER_IOAPIC ? get_ioapic(inv)
                                                            : get_msi(inv);
    spin_unlock(&derivation_lock);
    return outcome;
}
