/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications; see notification.h. A bound thread that receives holds the
 * notification's lock from the look at the word until it is queued on the endpoint,
 * and a signal holds it while it looks for that thread there: no signal is lost.
 */
#include <core/gate.h>
#include <core/sched.h>
#include <object/endpoint.h>
#include <object/notification.h>

static void queue_insert(struct notification *n, struct tcb *t)
{
    struct tcb *before = n->tail;

    while (before && before->prio < t->prio)
        before = before->prev;
    t->prev = before;
    t->next = before ? before->next : n->head;
    if (t->next)
        t->next->prev = t;
    else
        n->tail = t;
    if (before)
        before->next = t;
    else
        n->head = t;
    n->state = NOTIFICATION_WAITING;
}

static void queue_remove(struct notification *n, struct tcb *t)
{
    if (t->prev)
        t->prev->next = t->next;
    else
        n->head = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        n->tail = t->prev;
    if (!n->head)
        n->state = NOTIFICATION_IDLE;
}

/* A woken thread without a context gets the notification's, unless that is the home of some
 * thread, or falls back on its own. */
static void give_context(struct notification *n, struct tcb *t)
{
    if (!t->sc && n->sc && !n->sc->tcb && !n->sc->owner)
        sched_give(n->sc, t);
    sched_go_home(t);
}

void notification_take(struct notification *n, struct tcb *t)
{
    context_set_badge(&t->context, n->bits);
    n->bits = 0;
    n->state = NOTIFICATION_IDLE;
    give_context(n, t);
}

void notification_return_context(struct notification *n, struct tcb *t)
{
    if (n->sc && n->sc == t->sc) {
        t->sc = NULL;
        n->sc->tcb = NULL;
    }
}

/* Hand the signal to a thread that has been taken out of its queue. Lock held. */
static void wake(struct core *self, struct notification *n, struct tcb *t, word badge)
{
    context_set_badge(&t->context, badge);
    t->state = THREAD_RUNNING;
    give_context(n, t);
    sched_wake(self, t);
}

void notification_signal(struct core *self, struct notification *n, word badge)
{
    spin_lock(&n->lock);
    switch ((enum notification_state)n->state) {
    case NOTIFICATION_WAITING: {
        struct tcb *t = n->head;
        queue_remove(n, t);
        wake(self, n, t, badge);
        break;
    }
    case NOTIFICATION_IDLE:
        if (n->bound && n->bound->state == THREAD_RECEIVING
            && endpoint_wake_receiver(n->bound)) {
            wake(self, n, n->bound, badge);
            break;
        }
        n->state = NOTIFICATION_ACTIVE;
        n->bits = badge;
        break;
    case NOTIFICATION_ACTIVE:
        n->bits |= badge;
        break;
    }
    spin_unlock(&n->lock);
}

void notification_wait(struct core *self, struct tcb *t, struct notification *n,
                       bool block)
{
    spin_lock(&n->lock);
    if (n->state == NOTIFICATION_ACTIVE) {
        notification_take(n, t);
    } else if (block) {
        sched_detach(self, t);
        t->state = THREAD_WAITING;
        t->blocked_on = n;
        notification_return_context(n, t);
        sched_park(t);
        queue_insert(n, t);
    } else {
        context_set_badge(&t->context, 0);
    }
    spin_unlock(&n->lock);
}

/* --- exclusion ---------------------------------------- */

void notification_cancel(struct tcb *t)
{
    queue_remove(t->blocked_on, t);
    t->state = THREAD_INACTIVE;
}

void notification_requeue(struct tcb *t)
{
    struct notification *n = t->blocked_on;

    queue_remove(n, t);
    queue_insert(n, t);
}

bool notification_end_one(struct notification *n)
{
    struct tcb *t = n->head;
    if (t)
        tcb_restart(t);
    return t != NULL;
}

void notification_bind(struct notification *n, struct tcb *t)
{
    n->bound = t;
    t->bound = n;
}

void notification_unbind(struct notification *n)
{
    if (n->bound)
        n->bound->bound = NULL;
    n->bound = NULL;
}

void notification_finalise(struct notification *n)
{
    if (n->sc)
        n->sc->notification = NULL;
    n->sc = NULL;
    notification_unbind(n);
}
