/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling; see sched.h. Locks: a core's queues, and the scheduling contexts that
 * belong to it, are protected by that core's lock. Only a core itself changes its
 * `current`, `sc` and `candidate` (or another one under exclusion).
 */
#include <core/arch.h>
#include <core/gate.h>
#include <core/queue.h>
#include <core/roam.h>
#include <core/sched.h>
#include <object/notification.h>
#include <object/refill.h>
#include <object/reply.h>
#include <abi/fault.h>
#include <api/fault.h>
#include <api/entry.h>
#include <api/invocation.h>

struct core cores[CONFIG_MAX_CORES] __attribute__((aligned(64)));
unsigned core_count = 1;

void sched_remove(struct tcb *t)
{
    struct core *c = core_of(t);
    spin_lock(&c->lock);
    queue_remove(c, t);
    spin_unlock(&c->lock);
}

/* --- becoming runnable ---------------------------------------- */

bool sched_schedulable(const struct tcb *t)
{
    return tcb_runnable(t) && sched_context_active(t->sc)
           && t->queued != QUEUE_RELEASE;
}

static bool has_budget(struct core *self, struct sched_context *sc)
{
    return refill_ready(sc, self->now) && refill_sufficient(sc, 0);
}

/* Queue on another core and tell it when that matters. Its lock is held. */
static bool push_remote(struct core *c, struct tcb *t, bool front)
{
    ready_push(c, t, front);
    if ((int)t->prio <= c->current_prio)
        return false;
    c->reschedule = true;
    return true;
}

/* t is schedulable with budget: switch to it soon, or queue it. Own lock held. */
static void prefer(struct core *self, struct tcb *t)
{
    if (self->candidate || self->reschedule) {
        if (self->candidate)
            ready_push(self, self->candidate, true);
        self->candidate = NULL;
        self->reschedule = true;
        ready_push(self, t, true);
    } else {
        self->candidate = t;
    }
}

void sched_queue_candidate(struct core *self)
{
    struct tcb *t = self->candidate;

    if (!t)
        return;
    spin_lock(&self->lock);
    self->candidate = NULL;
    self->reschedule = true;
    ready_push(self, t, true);
    spin_unlock(&self->lock);
}

void sched_wake(struct core *self, struct tcb *t)
{
    struct core *c = core_of(t);
    bool interrupt = false;

    assert(t != self->current);
    if (!tcb_runnable(t) || !sched_context_active(t->sc))
        return;
    spin_lock(&c->lock);
    if (t->queued == QUEUE_NONE) {
        bool behind = t->sc->spent && !sched_on_loan(t);
        if (behind)
            t->sc->spent = false;
        if (t->sc->sporadic && t->sc != c->sc)
            refill_unblock(t->sc, self->now);
        if (t->sc != c->sc && !has_budget(self, t->sc)) {
            release_push(c, t);
            interrupt = c != self && c->release == t;
        } else if (c != self) {
            interrupt = push_remote(c, t, !behind);
        } else if (behind) {
            ready_push(self, t, false);
            self->reschedule = true;
        } else {
            prefer(self, t);
        }
    }
    bool waits = t->queued == QUEUE_READY;
    spin_unlock(&c->lock);
    if (interrupt)
        arch_ipi(c->id);
    if (waits && !interrupt)
        roam_offer(self, t);
}

void sched_prefer_in_queue(struct tcb *t)
{
    struct core *c = core_of(t);
    spin_lock(&c->lock);
    if (t->queued == QUEUE_READY) {
        ready_remove(c, t);
        ready_push(c, t, true);
    }
    spin_unlock(&c->lock);
}

void sched_yield_to(struct core *self, struct tcb *t)
{
    struct tcb *current = self->current;

    sched_detach(self, current);
    current->state = THREAD_RUNNING;
    spin_lock(&self->lock);
    if (t->queued == QUEUE_READY)
        ready_remove(self, t);
    ready_push(self, current, true);
    ready_push(self, t, true);
    spin_unlock(&self->lock);
}

