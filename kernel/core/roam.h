/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roaming: a scheduling context with a mask of cores is tied to none of them. A core that
 * has nothing to run takes such a thread from another core's ready queue; a core that
 * has more than it can run wakes an idle one. doc/man/roaming.7 is the contract.
 */
#pragma once

#include <core/core.h>

/* Take a ready roaming thread from another core; null if there is none. No lock is held,
 * and the core has said that it is idle. */
struct tcb *roam_pull(struct core *self);
/* A thread has come to core `c` from another one. By that core, or in exclusion. */
void roam_count(struct core *c);
/* How many have; any core may ask at any time. */
word roam_counted(const struct core *c);
/* `t` is ready but not running: wake an idle core that may take it. */
void roam_offer(struct core *self, struct tcb *t);
/* More is ready here than one core can run: wake an idle core that may take some of it.
 * Own lock held. */
void roam_offer_ready(struct core *self);
/* This core has nothing to run, or has again. */
void roam_note_idle(struct core *self, bool idle);
