/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reply objects; see reply.h. The chain of a lent context changes only on the core
 * that runs on the context, or under exclusion, so it needs no lock.
 */
#include <abi/fault.h>
#include <abi/object.h>
#include <api/fault.h>
#include <api/ipc.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/endpoint.h>
#include <object/refill.h>
#include <object/reply.h>

void reply_unclaim(struct reply *r)
{
    bit_lock(&r->tcb);
    bit_unlock_with(&r->tcb, 0);
}

/* The borrower runs at the higher of the two priorities. */
static void lend(struct sched_context *sc, struct tcb *caller, struct tcb *callee)
{
    caller->sc = NULL;
    sched_give(sc, callee);
    if (callee->home && caller->prio > callee->prio)
        callee->prio = caller->prio;
}

void reply_link(struct reply *r, struct tcb *caller, struct tcb *callee, bool donate)
{
    caller->reply = r;
    caller->state = THREAD_CALLING;
    if (donate && !callee->sc) {
        struct sched_context *sc = caller->sc;
        r->sc = sc;
        r->newer = NULL;
        r->older = sc->reply;
        if (sc->reply)
            sc->reply->newer = r;
        sc->reply = r;
        lend(sc, caller, callee);
    }
    bit_lock(&r->tcb);
    bit_unlock_with(&r->tcb, (word)caller);
}

/* Take `r` out of its chain. */
static void chain_remove(struct reply *r)
{
    if (r->newer)
        r->newer->older = r->older;
    else
        r->sc->reply = r->older;
    if (r->older)
        r->older->newer = r->newer;
    r->sc = NULL;
    r->newer = r->older = NULL;
}

/* Can all who lent r's context on fall back on contexts of their own? */
static bool can_recall(const struct reply *r)
{
    const struct tcb *borrower = r->sc->tcb;

    if (!borrower || !sched_on_loan(borrower))
        return false;
    for (const struct reply *on = r->sc->reply; on != r; on = on->older) {
        const struct tcb *lender = reply_tcb(on);
        if (lender->sc || !lender->home || lender->home == r->sc)
            return false;
    }
    return true;
}

/* The context lent with `r` went further: whoever has it gives it back, and so on, until
 * `r` is the newest of its chain. */
static void recall(struct reply *r)
{
    struct tcb *borrower = r->sc->tcb;

    if (borrower->queued != QUEUE_NONE)
        sched_remove(borrower);
    while (r->sc->reply != r)
        sched_return_loan(r->sc->tcb);
    tcb_go_home(borrower);
    sched_refresh(borrower);
}

/* `caller` waits no longer: the context it lent through `r` comes back. Exclusion, or the
 * current thread runs on that context and it was lent no further. */
static void give_back(struct reply *r, struct tcb *caller)
{
    struct sched_context *sc = r->sc;

    if (sc->reply != r && can_recall(r))
        recall(r);
    bool newest = sc->reply == r;
    struct tcb *borrower = sc->tcb;
    chain_remove(r);
    if (!newest || caller->sc)
        return;
    if (borrower) {
        if (borrower->queued)
            sched_remove(borrower);
        borrower->sc = NULL;
    }
    sched_give(sc, caller);
    if (!borrower)
        return;
    tcb_go_home(borrower);
    if (gate_exclusive())
        sched_refresh(borrower);
}

/* The caller has its answer: let it run. */
static void wake_caller(struct core *self, struct tcb *t, bool timed_out)
{
    struct sched_context *sc = t->sc;

    if (!sched_context_active(sc) || !tcb_runnable(t))
        return;
    if (!timed_out && sc != self->sc && !(refill_ready(sc, self->now)
        && refill_sufficient(sc, 0)) && fault_timeout_handler(t))
        fault_timeout(self, t);
    else
        sched_wake(self, t);
}

enum outcome reply_send(struct core *self, struct tcb *replier, struct reply *r,
                        bool grant)
{
    bit_lock(&r->tcb);
    struct tcb *t = reply_tcb(r);
    if (!t || (r->tcb & REPLY_CLAIMED)) {
        bit_unlock(&r->tcb);
        return OUTCOME_DONE;
    }
    if (r->sc && (r->sc != replier->sc || r->sc->reply != r) && !gate_exclusive()) {
        bit_unlock(&r->tcb);
        return OUTCOME_EXCLUSIVE;
    }
    t->reply = NULL;
    if (r->sc)
        give_back(r, t);
    bit_unlock_with(&r->tcb, 0);

    bool timed_out = t->fault.type == FAULT_TIMEOUT;
    if (t->fault.type == FAULT_NULL) {
        ipc_transfer(replier, t, NULL, 0, grant);
        t->state = THREAD_RUNNING;
    } else {
        bool again = fault_reply(t, replier, context_info(&replier->context));
        t->fault.type = FAULT_NULL;
        t->state = again ? THREAD_RESTART : THREAD_INACTIVE;
    }
    if (t->state != THREAD_INACTIVE)
        sched_go_home(t);
    wake_caller(self, t, timed_out);
    sched_request(self);
    return OUTCOME_DONE;
}

/* --- exclusion ---------------------------------------- */

void reply_cancel_caller(struct tcb *t)
{
    struct reply *r = t->reply;

    t->reply = NULL;
    t->state = THREAD_INACTIVE;
    t->fault.type = FAULT_NULL;
    if (r->sc)
        give_back(r, t);
    r->tcb = 0;
}

void reply_cancel(struct reply *r)
{
    struct tcb *t = reply_tcb(r);

    if (t)
        tcb_cancel(t);
    assert(r->tcb == 0);
}
