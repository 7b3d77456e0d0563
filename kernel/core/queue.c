/* SPDX-License-Identifier: BSD-2-Clause */
/* Ready and release queues of a core; see queue.h. */
#include <core/queue.h>
#include <object/sched_context.h>

static void mark_ready(struct core *c, unsigned prio)
{
    c->ready_map[prio / 64] |= BIT(prio % 64);
    c->ready_summary |= BIT(prio / 64);
}

static void clear_ready(struct core *c, unsigned prio)
{
    c->ready_map[prio / 64] &= ~BIT(prio % 64);
    if (c->ready_map[prio / 64] == 0)
        c->ready_summary &= ~BIT(prio / 64);
}

int ready_highest(const struct core *c)
{
    if (c->ready_summary == 0)
        return -1;
    unsigned group = highest_bit(c->ready_summary);
    return (int)(group * 64 + highest_bit(c->ready_map[group]));
}

void ready_push(struct core *c, struct tcb *t, bool front)
{
    struct queue *q = &c->ready[t->prio];
    assert(t->queued == QUEUE_NONE && t->sc && t->core == c->id);
    if (!q->head) {
        q->head = q->tail = t;
        t->next = t->prev = NULL;
        mark_ready(c, t->prio);
    } else if (front) {
        t->prev = NULL;
        t->next = q->head;
        q->head->prev = t;
        q->head = t;
    } else {
        t->next = NULL;
        t->prev = q->tail;
        q->tail->next = t;
        q->tail = t;
    }
    t->queued = QUEUE_READY;
}

void ready_remove(struct core *c, struct tcb *t)
{
    struct queue *q = &c->ready[t->prio];
    if (t->prev)
        t->prev->next = t->next;
    else
        q->head = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        q->tail = t->prev;
    if (!q->head)
        clear_ready(c, t->prio);
    t->queued = QUEUE_NONE;
}

struct tcb *ready_pop(struct core *c)
{
    if (c->ready_summary == 0)
        return NULL;
    unsigned group = highest_bit(c->ready_summary);
    unsigned prio = group * 64 + highest_bit(c->ready_map[group]);
    struct queue *q = &c->ready[prio];
    struct tcb *t = q->head;

    t->queued = QUEUE_NONE;
    q->head = t->next;
    if (q->head) {
        q->head->prev = NULL;
    } else {
        q->tail = NULL;
        clear_ready(c, prio);
    }
    return t;
}

void release_push(struct core *c, struct tcb *t)
{
    ticks time = refill_head(t->sc)->time;
    struct tcb *before = NULL, *after = c->release;
    assert(t->queued == QUEUE_NONE);
    while (after && refill_head(after->sc)->time <= time) {
        before = after;
        after = after->next;
    }
    t->prev = before;
    t->next = after;
    if (after)
        after->prev = t;
    if (before) {
        before->next = t;
    } else {
        c->release = t;
        c->reprogram = true;
    }
    t->queued = QUEUE_RELEASE;
}

void release_remove(struct core *c, struct tcb *t)
{
    if (t->prev) {
        t->prev->next = t->next;
    } else {
        c->release = t->next;
        c->reprogram = true;
    }
    if (t->next)
        t->next->prev = t->prev;
    t->queued = QUEUE_NONE;
}

void queue_remove(struct core *c, struct tcb *t)
{
    if (t->queued == QUEUE_READY)
        ready_remove(c, t);
    else if (t->queued == QUEUE_RELEASE)
        release_remove(c, t);
}
