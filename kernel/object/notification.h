/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications: a word of signal bits with waiters (manual, "Notifications"). */
#pragma once

#include <core/cap.h>
#include <core/core.h>

enum notification_state { NOTIFICATION_IDLE, NOTIFICATION_WAITING, NOTIFICATION_ACTIVE };

struct notification {
    struct spinlock lock;
    uint32_t state;                 /* enum notification_state */
    struct tcb *head, *tail;        /* waiting threads */
    word bits;                      /* when ACTIVE */
    struct tcb *bound;              /* changed under exclusion */
    struct sched_context *sc;       /* changed under exclusion */
};

_Static_assert(sizeof(struct notification) <= 64, "a notification fits its object");

static inline struct notification *cap_notification(struct cap cap) { return cap_ptr(cap); }

/* Or `badge` into the word, or wake a waiter with it. Inside the gate. */
void notification_signal(struct core *self, struct notification *n, word badge);
/* The current thread waits, or polls. */
void notification_wait(struct core *self, struct tcb *t, struct notification *n,
                       bool block);
/* Lock held, state ACTIVE: give the word to `t` and reset it. */
void notification_take(struct notification *n, struct tcb *t);
/* Lock held: if `t` runs on the notification's context, take it back. */
void notification_return_context(struct notification *n, struct tcb *t);

/* Under exclusion: remove a waiting thread, leaving it inactive. */
void notification_cancel(struct tcb *t);
/* Under exclusion: a waiting thread's priority has changed. */
void notification_requeue(struct tcb *t);
/* Under exclusion: restart the first waiting thread; false if there is none. */
bool notification_end_one(struct notification *n);
/* Under exclusion. */
void notification_bind(struct notification *n, struct tcb *t);
void notification_unbind(struct notification *n);
/* Under exclusion: the last capability goes; nobody waits any more. */
void notification_finalise(struct notification *n);
