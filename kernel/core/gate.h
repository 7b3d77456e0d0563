/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate: how the rare operations that destroy or rewrite things exclude all
 * others. Each core that works in the kernel is inside the gate, which costs it one
 * flag on its own cache line. A core that needs exclusion closes the gate and waits
 * until every other core is outside (in user mode, idle) or waiting at the gate.
 *
 * Under exclusion no other core touches a kernel object. A core in user mode still
 * *runs* its current thread; core_evict() takes it away.
 *
 * System calls start inside the gate. One that turns out to need exclusion returns
 * OUTCOME_EXCLUSIVE before it has any effect, and is decoded again under exclusion.
 */
#pragma once

#include <core/core.h>

extern uint32_t gate_closed;        /* number of the excluding core + 1, or 0 */

void gate_wait(struct core *self);  /* slow part of gate_enter */

/* Enter the kernel proper. Afterwards self->evicted may be set: see core.h. */
static inline void gate_enter(struct core *self)
{
    __atomic_exchange_n(&self->gate, GATE_INSIDE, __ATOMIC_SEQ_CST);
    if (unlikely(__atomic_load_n(&gate_closed, __ATOMIC_ACQUIRE)))
        gate_wait(self);
}

/* Enter if that needs no waiting. */
static inline bool gate_try_enter(struct core *self)
{
    __atomic_exchange_n(&self->gate, GATE_INSIDE, __ATOMIC_SEQ_CST);
    if (likely(!__atomic_load_n(&gate_closed, __ATOMIC_ACQUIRE)))
        return true;
    __atomic_store_n(&self->gate, GATE_OUTSIDE, __ATOMIC_RELEASE);
    return false;
}

/* Leave: this core touches no shared kernel object until the next gate_enter(). */
static inline void gate_leave(struct core *self)
{
    __atomic_store_n(&self->gate, GATE_OUTSIDE, __ATOMIC_RELEASE);
}

/* From inside: exclude all other cores. Others may have excluded us in between, so
 * everything learnt before must be looked up again. */
void gate_close(struct core *self);
/* End the exclusion; this core stays inside. */
void gate_open(struct core *self);
/* Does this core exclude the others? */
bool gate_exclusive(void);

/* Should long work stop here? An interrupt waits, or another core wants exclusion. */
bool preemption_wanted(void);

/* Under exclusion: make sure `t` runs on no core, its registers and floating-point
 * state saved in its TCB. If it was current somewhere, that core is told to look for
 * other work and forgets it. The caller's own core may be concerned too. */
void core_evict(struct tcb *t);
/* Tell a core to reconsider what it runs (budget or priority changed). */
void core_reschedule(unsigned core);
