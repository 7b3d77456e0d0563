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
#include <api/fault.h>
#include <api/ipc.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/window.h>
#include <arch/switch.h>

#define EXTRA_CAPS_MASK  ((word)3 << 7)

/* In a flat CSpace, which is the usual one; false: it is none, or has no such slot. */
ALWAYS_INLINE bool lookup(const struct tcb *t, word address, struct cap *cap)
{
    word index = address - t->flat.first;

    if (unlikely(t->slots[TCB_CSPACE].cap.w0 != t->flat.root || index >= t->flat.count))
        return false;
    *cap = t->flat.slots[index].cap;
    return true;
}

/* May `next` replace the current thread of priority `prio` without a look at all the
 * queues? Announces the new priority before looking at the queue, under the lock, so
 * that a core waking a thread here either is seen or sees it. */
ALWAYS_INLINE bool may_switch(struct core *self, word prio, const struct tcb *next)
{
    if (likely(next->prio >= prio))
        return true;
    spin_lock(&self->lock);
    bool highest = ready_below(self, next->prio);
    if (highest)
        self->current_prio = next->prio;
    spin_unlock(&self->lock);
    return highest;
}

ALWAYS_INLINE bool message_fits(word info, const struct tcb *from, const struct tcb *to)
{
    word length = message_length(info);
    return length <= REGISTERS
           || (length <= MESSAGE_MAX_LENGTH && from->buffer && to->buffer);
}

ALWAYS_INLINE void transfer(struct tcb *from, struct tcb *to, word badge, word info)
{
    word length = message_length(info);

    context_copy_message(&to->context, &from->context, length);
    if (unlikely(length > REGISTERS))
        copy_words(&to->buffer->msg[REGISTERS], &from->buffer->msg[REGISTERS],
                   length - REGISTERS);
    context_set_badge(&to->context, badge);
    context_set_info(&to->context, info & ~((word)7 << 9));
}

/* The first receiver of an endpoint, taken out of its queue, if it runs on its caller's
 * time, can be replied from and is to run at once. */
ALWAYS_INLINE struct tcb *take_server(struct core *self, const struct tcb *t,
                                      struct endpoint *ep, word info)
{
    bit_lock(&ep->head);
    struct tcb *server = (struct tcb *)(ep->head & ~BIT_LOCK);
    if (unlikely((ep->tail & MASK(2)) != ENDPOINT_RECEIVING || server->sc
                 || !server->reply || !message_fits(info, t, server)
                 || !may_switch(self, server->home ? 0 : t->prio, server))) {
        bit_unlock(&ep->head);
        return NULL;
    }
    struct tcb *next = server->next;
    if (next)
        next->prev = NULL;
    else
        ep->tail = 0;
    server->state = THREAD_RUNNING;     /* a signal for it must not find it receiving */
    bit_unlock_with(&ep->head, (word)next);
    return server;
}

/* `t` waits for the server's reply; its context goes to the server. */
ALWAYS_INLINE void lend(struct core *self, struct tcb *t, struct tcb *server)
{
    struct reply *reply = server->reply;
    struct sched_context *sc = t->sc;

    server->reply = NULL;
    reply->sc = sc;
    reply->newer = NULL;
    reply->older = sc->reply;
    if (sc->reply)
        sc->reply->newer = reply;
    sc->reply = reply;
    t->reply = reply;
    t->state = THREAD_CALLING;
    t->sc = NULL;
    server->sc = sc;
    sc->tcb = server;
    server->core = (uint16_t)self->id;
    if (unlikely(server->prio < t->prio) && server->home)
        server->prio = t->prio;
    __atomic_store_n(&reply->tcb, (word)t, __ATOMIC_RELEASE);
}

ALWAYS_INLINE void make_current(struct core *self, struct tcb *t)
{
    self->current = t;
    self->current_prio = t->prio;
    arch_fast_switch(self, t);
}

ALWAYS_INLINE bool may_call(struct cap cap)
{
    word rights = cap_rights(cap);
    return cap_type(cap) == CAP_ENDPOINT && (rights & RIGHT_WRITE)
           && (rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}

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

/* A fault calls its handler in the same way; the caller is inside the gate. */
struct tcb *fastpath_fault(struct core *self, struct tcb *t, const struct fault *fault)
{
    struct cap cap = t->slots[TCB_FAULT].cap;

    if (unlikely(!may_call(cap) || self->reschedule))
        return NULL;
    struct tcb *handler = take_server(self, t, cap_endpoint(cap), 0);
    if (unlikely(!handler))
        return NULL;
    t->fault = *fault;
    lend(self, t, handler);
    context_set_badge(&handler->context, cap_badge(cap));
    context_set_info(&handler->context,
                     message_info(fault->type, 0, 0, fault_message(t, handler)));
    make_current(self, handler);
    gate_leave(self);
    return handler;
}

/* The bound notification of a receiver must have no signal, and not have lent the context
 * that the receiver runs on; keeps its lock. */
ALWAYS_INLINE bool lock_bound(struct notification *n, const struct sched_context *sc)
{
    if (likely(!n))
        return true;
    spin_lock(&n->lock);
    if (n->state != NOTIFICATION_ACTIVE && n->sc != sc)
        return true;
    spin_unlock(&n->lock);
    return false;
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
                 || (unlikely(caller->fault.type != FAULT_NULL)
                     && !restarts(caller, info))
                 || caller->sc || sc->spent || t->yield_to
                 || !message_fits(info, t, caller) || !lock_bound(bound, sc)))
        goto slow_reply;
    struct endpoint *ep = cap_endpoint(cap);
    bit_lock(&ep->head);
    struct tcb *last = (struct tcb *)(ep->tail & ~MASK(2));
    if (unlikely((ep->tail & MASK(2)) == ENDPOINT_SENDING
                 || (last && last->prio < t->base_prio)
                 || !may_switch(self, t->prio, caller)))
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

    t->prio = t->base_prio;
    t->state = THREAD_RECEIVING;
    t->reply = reply;
    t->blocked_on = ep;
    t->next = NULL;
    t->prev = last;
    bit_unlock_with(&reply->tcb, (word)t | REPLY_CLAIMED);
    ep->tail = (word)t | ENDPOINT_RECEIVING;
    if (last)
        last->next = t;
    bit_unlock_with(&ep->head, last ? ep->head & ~BIT_LOCK : (word)t);
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
