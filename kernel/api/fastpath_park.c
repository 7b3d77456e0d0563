/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast paths of servers that answer later: Send on a reply object whose caller has its
 * context (the server has received since), and Recv of a thread that was lent time and has
 * not answered. The first makes the caller ready, behind the server; the second ends the
 * loan and goes on with the thread that is ready next. As in fastpath.c, a function returns
 * null, with nothing changed, when the case is not the common one.
 */
#include <abi/fault.h>
#include <abi/object.h>
#include <api/fastpath.h>
#include <api/fastpath_parts.h>
#include <core/queue.h>
#include <core/roam.h>
#include <object/refill.h>

/* Would `caller`, which has its answer, just become ready behind the current thread? The
 * clock is not read: with the time of the last look its budget is rather too small. */
ALWAYS_INLINE bool just_ready(const struct core *self, const struct tcb *t,
                              const struct tcb *caller)
{
    struct sched_context *sc = caller->sc;

    return caller->fault.type == FAULT_NULL && caller->core == self->id
           && caller->prio <= t->prio && sched_context_active(sc) && sc != self->sc
           && !sc->spent && !sc->sporadic && refill_ready(sc, self->now)
           && refill_sufficient(sc, 0);
}

struct tcb *fastpath_send(struct core *self)
{
    struct tcb *t = self->current;
    word info = context_info(&t->context);
    struct cap cap;

    if (unlikely((info & EXTRA_CAPS_MASK) || !gate_try_enter(self) || self->reschedule))
        return NULL;
    if (unlikely(!lookup(t, context_cap(&t->context), &cap)
                 || cap_type(cap) != CAP_REPLY))
        return NULL;

    struct reply *reply = cap_reply(cap);
    bit_lock(&reply->tcb);
    struct tcb *caller = reply_tcb(reply);
    if (unlikely(!caller || (reply->tcb & REPLY_CLAIMED) || reply->sc
                 || !just_ready(self, t, caller) || !message_fits(info, t, caller))) {
        bit_unlock(&reply->tcb);
        return NULL;
    }
    caller->reply = NULL;
    caller->state = THREAD_RUNNING;
    transfer(t, caller, 0, info);
    bit_unlock_with(&reply->tcb, 0);

    spin_lock(&self->lock);
    ready_push(self, caller, caller->prio < t->prio);
    spin_unlock(&self->lock);
    if (core_count > 1)
        roam_offer(self, caller);
    arch_fast_stay(self, t);
    gate_leave(self);
    return t;
}

/* The thread to run next, taken out of its queue; null: there is none. Its priority is
 * announced, for cores that make another thread ready here. */
ALWAYS_INLINE struct tcb *take_ready(struct core *self)
{
    spin_lock(&self->lock);
    struct tcb *next = ready_pop(self);
    if (likely(next))
        self->current_prio = next->prio;
    spin_unlock(&self->lock);
    return next;
}

/* Charges what was used up to now, and goes on with the time of `next`. */
ALWAYS_INLINE void use_context(struct core *self, struct tcb *next)
{
    spin_lock(&self->lock);
    sched_use_context(self, next->sc);
    if (core_count > 1)
        roam_offer_ready(self);
    spin_unlock(&self->lock);
}

/* On the time of another, all of it in order, and there is budget left? */
ALWAYS_INLINE bool on_good_loan(struct core *self, const struct tcb *t)
{
    if (!sched_on_loan(t) || !(t->flags & TCB_FLAG_LEND) || t->sc != self->sc)
        return false;
    sched_update_time(self);
    return refill_sufficient(t->sc, self->consumed);
}

struct tcb *fastpath_recv(struct core *self)
{
    struct tcb *t = self->current;
    struct cap cap, reply_cap;

    if (unlikely(!gate_try_enter(self) || self->reschedule))
        return NULL;
    if (unlikely(!lookup(t, context_cap(&t->context), &cap)
                 || !lookup(t, context_reply(&t->context), &reply_cap)))
        return NULL;
    if (unlikely(cap_type(cap) != CAP_ENDPOINT || !(cap_rights(cap) & RIGHT_READ)
                 || cap_type(reply_cap) != CAP_REPLY || !on_good_loan(self, t)))
        return NULL;

    struct reply *reply = cap_reply(reply_cap);
    struct notification *bound = t->bound;
    if (unlikely(!reply_claim(reply, t)))
        return NULL;
    if (unlikely(!lock_bound(bound, t->sc)))
        goto slow_reply;
    struct endpoint *ep = cap_endpoint(cap);
    bit_lock(&ep->head);
    struct tcb *last = (struct tcb *)(ep->tail & ~MASK(2));
    struct tcb *next = likely(may_wait(ep, last, t)) ? take_ready(self) : NULL;
    if (unlikely(!next))
        goto slow_endpoint;

    sched_end_loan(t);
    make_current(self, next);
    use_context(self, next);
    wait_for_call(t, ep, last, reply);
    if (bound)
        spin_unlock(&bound->lock);
    sched_resume(next);
    gate_leave(self);
    return next;

slow_endpoint:
    bit_unlock(&ep->head);
    if (bound)
        spin_unlock(&bound->lock);
slow_reply:
    reply_unclaim(reply);
    return NULL;
}
