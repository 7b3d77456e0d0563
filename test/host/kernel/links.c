/* SPDX-License-Identifier: BSD-2-Clause */
/* The pointers between objects, and the queues of threads in them; see invariants.h. */
#include <abi/fault.h>
#include <core/arch.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/refill.h>
#include <object/reply.h>

#include "invariants.h"
#include "machine.h"

/* --- threads ----------------------------------------------------------------------- */

static void check_waiting(struct tcb *t)
{
    struct reply *r = t->reply;

    switch ((enum thread_state)t->state) {
    case THREAD_RECEIVING:
        object_at(t->blocked_on, CAP_ENDPOINT, "receives on no endpoint");
        if (r) {
            object_at(r, CAP_REPLY, "would use no reply object");
            CHECK(r->tcb == ((word)t | REPLY_CLAIMED), t);
        }
        break;
    case THREAD_SENDING:
        object_at(t->blocked_on, CAP_ENDPOINT, "sends to no endpoint");
        CHECK(!r, t);
        break;
    case THREAD_WAITING:
        object_at(t->blocked_on, CAP_NOTIFICATION, "waits for no notification");
        CHECK(!r, t);
        break;
    case THREAD_CALLING:
        object_at(r, CAP_REPLY, "awaits no reply object");
        CHECK(r->tcb == (word)t, t);
        break;
    default:
        CHECK(!r, t);
        CHECK(t->fault.type == FAULT_NULL, t);
    }
}

static void check_thread(struct tcb *t)
{
    CHECK(t->state <= THREAD_CALLING && t->core < core_count, t);
    check_waiting(t);
    if (t->sc) {
        object_at(t->sc, CAP_SCHED_CONTEXT, "runs on no scheduling context");
        CHECK(t->sc->tcb == t && t->core == t->sc->core, t);
    }
    if (t->home) {
        object_at(t->home, CAP_SCHED_CONTEXT, "is at home on no scheduling context");
        CHECK(t->home->owner == t, t);
    }
    if (t->bound) {
        object_at(t->bound, CAP_NOTIFICATION, "bound to no notification");
        CHECK(t->bound->bound == t, t);
    }
    if (t->yield_to) {
        object_at(t->yield_to, CAP_SCHED_CONTEXT, "yielded to no scheduling context");
        CHECK(t->yield_to->yield_from == t, t);
    }
    CHECK(t->base_prio == t->prio || t->home, t);
}

/* The buffer is memory of the frame whose capability the thread holds. */
static void check_buffer(struct tcb *t)
{
    struct cap frame = t->slots[TCB_BUFFER].cap;

    if (!t->buffer)
        return;
    CHECK(cap_type(frame) == CAP_FRAME, t);
    CHECK(virt_to_phys(t->buffer) - cap_paddr(frame) < 4096, t);
}

/* --- queues of objects ------------------------------------------------------------- */

static unsigned check_queue(struct tcb *head, struct tcb *tail, enum thread_state state,
                            const void *object)
{
    unsigned length = 0;
    struct tcb *last = NULL;

    for (struct tcb *t = head; t; last = t, t = t->next) {
        object_at(t, CAP_TCB, "no thread in an object's queue");
        CHECK(t->state == state && t->blocked_on == object, t);
        CHECK(t->prev == last && t->queued == QUEUE_NONE, t);
        CHECK(!last || last->prio >= t->prio, t);
        CHECK(++length < MAX_OBJECTS, t);
    }
    CHECK(last == tail, object);
    return length;
}

static unsigned check_endpoint(const struct endpoint *ep)
{
    word state = ep->tail & MASK(2);

    CHECK(!(ep->head & MASK(4)) && state <= ENDPOINT_RECEIVING, ep);
    CHECK((ep->head == 0) == (state == ENDPOINT_IDLE), ep);
    return check_queue((struct tcb *)ep->head, (struct tcb *)(ep->tail & ~MASK(2)),
                       state == ENDPOINT_SENDING ? THREAD_SENDING : THREAD_RECEIVING, ep);
}

