/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler of each core: 256 priorities, first in first out; threads whose
 * scheduling context lacks budget wait in the release queue. All functions are called
 * inside the gate and take the locks of the cores concerned themselves.
 */
#pragma once

#include <core/core.h>
#include <object/reply.h>
#include <object/sched_context.h>

/* Boot: prepare a core whose idle thread lives in `idle`. */
void core_init(struct core *core, unsigned id, struct tcb *idle);
/* Boot: the core begins to schedule; never returns. */
_Noreturn void core_start(struct core *self);
/* Boot: the root task runs on this core first. */
void sched_boot_thread(struct core *self, struct tcb *t);

/* Read the clock at kernel entry: time since the last look becomes uncharged time. */
static inline void sched_update_time(struct core *self)
{
    ticks now = arch_now();
    self->consumed += now - self->now;
    self->now = now;
}
/* May the current thread go on with what is left of its budget? If not it has been
 * charged and put aside (or has raised a timeout fault). */
bool sched_check_budget(struct core *self);
/* Charge the current context `amount` and end its time slice (Yield). */
void sched_end_slice(struct core *self, ticks amount, bool may_fault);

/* `t` has become runnable: let it run if it has a context with budget, now or when the
 * budget comes. Prefers switching to it directly. */
void sched_wake(struct core *self, struct tcb *t);
/* Under exclusion: what `t` may run on has changed. Where it is current it is looked at
 * again, otherwise it is queued if it can run. */
void sched_refresh(struct tcb *t);
/* Under exclusion: charge whoever runs on `sc` now, and forget that it does. */
void sched_forget_context(struct sched_context *sc);
/* Put a ready thread before its equals. */
void sched_prefer_in_queue(struct tcb *t);
/* The current thread stands back for the ready thread `t` of the same core. */
void sched_yield_to(struct core *self, struct tcb *t);
/* The thread woken last is queued: from now on others can deal with it. */
void sched_queue_candidate(struct core *self);
/* Take `t` off its ready or release queue, if it is on one. */
void sched_remove(struct tcb *t);
/* Does the thread run, or would it if its turn came? */
bool sched_schedulable(const struct tcb *t);
/* Ask for a fresh choice before this core leaves the kernel. */
static inline void sched_request(struct core *self) { self->reschedule = true; }

/* The current thread stops being current, because it is about to block or to be queued:
 * from the moment others can find it there, it may run on another core. Nothing of a
 * call that blocked may touch the thread afterwards. No effect on other threads. */
static inline void sched_detach(struct core *self, const struct tcb *t)
{
    if (self->current == t) {
        self->current = self->idle;
        self->reschedule = true;
    }
}

/* Choose, switch and program the timer; last step of a slow kernel entry. */
void schedule(struct core *self);

/* May a thread of this priority, lower than the current one's, run next? Announces it before
 * looking at the queue, under the lock, so that a core that wakes a thread here either is
 * seen or sees it. */
bool sched_announce_lower(struct core *self, unsigned prio);
/* Part of a switch: what was used is charged to the context that this core ran on, and it
 * runs on `sc` (may be null) from now on. Own lock held, the clock has been read. */
void sched_use_context(struct core *self, struct sched_context *sc);
/* The current thread is about to leave the kernel. */
static inline void sched_resume(struct tcb *t)
{
    if (unlikely(t->yield_to))
        sched_context_yield_done(t);
    if (t->state == THREAD_RESTART) {
        context_restart(&t->context);
        t->state = THREAD_RUNNING;
    }
}

/* `t` runs on (or waits with) `sc` from now on; both are not queued. */
static inline void sched_give(struct sched_context *sc, struct tcb *t)
{
    assert(t->queued == QUEUE_NONE && t->sc == NULL);
    sc->tcb = t;
    t->sc = sc;
    t->core = sc->core;
}
/* A thread lent time falls back on its own context, when it has one and no other. If its
 * LEND flag was cleared meanwhile, the context is from now on an ordinary one. */
void sched_go_home(struct tcb *t);
/* `t` is about to block in a receive: a loan goes back to its lender, and its home
 * context is put aside so that the next caller can lend. Others are not touched. */
void sched_park(struct tcb *t);
/* The borrower `t` gives its loan back to the thread that lent it, unless `t` is not a
 * LEND thread on a loan. Takes the lock of the reply object the loan came through. */
void sched_return_loan(struct tcb *t);
/* Is `t` a LEND thread that runs on the context of another? */
static inline bool sched_on_loan(const struct tcb *t)
{
    return t->home && t->sc && t->sc != t->home && t->sc->reply;
}
/* sched_return_loan() for a thread that is on a loan. */
static inline void sched_end_loan(struct tcb *t)
{
    struct sched_context *sc = t->sc;
    struct reply *r = sc->reply;

    bit_lock(&r->tcb);
    struct tcb *lender = reply_tcb(r);
    sc->reply = r->older;
    if (r->older)
        r->older->newer = NULL;
    r->older = r->newer = NULL;
    r->sc = NULL;
    t->sc = NULL;
    sc->tcb = NULL;
    if (!lender->sc)                /* else it was bound to another one meanwhile */
        sched_give(sc, lender);
    bit_unlock(&r->tcb);
}
/* Change the effective priority of a thread (exclusion). */
void sched_set_prio(struct tcb *t, unsigned prio);

static inline struct core *core_of(const struct tcb *t) { return &cores[t->core]; }