void sched_refresh(struct tcb *t)
{
    struct core *self = this_core();
    assert(gate_exclusive());
    for (unsigned i = 0; i < core_count; i++) {
        if (cores[i].current == t || cores[i].candidate == t) {
            core_reschedule(i);
            return;
        }
    }
    sched_wake(self, t);
}

void sched_set_prio(struct tcb *t, unsigned prio)
{
    struct core *c = core_of(t);
    spin_lock(&c->lock);
    if (t->queued == QUEUE_READY) {
        ready_remove(c, t);
        t->prio = (uint8_t)prio;
        ready_push(c, t, true);
    } else {
        t->prio = (uint8_t)prio;
    }
    if (c->current == t)
        c->current_prio = (int)prio;
    bool look = c->current == t || (int)prio > c->current_prio;
    spin_unlock(&c->lock);
    if (look)
        core_reschedule(c->id);
}

/* --- time ---------------------------------------- */

/* Charge what the current context used since the last time. Own lock held. */
static void commit_time(struct core *self)
{
    struct sched_context *sc = self->sc;
    if (sc && self->consumed > 0 && sched_context_active(sc)) {
        refill_charge(sc, self->consumed);
        sc->consumed += self->consumed;
    }
    self->consumed = 0;
}

/* The current thread belongs to another core now: hand it over with all its state. */
static void migrate_current(struct core *self)
{
    struct tcb *t = self->current;
    sched_detach(self, t);
    sched_wake(self, t);
}

void sched_forget_context(struct sched_context *sc)
{
    assert(gate_exclusive());
    for (unsigned i = 0; i < core_count; i++) {
        struct core *c = &cores[i];
        if (c->sc != sc)
            continue;
        sched_update_time(c);
        commit_time(c);
        c->sc = NULL;
        c->reprogram = true;
        core_reschedule(i);
    }
}

/* A borrower used up its loan: the time goes back to whom it belongs, and every
 * borrower on the way falls back on its own context. */
static void loan_exhausted(struct tcb *t)
{
    while (t && sched_on_loan(t)) {
        struct sched_context *sc = t->sc;
        sched_return_loan(t);
        if (tcb_runnable(t))
            sched_go_home(t);
        t = sc->tcb;
    }
}

/* The current thread's slice is over: fault, queue at the end, or wait for budget. */
static void end_slice(struct core *self, bool may_fault)
{
    struct tcb *t = self->current;
    struct sched_context *sc = t->sc;

    if (sched_on_loan(t)) {
        may_fault = false;
        if (has_budget(self, sc))
            sc->spent = true;
        else
            loan_exhausted(t);
        sc = t->sc;
        if (t->core != self->id)
            return;                 /* schedule() hands it over */
    }
    if (may_fault && !sched_context_round_robin(sc) && fault_timeout_handler(t)) {
        fault_timeout(self, t);
        return;
    }
    sched_detach(self, t);
    spin_lock(&self->lock);
    if (has_budget(self, sc))
        ready_push(self, t, false);
    else
        release_push(self, t);
    spin_unlock(&self->lock);
}

void sched_end_slice(struct core *self, ticks amount, bool may_fault)
{
    struct sched_context *sc = self->sc;
    if (sc && sched_context_active(sc)) {
        spin_lock(&self->lock);
        refill_charge(sc, amount);
        sc->consumed += self->consumed;
        spin_unlock(&self->lock);
    }
    self->consumed = 0;
    self->reprogram = true;
    self->reschedule = true;
    if (self->current->sc == sc && sched_schedulable(self->current)
        && self->current->queued == QUEUE_NONE)
        end_slice(self, may_fault);
}

bool sched_check_budget(struct core *self)
{
    if (!self->sc || refill_sufficient(self->sc, self->consumed))
        return true;
    sched_end_slice(self, self->consumed, true);
    return false;
}

