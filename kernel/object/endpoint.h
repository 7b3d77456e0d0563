/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints: rendezvous of senders and receivers (manual, chapter "Message Passing"). */
#pragma once

#include <core/cap.h>
#include <api/outcome.h>
#include <core/core.h>

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SENDING, ENDPOINT_RECEIVING };

/* Both words are protected by the bit lock in `head`. */
struct endpoint {
    word head;      /* first thread | BIT_LOCK */
    word tail;      /* last thread | enum endpoint_state */
};

static inline struct endpoint *cap_endpoint(struct cap cap) { return cap_ptr(cap); }

/*
 * Send a thread's message (or its fault, as a call) to the endpoint; the capability
 * gives badge and rights. The thread is not queued; it may block. can_donate: its
 * context goes to a passive receiver even without a call.
 */
void endpoint_send(struct core *self, struct tcb *sender, struct cap cap, bool block,
                   bool call, bool can_donate);
/* Receive into the current thread; `reply` may be null. OUTCOME_DONE, or
 * OUTCOME_EXCLUSIVE when the reply object is in use and must be torn away first. */
enum outcome endpoint_receive(struct core *self, struct tcb *t, struct cap cap,
                              bool block, struct reply *reply);
/* A signal for the bound thread `t`: if it is receiving on an endpoint take it out of
 * the queue, runnable. False: it was not. Its notification's lock is held. */
bool endpoint_wake_receiver(struct tcb *t);

/* Under exclusion: remove a thread queued on its endpoint, leaving it inactive. */
void endpoint_cancel(struct tcb *t);
/* Under exclusion: a queued thread's priority has changed. */
void endpoint_requeue(struct tcb *t);
/* Under exclusion: the first queued thread waits no more; false if there is none. */
bool endpoint_end_one(struct endpoint *ep);
/* Under exclusion: restart the senders with that badge; false when preempted. */
bool endpoint_cancel_badged(struct endpoint *ep, word badge);
