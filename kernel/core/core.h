/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of one processor core. The first fields are at fixed offsets that
 * entry.S knows (arch/offsets.h). Fields marked (own) are written by this core only;
 * the others are protected by `lock`.
 */
#pragma once

#include <core/lock.h>
#include <core/types.h>
#include <object/tcb.h>
#include <arch/core.h>

#define PRIORITIES  256

struct queue {
    struct tcb *head, *tail;
};

enum gate_state { GATE_OUTSIDE, GATE_INSIDE, GATE_WAITING };

struct core {
    struct core *self;              /* gs:0 */
    struct tcb *current;            /* (own) the thread this core runs */
    word kernel_stack;              /* initial stack pointer in the kernel */
    word scratch;                   /* (own) entry.S: the user's stack pointer */
    struct arch_core arch;

    unsigned id;
    uint32_t gate;                  /* enum gate_state; see core/gate.h */
    bool evicted;                   /* `current` was taken away: drop the system call */
    bool reschedule;                /* look for another thread before leaving */
    uint32_t mailbox;               /* requests by other cores, MAILBOX_* */

    struct spinlock lock;
    struct sched_context *sc;       /* (own) the context being charged */
    struct tcb *candidate;          /* (own) woken thread to switch to, not queued */
    int current_prio;               /* (own) for others to decide about an IPI; idle: -1 */
    ticks now, consumed;            /* (own) last look at the clock; uncharged time */
    bool reprogram;                 /* (own) the timer deadline has changed */
    struct queue ready[PRIORITIES];
    word ready_map[PRIORITIES / 64];
    word ready_summary;             /* bit i: ready_map[i] != 0 */
    struct tcb *release;            /* threads without budget, earliest first */
    struct tcb *idle;               /* never queued */
    word migrations;                /* (own) threads that came here from other cores */

    struct syscall_error *error;    /* (own) where decode functions report */
};

#define MAILBOX_TLB   BIT(0)        /* reload the translation root */
#define MAILBOX_FPU   BIT(1)        /* save the live floating-point state */
#define MAILBOX_HALT  BIT(2)        /* stop for good: another core panics */

/* Number of the highest bit of a word that is not 0. */
static inline unsigned highest_bit(word w)
{
    return 63 ^ (unsigned)__builtin_clzll(w);
}

/* Is no thread of a priority above `prio` ready here? Lock held. */
static inline bool ready_below(const struct core *c, unsigned prio)
{
    if (c->ready_summary == 0)
        return true;
    unsigned group = highest_bit(c->ready_summary);
    return group * 64 + highest_bit(c->ready_map[group]) <= prio;
}

extern struct core cores[CONFIG_MAX_CORES];
extern unsigned core_count;         /* cores running; fixed after boot */
