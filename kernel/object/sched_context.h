/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling contexts: processor time as budgets and periods (manual, "MCS
 * Scheduling"). A context is protected by the lock of its core.
 */
#pragma once

#include <api/invocation.h>
#include <core/cap.h>
#include <core/types.h>

struct refill {
    ticks time;                     /* usable from then on */
    ticks amount;
};

struct sched_context {
    ticks period;                   /* 0: round robin */
    ticks budget;
    ticks consumed;                 /* since last asked */
    struct tcb *tcb;                /* the thread that runs on it */
    struct reply *reply;            /* newest reply of the chain it was lent along */
    struct notification *notification;
    struct tcb *yield_from;         /* thread waiting in YieldTo */
    word badge;                     /* timeout faults carry it */
    uint16_t core;
    bool sporadic;
    bool spent;                     /* a slice ended while it was lent: its owner, when it
                                       has it back, goes behind its equals */
    uint16_t refill_max, refill_head, refill_count;
    uint32_t roam;                  /* cores it may be pulled to; 0: pinned */
    struct tcb *owner;              /* LEND: the thread it is home of */
    struct refill refills[];        /* at least 2 */
};

_Static_assert(sizeof(struct sched_context) + 2 * sizeof(struct refill) <= 128,
               "the smallest scheduling context holds two refills");

#define SCHED_CONTEXT_MIN_REFILLS  2

static inline struct sched_context *cap_sched_context(struct cap cap)
{
    return cap_ptr(cap);
}
static inline struct refill *refill_head(struct sched_context *sc)
{
    return &sc->refills[sc->refill_head];
}

/* Microseconds consumed since last asked, and start counting anew. */
word sched_context_take_consumed(struct sched_context *sc);
/* Boot: a round-robin context with one slice of `budget` ticks. */
void sched_context_setup_boot(struct sched_context *sc, unsigned core, ticks budget);
/* Under exclusion. */
/* May they be bound to each other? */
bool sched_context_check_bind(struct sched_context *sc, const struct tcb *t);
/* The thread's LEND flag or its context has changed: find or drop its home. */
void sched_context_set_home(struct tcb *t);
void sched_context_bind(struct sched_context *sc, struct tcb *t);
void sched_context_unbind_tcb(struct sched_context *sc);
void sched_context_unbind_all(struct sched_context *sc);
/* The thread comes back from YieldTo: give it the time consumed. */
void sched_context_yield_done(struct tcb *t);
/* It never comes back. */
void sched_context_yield_cancel(struct tcb *t);
void sched_context_finalise(struct sched_context *sc);
enum outcome sched_context_decode(struct invocation *inv);
enum outcome sched_control_decode(struct invocation *inv);
