/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reply objects: who awaits a reply, and the way a lent scheduling context goes back.
 * A context that was lent heads a chain of the replies it passed through, the newest
 * first; the chain is protected by the lock of the context's core.
 */
#pragma once

#include <core/cap.h>
#include <api/outcome.h>
#include <core/core.h>

struct reply {
    word tcb;                       /* the waiting thread (caller, or receiver that will
                                       use this object) | BIT_LOCK */
    struct sched_context *sc;       /* the context lent with this call, or null */
    struct reply *newer, *older;    /* neighbours in sc's chain */
};

_Static_assert(sizeof(struct reply) == 32, "a reply fits its object");

static inline struct reply *cap_reply(struct cap cap) { return cap_ptr(cap); }
#define REPLY_CLAIMED  BIT(1)   /* in `tcb`: a receiver holds it, nobody waits yet */

static inline struct tcb *reply_tcb(const struct reply *r)
{
    return (struct tcb *)(r->tcb & ~MASK(2));
}

/* A thread about to receive takes the object; false when it is in use. */
static inline bool reply_claim(struct reply *r, struct tcb *receiver)
{
    bit_lock(&r->tcb);
    bool is_free = r->tcb == BIT_LOCK;
    bit_unlock_with(&r->tcb, is_free ? (word)receiver | REPLY_CLAIMED
                                     : r->tcb & ~BIT_LOCK);
    return is_free;
}
void reply_unclaim(struct reply *r);
/* `caller` waits for a reply through `r`; with `donate` its context goes to a callee
 * that has none. The object is free, neither thread is queued. */
void reply_link(struct reply *r, struct tcb *caller, struct tcb *callee, bool donate);
/* Answer: send the message of `replier` to the waiting thread, if there is one.
 * OUTCOME_DONE or OUTCOME_EXCLUSIVE. */
enum outcome reply_send(struct core *self, struct tcb *replier, struct reply *r,
                        bool grant);

/* Under exclusion: whoever uses the object stops doing so: a caller becomes inactive,
 * a receiver goes on without it. */
void reply_cancel(struct reply *r);
/* Under exclusion: the calling thread `t` gives up waiting; it becomes inactive. */
void reply_cancel_caller(struct tcb *t);