/* Threads whose budget has come become ready. Own lock held. */
static void awaken(struct core *self)
{
    while (self->release && refill_ready(self->release->sc, self->now)) {
        struct tcb *t = self->release;
        release_remove(self, t);
        prefer(self, t);
    }
}

static void program_timer(struct core *self)
{
    ticks deadline = ~(ticks)0;
    if (self->sc)
        deadline = self->now + refill_head(self->sc)->amount;
    if (self->release)
        deadline = min_word(deadline, refill_head(self->release->sc)->time);
    arch_timer_set(deadline);
}

/* --- choosing ---------------------------------------- */

/* The thread to run next, not in any queue. Own lock held. */
static struct tcb *choose(struct core *self)
{
    struct tcb *current = self->current, *candidate = self->candidate;
    bool stays = current != self->idle && sched_schedulable(current);

    self->candidate = NULL;
    if (!candidate && !self->reschedule && stays)
        return current;
    if (stays && candidate && candidate->prio > current->prio
        && ready_highest(self) <= (int)candidate->prio) {
        ready_push(self, current, true);
        return candidate;
    }
    if (stays && candidate && ready_highest(self) <= (int)current->prio) {
        ready_push(self, candidate, candidate->prio < current->prio);
        return current;
    }
    if (stays)
        ready_push(self, current, true);
    if (candidate)
        ready_push(self, candidate, !(stays && candidate->prio == current->prio));
    return ready_pop(self);
}

/* --- the last step of a kernel entry ---------------------------------------- */

void sched_use_context(struct core *self, struct sched_context *sc)
{
    if (sc != self->sc || self->reprogram)
        commit_time(self);
    if (sc != self->sc) {
        if (sc && !sc->sporadic)
            refill_unblock(sc, self->now);
        self->sc = sc;
        self->reprogram = true;
    }
    if (self->reprogram) {
        self->reprogram = false;
        program_timer(self);
    }
}

bool sched_announce_lower(struct core *self, unsigned prio)
{
    spin_lock(&self->lock);
    bool highest = ready_below(self, prio);
    if (highest)
        self->current_prio = (int)prio;
    spin_unlock(&self->lock);
    return highest;
}

static void switch_thread(struct core *self, struct tcb *next)
{
    self->current = next;
    arch_switch_to(self, next);
}

void schedule(struct core *self)
{
    if (self->current != self->idle && self->current->core != self->id)
        migrate_current(self);
    spin_lock(&self->lock);
    awaken(self);
    struct tcb *next = choose(self);
    self->reschedule = false;
    if (!next && core_count > 1) {
        spin_unlock(&self->lock);
        roam_note_idle(self, true);
        next = roam_pull(self);
        spin_lock(&self->lock);
        if (ready_highest(self) >= 0) {
            if (next)
                ready_push(self, next, true);
            next = ready_pop(self);
        }
    }
    if (!next)
        next = self->idle;
    roam_note_idle(self, next == self->idle);
    if (next != self->current)
        switch_thread(self, next);
    self->current_prio = next == self->idle ? -1 : (int)next->prio;
    sched_use_context(self, next->sc);
    roam_offer_ready(self);
    spin_unlock(&self->lock);
}

/* --- start ---------------------------------------- */

static struct syscall_error errors[CONFIG_MAX_CORES];

void core_init(struct core *core, unsigned id, struct tcb *idle)
{
    core->error = &errors[id];
    core->self = core;
    core->id = id;
    core->idle = core->current = idle;
    core->now = arch_now();
    core->current_prio = -1;
    core->gate = GATE_INSIDE;
    idle->state = THREAD_IDLE;
    idle->core = (uint16_t)id;
    idle->foreign_length = ~(word)0;
}

void sched_boot_thread(struct core *self, struct tcb *t)
{
    self->candidate = t;
}

_Noreturn void core_start(struct core *self)
{
    self->now = arch_now();
    self->reprogram = true;
    gate_enter(self);
    schedule(self);
    kernel_exit(self);
}
