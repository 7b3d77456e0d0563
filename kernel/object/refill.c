/* SPDX-License-Identifier: BSD-2-Clause */
/* Replenishments of scheduling contexts; see refill.h. */
#include <core/arch.h>
#include <core/sched.h>
#include <object/refill.h>

#define NEVER  (~(ticks)0)

static struct refill *refill_at(struct sched_context *sc, unsigned i)
{
    return &sc->refills[(sc->refill_head + i) % sc->refill_max];
}
static struct refill *refill_tail(struct sched_context *sc)
{
    return refill_at(sc, sc->refill_count - 1);
}

static struct refill pop_head(struct sched_context *sc)
{
    struct refill r = *refill_head(sc);
    assert(sc->refill_count > 1);
    sc->refill_head = (sc->refill_head + 1) % sc->refill_max;
    sc->refill_count--;
    return r;
}

static void push_tail(struct sched_context *sc, struct refill r)
{
    assert(sc->refill_count < sc->refill_max);
    *refill_at(sc, sc->refill_count) = r;
    sc->refill_count++;
}

/* Queue time that was used; merge it when it touches the tail or the list is full. */
static void schedule_used(struct sched_context *sc, struct refill used)
{
    struct refill *tail = refill_tail(sc);
    if (tail->time + tail->amount >= used.time) {
        tail->amount += used.amount;
    } else if (sc->refill_count == sc->refill_max) {
        tail->time = used.time - tail->amount;
        tail->amount += used.amount;
    } else {
        push_tail(sc, used);
    }
}

/* Small head replenishments are joined with the next one, at the later time. */
static void merge_small_head(struct sched_context *sc)
{
    while (refill_head(sc)->amount < refill_min_budget() && sc->refill_count > 1) {
        struct refill small = pop_head(sc);
        struct refill *head = refill_head(sc);
        head->time -= min_word(small.amount, head->time);
        head->amount += small.amount;
    }
}

void refill_new(struct sched_context *sc, unsigned max, ticks budget, ticks period,
                ticks now)
{
    sc->period = period;
    sc->budget = budget;
    sc->refill_max = (uint16_t)max;
    sc->refill_head = 0;
    sc->refill_count = 1;
    sc->refills[0] = (struct refill){.time = now, .amount = budget};
    if (period == 0)
        push_tail(sc, (struct refill){.time = now, .amount = 0});
}

void refill_update(struct sched_context *sc, unsigned max, ticks budget, ticks period,
                   ticks now)
{
    struct refill first = *refill_head(sc);
    ticks start = refill_ready(sc, now) ? now : first.time;

    sc->period = period;
    sc->budget = budget;
    sc->refill_max = (uint16_t)max;
    sc->refill_head = 0;
    sc->refill_count = 1;
    if (first.amount >= budget) {
        sc->refills[0] = (struct refill){.time = start, .amount = budget};
        if (period == 0)
            push_tail(sc, (struct refill){.time = start, .amount = 0});
    } else {
        sc->refills[0] = (struct refill){.time = start, .amount = first.amount};
        push_tail(sc, (struct refill){
            .time = start + (period ? period : 0), .amount = budget - first.amount});
        merge_small_head(sc);
        if (period == 0 && sc->refill_count == 1)
            push_tail(sc, (struct refill){.time = start, .amount = 0});
    }
}

static void charge_round_robin(struct sched_context *sc, ticks usage)
{
    struct refill *head = refill_head(sc), *tail = refill_tail(sc);
    if (head->amount < usage + refill_min_budget()) {
        head->amount = sc->budget;
        tail->amount = 0;
    } else {
        head->amount -= usage;
        tail->amount += usage;
    }
}

/* Whole budgets at once, when the timer came very late: each moves everything by a period. */
static ticks charge_rounds(struct sched_context *sc, ticks usage)
{
    ticks rounds = min_word(usage / sc->budget - 1, NEVER / 4 / sc->period);

    for (unsigned i = 0; i < sc->refill_count; i++)
        refill_at(sc, i)->time += rounds * sc->period;
    return usage - rounds * sc->budget;
}

void refill_charge(struct sched_context *sc, ticks usage)
{
    if (sched_context_round_robin(sc)) {
        charge_round_robin(sc, usage);
        return;
    }
    if (unlikely(usage > 2 * sc->budget))
        usage = charge_rounds(sc, usage);
    while (refill_head(sc)->amount <= usage && refill_head(sc)->time < NEVER / 2) {
        struct refill *head = refill_head(sc);
        usage -= head->amount;
        if (sc->refill_count == 1) {
            head->time += sc->period;
        } else {
            struct refill used = pop_head(sc);
            used.time += sc->period;
            schedule_used(sc, used);
        }
    }
    if (usage > 0 && refill_head(sc)->time < NEVER / 2) {
        struct refill *head = refill_head(sc);
        struct refill used = {.time = head->time + sc->period, .amount = usage};
        head->time += usage;
        head->amount -= usage;
        schedule_used(sc, used);
    }
    merge_small_head(sc);
}

void refill_unblock(struct sched_context *sc, ticks now)
{
    if (sched_context_round_robin(sc) || !refill_ready(sc, now))
        return;
    refill_head(sc)->time = now;
    while (sc->refill_count > 1) {
        struct refill *head = refill_head(sc);
        struct refill *next = refill_at(sc, 1);
        if (next->time > now + head->amount)
            break;
        struct refill first = pop_head(sc);
        refill_head(sc)->amount += first.amount;
        refill_head(sc)->time = now;
    }
    merge_small_head(sc);
}
