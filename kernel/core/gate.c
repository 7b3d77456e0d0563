/* SPDX-License-Identifier: BSD-2-Clause */
/* The gate; see gate.h. */
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>

uint32_t gate_closed;

void spin_wait(void)
{
    struct core *self = this_core();
    if (unlikely(self->mailbox))
        arch_mailbox(self);
    cpu_relax();
}

void gate_wait(struct core *self)
{
    while (__atomic_load_n(&gate_closed, __ATOMIC_ACQUIRE)) {
        __atomic_store_n(&self->gate, GATE_WAITING, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&gate_closed, __ATOMIC_ACQUIRE))
            spin_wait();
        __atomic_exchange_n(&self->gate, GATE_INSIDE, __ATOMIC_SEQ_CST);
    }
}

void gate_close(struct core *self)
{
    uint32_t open = 0;

    __atomic_store_n(&self->gate, GATE_WAITING, __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n(&gate_closed, &open, self->id + 1, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
        open = 0;
        spin_wait();
    }
    __atomic_store_n(&self->gate, GATE_INSIDE, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < core_count; i++) {
        while (i != self->id
               && __atomic_load_n(&cores[i].gate, __ATOMIC_ACQUIRE) == GATE_INSIDE)
            spin_wait();
    }
}

void gate_open(struct core *self)
{
    bool waiting = false;

    assert(gate_closed == self->id + 1);
    __atomic_store_n(&gate_closed, 0, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < core_count; i++)
        waiting |= i != self->id && cores[i].gate == GATE_WAITING;
    if (waiting)
        arch_give_turn();
}

bool gate_exclusive(void)
{
    return gate_closed == this_core()->id + 1;
}

bool preemption_wanted(void)
{
    uint32_t closed = __atomic_load_n(&gate_closed, __ATOMIC_RELAXED);
    return arch_interrupt_pending() || (closed && closed != this_core()->id + 1);
}

/* Interrupt a core in user mode and wait until it has saved its thread's registers. */
static void stop_core(struct core *c)
{
    arch_ipi(c->id);
    while (__atomic_load_n(&c->gate, __ATOMIC_ACQUIRE) != GATE_WAITING)
        spin_wait();
}

void core_evict(struct tcb *t)
{
    struct core *self = this_core();

    assert(gate_exclusive());
    for (unsigned i = 0; i < core_count; i++) {
        struct core *c = &cores[i];
        if (c->candidate == t)
            c->candidate = NULL;
        if (c->current != t)
            continue;
        if (c != self)
            stop_core(c);
        c->current = c->idle;
        c->evicted = true;
        c->reschedule = true;
    }
    arch_fpu_release(t);
}

void core_reschedule(unsigned core)
{
    cores[core].reschedule = true;
    if (core != this_core()->id)
        arch_ipi(core);
}
