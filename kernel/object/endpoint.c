/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints; see endpoint.h. Queues are ordered by priority, then by arrival. */
#include <abi/error.h>
#include <abi/fault.h>
#include <api/ipc.h>
#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/refill.h>
#include <object/reply.h>

/* --- the queue (endpoint lock held) ---------------------------------------- */

static struct tcb *queue_head(const struct endpoint *ep)
{
    return (struct tcb *)(ep->head & ~BIT_LOCK);
}
static struct tcb *queue_tail(const struct endpoint *ep)
{
    return (struct tcb *)(ep->tail & ~MASK(2));
}
static enum endpoint_state queue_state(const struct endpoint *ep)
{
    return (enum endpoint_state)(ep->tail & MASK(2));
}

static void queue_set(struct endpoint *ep, struct tcb *head, struct tcb *tail,
                      enum endpoint_state state)
{
    ep->head = (word)head | BIT_LOCK;
    ep->tail = head ? (word)tail | state : 0;
}

static void queue_insert(struct endpoint *ep, struct tcb *t, enum endpoint_state state)
{
    struct tcb *head = queue_head(ep), *tail = queue_tail(ep), *before = tail;

    while (before && before->prio < t->prio)
        before = before->prev;
    t->prev = before;
    t->next = before ? before->next : head;
    if (t->next)
        t->next->prev = t;
    else
        tail = t;
    if (before)
        before->next = t;
    else
        head = t;
    queue_set(ep, head, tail, state);
}

static void queue_remove(struct endpoint *ep, struct tcb *t)
{
    struct tcb *head = queue_head(ep), *tail = queue_tail(ep);

    if (t->prev)
        t->prev->next = t->next;
    else
        head = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        tail = t->prev;
    queue_set(ep, head, tail, queue_state(ep));
}

/* --- send ---------------------------------------- */

/* The message has been handed over: make the sender wait for its reply or go on. */
static void link_reply(struct core *self, struct tcb *sender, struct tcb *receiver,
                       struct reply *reply)
{
    bool donate = sender->sc && sender->fault.type != FAULT_TIMEOUT;
    sched_detach(self, sender);
    if (reply && (sender->can_grant || sender->can_grant_reply)) {
        reply_link(reply, sender, receiver, donate);
    } else {
        sender->state = THREAD_INACTIVE;
        sender->fault.type = FAULT_NULL;
    }
}

void endpoint_send(struct core *self, struct tcb *sender, struct cap cap, bool block,
                   bool call, bool can_donate)
{
    struct endpoint *ep = cap_endpoint(cap);
    word rights = cap_rights(cap);

    sender->badge = cap_badge(cap);
    sender->can_grant = rights & RIGHT_GRANT;
    sender->can_grant_reply = rights & RIGHT_GRANT_REPLY;
    sender->is_call = call;
    bit_lock(&ep->head);
    if (queue_state(ep) != ENDPOINT_RECEIVING) {
        if (block) {
            sched_detach(self, sender);
            sender->state = THREAD_SENDING;
            sender->blocked_on = ep;
            queue_insert(ep, sender, ENDPOINT_SENDING);
        }
        bit_unlock(&ep->head);
        return;
    }
    struct tcb *receiver = queue_head(ep);
    queue_remove(ep, receiver);
    receiver->state = THREAD_RUNNING;   /* a signal for it must not find it receiving */
    bit_unlock(&ep->head);

    struct reply *reply = receiver->reply;
    receiver->reply = NULL;
    if (reply)
        reply_unclaim(reply);
    ipc_transfer(sender, receiver, ep, sender->badge, sender->can_grant);
    if (call || sender->fault.type != FAULT_NULL) {
        link_reply(self, sender, receiver, reply);
    } else if (can_donate && !receiver->sc && !receiver->home && sender->sc
               && sender->sc != sender->home) {
        struct sched_context *sc = sender->sc;
        sender->sc = NULL;
        sched_give(sc, receiver);
        sched_request(self);
    }
    sched_go_home(receiver);
    sched_wake(self, receiver);
}

/* --- receive ---------------------------------------- */

/* About to block: a context lent by a notification goes back to it, a loan to its
 * lender, and a home context is put aside so that a caller can lend again. */
static void put_context_aside(struct core *self, struct tcb *t)
{
    if (t->bound)
        notification_return_context(t->bound, t);
    sched_park(t);
    sched_detach(self, t);
}

