/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fast paths have in common. Each checks everything first, and gives up with
 * nothing changed when the case is not the common one.
 */
#pragma once

#include <api/ipc.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
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

ALWAYS_INLINE void make_current(struct core *self, struct tcb *t)
{
    self->current = t;
    self->current_prio = t->prio;
    arch_fast_switch(self, t);
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

/* May `t` wait at an endpoint, behind the `last` thread there? Its lock is held. */
ALWAYS_INLINE bool may_wait(const struct endpoint *ep, const struct tcb *last,
                            const struct tcb *t)
{
    return (ep->tail & MASK(2)) != ENDPOINT_SENDING
           && !(last && last->prio < t->base_prio);
}

/* It waits there, having returned what it was lent. Unlocks the endpoint. */
ALWAYS_INLINE void wait_for_call(struct tcb *t, struct endpoint *ep, struct tcb *last,
                                 struct reply *reply)
{
    t->prio = t->base_prio;
    t->state = THREAD_RECEIVING;
    t->reply = reply;
    t->blocked_on = ep;
    t->next = NULL;
    t->prev = last;
    ep->tail = (word)t | ENDPOINT_RECEIVING;
    if (last)
        last->next = t;
    bit_unlock_with(&ep->head, last ? ep->head & ~BIT_LOCK : (word)t);
}

/* May `next` replace the current thread of priority `prio` without a look at all the
 * queues? */
ALWAYS_INLINE bool may_switch(struct core *self, word prio, const struct tcb *next)
{
    return likely(next->prio >= prio) || sched_announce_lower(self, next->prio);
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

ALWAYS_INLINE bool may_call(struct cap cap)
{
    word rights = cap_rights(cap);
    return cap_type(cap) == CAP_ENDPOINT && (rights & RIGHT_WRITE)
           && (rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}
