/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals that wait to be taken, with what is told of each: a list in the order in which
 * they came. Of signals below SIGNAL_REAL_TIME one waits for a target; of the others each
 * that was sent, up to the limit of the process (RLIMIT_SIGPENDING).
 */
#pragma once

#include <process/process.h>

enum { SIGNAL_REAL_TIME = 32 };

/* For the process, or one thread of it. 0, or -EAGAIN: it waits, but nothing will be told
 * of it; unless it was to be `queued`, then it does not wait. */
int pending_add(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info, bool queued);
/* Takes the first one of this number that the thread may take. */
void pending_take(struct thread *thread, unsigned signal, struct signal_info *info);
/* Forgets those of a set, of the process and all its threads. */
void pending_drop(struct process *process, uint64_t set);
/* The thread ends. */
void pending_drop_thread(struct thread *thread);
