/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of Call and ReplyRecv: a client calls a waiting server that runs on the
 * caller's time (passive, or lent to), and the server answers and waits again. Each
 * function checks everything first; it returns null with nothing changed when the case
 * is not the common one, and the slow path does the call from its beginning.
 *
 * The ready queues are not touched: the context goes along with the message, so the
 * thread switched to is the one to run, unless its priority is lower than that of the
 * thread it replaces and a ready thread lies between.
 *
 * A core that was told to look for other work (reschedule) does so first: its current
 * thread may have lost its context, or belong to another core, while in user mode.
 */
#include <abi/fault.h>
#include <api/fastpath.h>
#include <api/fastpath_parts.h>
#include <api/fault.h>
#include <core/arch.h>
#include <object/window.h>

/* A server copies to or from its client's window, and goes on. */
static NOINLINE struct tcb *window(struct core *self, struct tcb *t, struct cap cap,
                                   word info)
{
    struct context *c = &t->context;
    struct window_request q = {context_mr(c, 0), context_mr(c, 1), context_mr(c, 2),
                               context_mr(c, 3)};
    word done;

    if (cap_type(cap) != CAP_REPLY || message_label(info) != INVOKE_REPLY_WINDOW_COPY
        || message_length(info) < 4 || !window_copy_fast(t, cap_reply(cap), &q, &done))
        return NULL;
    context_set_mr(c, 0, done);
    context_set_badge(c, 0);
    context_set_info(c, message_info(0, 0, 0, 1));
    arch_fast_stay(self, t);
    gate_leave(self);
    return t;
}

struct tcb *fastpath_call(struct core *self)
{
    struct tcb *t = self->current;
    word info = context_info(&t->context);

    if (unlikely((info & EXTRA_CAPS_MASK) || !gate_try_enter(self) || self->reschedule))
        return NULL;
    struct cap cap;
    if (unlikely(!lookup(t, context_cap(&t->context), &cap)))
        return NULL;
    if (unlikely(!may_call(cap)))
        return window(self, t, cap, info);
    struct tcb *server = take_server(self, t, cap_endpoint(cap), info);
    if (unlikely(!server))
        return NULL;
    lend(self, t, server);
    transfer(t, server, cap_badge(cap), info);
    make_current(self, server);
    gate_leave(self);
    return server;
}

/* Does this reply to its fault let the caller go on? */
ALWAYS_INLINE bool restarts(const struct tcb *caller, word info)
{
    return caller->fault.type == FAULT_VM || message_label(info) == 0;
}

struct tcb *fastpath_reply_recv(struct core *self)
{
    struct tcb *t = self->current;
    word info = context_info(&t->context);

    if (unlikely((info & EXTRA_CAPS_MASK) || !gate_try_enter(self) || self->reschedule))
        return NULL;
    struct cap cap, reply_cap;
    if (unlikely(!lookup(t, context_cap(&t->context), &cap)
                 || !lookup(t, context_reply(&t->context), &reply_cap)))
        return NULL;
    if (unlikely(cap_type(cap) != CAP_ENDPOINT || !(cap_rights(cap) & RIGHT_READ)
                 || cap_type(reply_cap) != CAP_REPLY))
        return NULL;

    struct reply *reply = cap_reply(reply_cap);
    struct sched_context *sc = t->sc;
    struct notification *bound = t->bound;
    bit_lock(&reply->tcb);
    struct tcb *caller = (struct tcb *)(reply->tcb & ~BIT_LOCK);
    if (unlikely(reply->sc != sc || !sc || sc->reply != reply
                 || ((word)caller & REPLY_CLAIMED)
                 || (likely(caller->fault.type == FAULT_NULL) ? false
                     : !restarts(caller, info))
                 || caller->sc || sc->spent || t->yield_to
                 || !message_fits(info, t, caller) || !lock_bound(bound, sc)))
        goto slow_reply;
    struct endpoint *ep = cap_endpoint(cap);
    bit_lock(&ep->head);
    struct tcb *last = (struct tcb *)(ep->tail & ~MASK(2));
    if (unlikely(!may_wait(ep, last, t) || !may_switch(self, t->prio, caller)))
        goto slow_endpoint;

    struct reply *older = reply->older;
    sc->reply = older;
    if (older)
        older->newer = NULL;
    reply->sc = NULL;
    t->sc = NULL;
    caller->sc = sc;
    sc->tcb = caller;
    caller->core = (uint16_t)self->id;
    caller->reply = NULL;
    caller->state = THREAD_RUNNING;
    if (likely(caller->fault.type == FAULT_NULL)) {
        transfer(t, caller, 0, info);
    } else {
        fault_reply(caller, t, info);
        caller->fault.type = FAULT_NULL;
        context_restart(&caller->context);
    }
    make_current(self, caller);

    bit_unlock_with(&reply->tcb, (word)t | REPLY_CLAIMED);
    wait_for_call(t, ep, last, reply);
    if (bound)
        spin_unlock(&bound->lock);
    gate_leave(self);
    return caller;

slow_endpoint:
    bit_unlock(&ep->head);
    if (bound)
        spin_unlock(&bound->lock);
slow_reply:
    bit_unlock(&reply->tcb);
    return NULL;
}
