/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts and exceptions from user mode, as generic code wants to hear of them. */
#include <abi/fault.h>
#include <abi/object.h>
#include <arch/apic.h>
#include <arch/ioapic.h>
#include <arch/timer.h>
#include <arch/trap.h>
#include <core/arch.h>
#include <core/core.h>

#define PAGE_FAULT_FETCH  BIT(4)        /* in the error code: an instruction fetch */

word arch_interrupt_irq(struct core *self, word vector)
{
    word irq = vector - IRQ_OFFSET;
    bool deliver = false;

    if (vector == VECTOR_TIMER)
        timer_rearm(self);
    else if (irq <= IRQ_VECTOR_MAX)
        deliver = ioapic_arrived(irq);
    else if (vector != VECTOR_IPI)
        return ARCH_IRQ_COUNT;          /* spurious: not acknowledged */
    apic_end_of_interrupt();
    return deliver ? irq : ARCH_IRQ_COUNT;
}

static word fault_address(void)
{
    word v;
    __asm__ volatile("movq %%cr2, %0" : "=r"(v));
    return v;
}

bool arch_exception(struct core *self, struct tcb *t, word vector, struct fault *fault)
{
    word code = t->context.entry;

    (void)self;
    if (vector == EXCEPTION_NO_FPU && !(t->flags & TCB_FLAG_FPU_DISABLED)) {
        t->fpu_used = true;
        return false;
    }
    if (vector == EXCEPTION_PAGE_FAULT)
        *fault = (struct fault){
            FAULT_VM, {fault_address(), code, !!(code & PAGE_FAULT_FETCH)},
        };
    else
        *fault = (struct fault){FAULT_USER_EXCEPTION, {vector, code}};
    return true;
}