static unsigned check_notification(const struct notification *n)
{
    CHECK(!n->lock.held && n->state <= NOTIFICATION_ACTIVE, n);
    CHECK((n->head != NULL) == (n->state == NOTIFICATION_WAITING), n);
    if (n->bound) {
        object_at(n->bound, CAP_TCB, "bound to no thread");
        CHECK(n->bound->bound == n, n);
    }
    if (n->sc) {
        object_at(n->sc, CAP_SCHED_CONTEXT, "bound to no scheduling context");
        CHECK(n->sc->notification == n, n);
    }
    return check_queue(n->head, n->tail, THREAD_WAITING, n);
}

static unsigned queued_in_objects(const struct object *o)
{
    if (o->type == CAP_ENDPOINT)
        return check_endpoint(o->pointer);
    return o->type == CAP_NOTIFICATION ? check_notification(o->pointer) : 0;
}

/* --- replies and lent time --------------------------------------------------------- */

static void check_reply(const struct reply *r)
{
    struct tcb *t = reply_tcb(r);

    CHECK(!(r->tcb & BIT_LOCK), r);
    if (t) {
        object_at(t, CAP_TCB, "nobody awaits a reply");
        CHECK(t->reply == r, r);
        CHECK(t->state == (r->tcb & REPLY_CLAIMED ? THREAD_RECEIVING
                                                  : THREAD_CALLING), r);
    }
    if (!r->sc)
        return;                 /* the links mean nothing */
    CHECK(t && !(r->tcb & REPLY_CLAIMED), r);
    object_at(r->sc, CAP_SCHED_CONTEXT, "lent no scheduling context");
    unsigned length = 0;
    bool found = false;
    for (const struct reply *i = r->sc->reply; i; i = i->older) {
        object_at(i, CAP_REPLY, "no reply in a chain");
        CHECK(i->sc == r->sc && ++length < MAX_OBJECTS, i);
        CHECK(i->newer ? i->newer->older == i : r->sc->reply == i, i);
        found |= i == r;
    }
    CHECK(found, r);
}

/* Amounts make up the budget; later ones are usable after earlier ones are used up. */
static void check_refills(struct sched_context *sc)
{
    ticks sum = 0, end = 0;

    if (sc->refill_max == 0)
        return;
    CHECK(sc->refill_max >= SCHED_CONTEXT_MIN_REFILLS, sc);
    CHECK(sc->refill_count > 0 && sc->refill_count <= sc->refill_max, sc);
    CHECK(sc->refill_head < sc->refill_max, sc);
    for (unsigned i = 0; i < sc->refill_count; i++) {
        struct refill *r = &sc->refills[(sc->refill_head + i) % sc->refill_max];
        sum += r->amount;
        CHECK(sc->period == 0 || r->time >= end, sc);
        end = r->time + r->amount;
    }
    CHECK(sum == sc->budget, sc);
}

static void check_sched_context(struct sched_context *sc)
{
    CHECK(sc->core < core_count, sc);
    if (sc->tcb) {
        object_at(sc->tcb, CAP_TCB, "no thread has this context");
        CHECK(sc->tcb->sc == sc, sc);
    }
    if (sc->owner) {
        object_at(sc->owner, CAP_TCB, "no thread is at home here");
        CHECK(sc->owner->home == sc, sc);
    }
    if (sc->notification) {
        object_at(sc->notification, CAP_NOTIFICATION, "no notification has this context");
        CHECK(sc->notification->sc == sc, sc);
    }
    if (sc->yield_from) {
        object_at(sc->yield_from, CAP_TCB, "nobody yielded to this context");
        CHECK(sc->yield_from->yield_to == sc, sc);
    }
    if (sc->reply) {
        object_at(sc->reply, CAP_REPLY, "lent along no reply");
        CHECK(sc->reply->sc == sc && !sc->reply->newer, sc);
    }
    check_refills(sc);
}

void links_check(void)
{
    unsigned blocked = 0, queued = 0;

    for (unsigned i = 0; i < objects_count(); i++) {
        struct object *o = objects_get(i);
        if (o->zombie)
            continue;
        queued += queued_in_objects(o);
        if (o->type == CAP_TCB) {
            struct tcb *t = o->pointer;
            check_thread(t);
            check_buffer(t);
            blocked += t->state >= THREAD_RECEIVING && t->state <= THREAD_WAITING;
        } else if (o->type == CAP_REPLY) {
            check_reply(o->pointer);
        } else if (o->type == CAP_SCHED_CONTEXT) {
            check_sched_context(o->pointer);
        }
    }
    CHECK(blocked == queued, NULL);
}