static void block_receiver(struct core *self, struct endpoint *ep, struct tcb *t,
                           struct reply *reply)
{
    put_context_aside(self, t);
    t->reply = reply;
    t->blocked_on = ep;
    t->state = THREAD_RECEIVING;
    queue_insert(ep, t, ENDPOINT_RECEIVING);
}

/* Take the message of the first sender in the queue. The endpoint is unlocked. */
static void accept_sender(struct core *self, struct endpoint *ep, struct tcb *receiver,
                          struct tcb *sender, struct reply *reply)
{
    if (reply)
        reply_unclaim(reply);
    ipc_transfer(sender, receiver, ep, sender->badge, sender->can_grant);
    if (sender->is_call || sender->fault.type != FAULT_NULL) {
        sched_park(receiver);       /* whatever it ran on, the caller lends anew */
        link_reply(self, sender, receiver, reply);
        sched_go_home(receiver);
        sched_request(self);
    } else {
        sender->state = THREAD_RUNNING;
        sched_wake(self, sender);
    }
}

enum outcome endpoint_receive(struct core *self, struct tcb *t, struct cap cap,
                              bool block, struct reply *reply)
{
    struct endpoint *ep = cap_endpoint(cap);
    struct notification *bound = t->bound;
    struct tcb *sender = NULL;

    if (reply && !reply_claim(reply, t)) {
        if (!gate_exclusive())
            return OUTCOME_EXCLUSIVE;
        reply_cancel(reply);
        reply_claim(reply, t);
    }
    if (bound) {
        spin_lock(&bound->lock);
        if (bound->state == NOTIFICATION_ACTIVE) {
            notification_take(bound, t);
            spin_unlock(&bound->lock);
            if (reply)
                reply_unclaim(reply);
            return OUTCOME_DONE;
        }
    }
    bit_lock(&ep->head);
    if (queue_state(ep) == ENDPOINT_SENDING) {
        sender = queue_head(ep);
        queue_remove(ep, sender);
    } else if (block) {
        block_receiver(self, ep, t, reply);
    }
    bit_unlock(&ep->head);
    if (bound)
        spin_unlock(&bound->lock);

    if (sender) {
        accept_sender(self, ep, t, sender, reply);
    } else if (!block) {
        if (reply)
            reply_unclaim(reply);
        context_set_badge(&t->context, 0);
    }
    return OUTCOME_DONE;
}

bool endpoint_wake_receiver(struct tcb *t)
{
    struct endpoint *ep = t->blocked_on;
    bool woken = false;

    bit_lock(&ep->head);
    if (t->state == THREAD_RECEIVING && t->blocked_on == ep) {
        queue_remove(ep, t);
        t->state = THREAD_RUNNING;
        woken = true;
    }
    bit_unlock(&ep->head);
    if (woken && t->reply) {
        reply_unclaim(t->reply);
        t->reply = NULL;
    }
    return woken;
}

/* --- cancellation (exclusion) ---------------------------------------- */

void endpoint_cancel(struct tcb *t)
{
    struct endpoint *ep = t->blocked_on;

    queue_remove(ep, t);
    bit_unlock(&ep->head);
    if (t->reply) {
        reply_unclaim(t->reply);
        t->reply = NULL;
    }
    t->state = THREAD_INACTIVE;
}

void endpoint_requeue(struct tcb *t)
{
    struct endpoint *ep = t->blocked_on;
    enum endpoint_state state = queue_state(ep);

    queue_remove(ep, t);
    queue_insert(ep, t, state);
    bit_unlock(&ep->head);
}

/* Senders repeat their call, unless it was a fault that they could not deliver. */
static void end_wait(struct tcb *t)
{
    if (t->fault.type == FAULT_NULL)
        tcb_restart(t);
    else
        tcb_cancel(t);
}

bool endpoint_end_one(struct endpoint *ep)
{
    struct tcb *t = queue_head(ep);
    if (t)
        end_wait(t);
    return t != NULL;
}

bool endpoint_cancel_badged(struct endpoint *ep, word badge)
{
    if (queue_state(ep) != ENDPOINT_SENDING)
        return true;
    for (struct tcb *t = queue_head(ep), *next; t; t = next) {
        next = t->next;
        if (t->badge == badge) {
            end_wait(t);
            if (next && preemption_wanted())
                return false;
        }
    }
    return true;
}
