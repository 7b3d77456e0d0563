/* SPDX-License-Identifier: BSD-2-Clause */
/* The dummy CPU: clock, interrupts, cores and the ways out of the kernel. */
#include <arch/host.h>

#include <abi/error.h>
#include <abi/fault.h>

#include <core/arch.h>
#include <core/boot.h>
#include <core/core.h>
#include <core/gate.h>
#include <core/print.h>
#include <core/sched.h>
#include <object/irq.h>

struct host host;
word arch_ticks_per_us = HOST_TICKS_PER_US;

static struct tcb idle_threads[CONFIG_MAX_CORES];

void host_setup_cores(unsigned count)
{
    core_count = count;
    for (unsigned i = 0; i < count; i++) {
        tcb_init(&idle_threads[i]);
        host.self = &cores[i];
        core_init(&cores[i], i, &idle_threads[i]);
        cores[i].arch.loaded = &idle_threads[i];
        cores[i].arch.deadline = ~(ticks)0;
    }
}

_Noreturn void panic(const char *file, int line, const char *what)
{
    host.fail(file, line, what);
    __builtin_trap();
}

void console_put(char c)
{
    host.put(c);
}

/* --- time and interrupts ----------------------------------------------------------- */

void arch_timer_set(ticks deadline)
{
    host.self->arch.deadline = deadline;
    host.pause(HOST_TIMER);
}

void arch_ipi(unsigned core)
{
    __atomic_fetch_or(&host.ipi, (uint32_t)BIT(core), __ATOMIC_SEQ_CST);
    host.pause(HOST_IPI);
}

void arch_give_turn(void)
{
}

bool arch_interrupt_pending(void)
{
    host.pause(HOST_POLL);
    return host.interrupt || (host.ipi & BIT(host.self->id))
           || host.self->arch.deadline <= host.now;
}

void arch_mailbox(struct core *core)
{
    core->mailbox = 0;
}

/* The timer is spent by its interrupt. */
word arch_interrupt_irq(struct core *self, word vector)
{
    if (vector == HOST_VECTOR_TIMER && self->arch.deadline <= host.now)
        self->arch.deadline = ~(ticks)0;
    return vector < ARCH_IRQ_COUNT ? vector : ARCH_IRQ_COUNT;
}

word arch_irq_check(word irq)
{
    return irq < ARCH_IRQ_COUNT ? ERROR_NONE : ERROR_RANGE;
}

enum outcome arch_irq_control_decode(struct invocation *inv)
{
    (void)inv;
    return refuse(ERROR_ILLEGAL_OPERATION);
}

void arch_irq_mask(word irq, bool masked)
{
    if (masked)
        host.masked[irq / 64] |= BIT(irq % 64);
    else
        host.masked[irq / 64] &= ~BIT(irq % 64);
}

/* --- entry and exit ---------------------------------------------------------------- */

void arch_save_user_state(struct core *core)
{
    (void)core;
    host.pause(HOST_ENTRY);
}

void arch_own_user_state(struct core *core, struct tcb *t)
{
    if (core->arch.loaded != t)
        kpanic("a thread returns without having been switched to");
    host.pause(HOST_EXIT);
}

void arch_switch_to(struct core *core, struct tcb *t)
{
    core->arch.loaded = t;
    host.pause(HOST_SWITCH);
}

_Noreturn void arch_return_to_user(struct tcb *t)
{
    host.leave(host.self, t);
    kpanic("left the kernel and is still there");
}

_Noreturn void arch_idle(struct core *self)
{
    host.leave(self, NULL);
    kpanic("idles and is still there");
}

bool arch_exception(struct core *self, struct tcb *t, word vector, struct fault *fault)
{
    (void)self;
    *fault = (struct fault){
        .type = FAULT_USER_EXCEPTION, .words = {vector, t->context.rax},
    };
    return true;
}

bool arch_debug_syscall(struct tcb *t, int64_t number)
{
    (void)t;
    (void)number;
    return false;
}

/* --- state that this processor does not have --------------------------------------- */

void arch_fpu_init(struct tcb *t) { (void)t; }
void arch_fpu_release(struct tcb *t) { (void)t; }
void arch_vspace_changed(struct tcb *t) { (void)t; }
void arch_set_tls_base(struct tcb *t, word base) { t->context.fs_base = base; }
