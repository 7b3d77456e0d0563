/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queues of a core: ready threads by priority, and those that wait for budget by the
 * time it comes. The core's lock is held; the threads belong to the core.
 */
#pragma once

#include <core/core.h>

/* The highest priority with a ready thread; -1 if there is none. */
int ready_highest(const struct core *c);
/* Queue a runnable thread before (front) or behind its equals. */
void ready_push(struct core *c, struct tcb *t, bool front);
void ready_remove(struct core *c, struct tcb *t);
/* Take the first thread of the highest priority out of its queue; null: there is none. */
struct tcb *ready_pop(struct core *c);

/* Queue a thread until its first replenishment. */
void release_push(struct core *c, struct tcb *t);
void release_remove(struct core *c, struct tcb *t);

/* Take a thread off whichever it is on, if any. */
void queue_remove(struct core *c, struct tcb *t);
