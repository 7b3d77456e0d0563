/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The replenishments of a scheduling context: the sporadic-server algorithm of Lyons,
 * McLeod, Almatary and Heiser, "Scheduling-Context Capabilities" (EuroSys 2018), with
 * the limits of the manual's section "Scheduling Contexts". Pure arithmetic on one
 * context; the caller holds its core's lock.
 */
#pragma once

#include <core/arch.h>
#include <object/sched_context.h>

/* Start afresh with one full budget usable from `now` (period 0: round robin). */
void refill_new(struct sched_context *sc, unsigned max, ticks budget, ticks period,
                ticks now);
/* New parameters for a context whose thread may be running. */
void refill_update(struct sched_context *sc, unsigned max, ticks budget, ticks period,
                   ticks now);
/* Take `usage` from the budget and schedule its replenishment. */
void refill_charge(struct sched_context *sc, ticks usage);
/* The context becomes active again at `now`: late replenishments are not hoarded. */
void refill_unblock(struct sched_context *sc, ticks now);
/* Twice the time the kernel may need at the worst: no shorter budget is usable. */
#define KERNEL_WCET_US   10
#define MIN_BUDGET_US    (2 * KERNEL_WCET_US)

static inline ticks refill_min_budget(void) { return MIN_BUDGET_US * arch_ticks_per_us; }

/* May the first replenishment be used at `now`? */
static inline bool refill_ready(struct sched_context *sc, ticks now)
{
    return refill_head(sc)->time <= now + KERNEL_WCET_US * arch_ticks_per_us;
}
/* Is there enough left after `usage` to be worth running? */
static inline bool refill_sufficient(struct sched_context *sc, ticks usage)
{
    ticks amount = refill_head(sc)->amount;
    return amount >= usage && amount - usage >= refill_min_budget();
}

static inline bool sched_context_active(const struct sched_context *sc)
{
    return sc && sc->refill_max > 0;
}
static inline bool sched_context_round_robin(const struct sched_context *sc)
{
    return sc->period == 0;
}
