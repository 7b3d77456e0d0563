/* SPDX-License-Identifier: BSD-2-Clause */
/* Cores and their queues; see invariants.h. */
#include <stdio.h>
#include <stdlib.h>

#include <core/arch.h>
#include <core/gate.h>
#include <core/sched.h>
#include <object/cnode.h>
#include <object/refill.h>

#include "invariants.h"
#include "machine.h"

_Noreturn void invariant_broken(const char *file, int line, const char *what,
                                const void *where)
{
    const struct tcb *t = where;

    fflush(stdout);
    fprintf(stderr, "invariant broken: %s (%s:%d) at %p\n", what, file, line, where);
    for (unsigned i = 0; i < objects_count(); i++) {
        if (objects_get(i)->pointer == where && objects_get(i)->type == CAP_TCB)
            fprintf(stderr,
                    "  thread: state %u queued %u prio %u base %u core %u flags %x "
                    "fault %lu sc %p home %p reply %p\n", t->state, t->queued, t->prio,
                    t->base_prio, t->core, t->flags, t->fault.type, (void *)t->sc,
                    (void *)t->home, (void *)t->reply);
    }
    abort();
}

static void check_queued(struct core *c, struct tcb *t, struct tcb *last,
                         enum queue_kind kind)
{
    struct object *o = object_at(t, CAP_TCB, "no thread in a queue of a core");

    CHECK(t->queued == kind && t->core == c->id && t->prev == last, t);
    CHECK(tcb_runnable(t) && sched_context_active(t->sc) && t->sc->tcb == t, t);
    CHECK(!o->queued, t);
    o->queued = true;
}

static void check_ready(struct core *c)
{
    for (unsigned prio = 0; prio < PRIORITIES; prio++) {
        struct queue *q = &c->ready[prio];
        struct tcb *last = NULL;
        bool marked = c->ready_map[prio / 64] & BIT(prio % 64);
        CHECK(marked == (q->head != NULL), c);
        for (struct tcb *t = q->head; t; last = t, t = t->next) {
            check_queued(c, t, last, QUEUE_READY);
            CHECK(t->prio == prio, t);
        }
        CHECK(!q->head || q->tail == last, c);
    }
    for (unsigned i = 0; i < PRIORITIES / 64; i++)
        CHECK(!!(c->ready_summary & BIT(i)) == (c->ready_map[i] != 0), c);
}

static void check_release(struct core *c)
{
    ticks time = 0;
    struct tcb *last = NULL;

    for (struct tcb *t = c->release; t; last = t, t = t->next) {
        check_queued(c, t, last, QUEUE_RELEASE);
        CHECK(refill_head(t->sc)->time >= time, t);
        time = refill_head(t->sc)->time;
    }
}

/* An interrupt is on its way to the core, which will look again at what it runs. */
static bool warned(const struct core *c)
{
    return host.ipi & BIT(c->id);
}

static void check_timer(struct core *c)
{
    if (warned(c))
        return;
    if (c->release)
        CHECK(c->arch.deadline <= refill_head(c->release->sc)->time, c);
    if (c->sc)
        CHECK(c->arch.deadline != ~(ticks)0, c);
}

static void check_current(struct core *c)
{
    struct tcb *t = c->current;

    if (t != c->idle) {
        struct object *o = object_at(t, CAP_TCB, "runs what is no thread");
        CHECK(!o->queued, t);
        CHECK(t->queued == QUEUE_NONE, t);
        o->queued = true;
    }
    if (c->sc)
        object_at(c->sc, CAP_SCHED_CONTEXT, "charges what is no scheduling context");
    if (warned(c))
        return;
    CHECK(!c->reschedule && !c->evicted, c);
    CHECK(c->current_prio == (t == c->idle ? -1 : (int)t->prio), c);
    CHECK(c->sc == t->sc, c);
    if (t != c->idle) {
        CHECK(t->state == THREAD_RUNNING && t->core == c->id, t);
        CHECK(sched_context_active(t->sc), t);
    }
    for (unsigned prio = t == c->idle ? 0 : t->prio + 1u; prio < PRIORITIES; prio++)
        CHECK(!c->ready[prio].head, c->ready[prio].head);
}

static void check_core(struct core *c)
{
    CHECK(c->gate == GATE_OUTSIDE && !c->lock.held && !c->candidate, c);
    check_ready(c);
    check_release(c);
    check_current(c);
    check_timer(c);
}

/* A thread that can run is current or in a queue. */
static void check_present(const struct object *o)
{
    struct tcb *t = o->pointer;

    CHECK(o->queued || t->queued == QUEUE_NONE, t);
    if (tcb_runnable(t) && sched_context_active(t->sc))
        CHECK(o->queued, t);
}

void queues_check(void)
{
    CHECK(gate_closed == 0, NULL);
    CHECK(!derivation_lock.held, NULL);
    for (unsigned i = 0; i < core_count; i++)
        check_core(&cores[i]);
    for (unsigned i = 0; i < objects_count(); i++) {
        if (objects_get(i)->type == CAP_TCB)
            check_present(objects_get(i));
    }
}

void invariants_check(void)
{
    caps_check();
    memory_check();
    links_check();
    queues_check();
}
