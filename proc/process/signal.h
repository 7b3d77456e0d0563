/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals. The process server keeps what is pending and what is done with each signal, by
 * class; the library keeps the mask of blocked ones (thread_page) and the handlers. A thread
 * in program code is taken out of it to the library's signal entry; one in the library is
 * told (thread_page.pending) and takes its signals itself when it leaves.
 */
#pragma once

#include <process/process.h>

enum signal_number {
    SIGNAL_HANGUP = 1, SIGNAL_ILL = 4, SIGNAL_TRAP = 5, SIGNAL_BUS = 7, SIGNAL_FPE = 8,
    SIGNAL_KILL = 9, SIGNAL_SEGV = 11, SIGNAL_ALARM = 14, SIGNAL_CHILD = 17, SIGNAL_CONTINUE = 18,
    SIGNAL_STOP = 19, SIGNAL_TSTP = 20, SIGNAL_TTIN = 21, SIGNAL_TTOU = 22,
    SIGNAL_URGENT = 23, SIGNAL_VIRTUAL = 26, SIGNAL_PROFILE = 27, SIGNAL_WINDOW = 28, SIGNAL_SYS = 31, SIGNALS = 64,
};

/* Codes of siginfo (si_code). */
enum { SIGNAL_USER = 0, SIGNAL_KERNEL = 128, SIGNAL_TIMER = -2, SIGNAL_THREAD = -6,
       CHILD_EXITED = 1, CHILD_KILLED = 2, CHILD_STOPPED = 5, CHILD_CONTINUED = 6 };

static inline uint64_t signal_bit(unsigned signal)
{
    return UINT64_C(1) << (signal - 1);
}

/* Sends a signal (1 to SIGNALS) to a process, or to one thread of it. The process may have
 * ended afterwards. The first process gets none. */
void signal_send(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info);
/* The same, if there is room to tell of it; -EAGAIN: there is none, and it is not sent.
 * 1: it is ignored. */
int signal_queue(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info);
/* The same, of the system itself and for any thread. */
void signal_of_kernel(struct process *process, unsigned signal);
/* Is the signal ignored, or blocked by all threads? */
bool signal_is_kept_off(const struct process *process, unsigned signal);
/* A fault of a thread that waits for the answer to it: true if it goes on in a handler. */
bool signal_fault(struct thread *thread, unsigned signal, const struct signal_info *info);
/* The program is another one now: handled signals are as at first. */
void signal_exec(struct process *process);
/* A child has what its parent has, but nothing is pending. */
void signal_fork(struct process *child, const struct process *parent);
/* Tells the parent that this child has ended, stopped or goes on. */
void signal_parent(struct process *child, int code, int status);
/* Takes the next signal for the thread, doing those without a handler: its number, 0, or
 * -ERROR_WAIT: it is stopped. The process may have ended. */
int signal_take(struct thread *thread, struct signal_info *info);
/* A signal that is in the set, or 0. */
int signal_take_of(struct thread *thread, uint64_t set, struct signal_info *info);
/* What is done with a signal from now on. */
void signal_action(struct process *process, unsigned signal, unsigned action);
/* interval.c: its timers do not ring any more. */
void interval_end(struct process *process);
/* The process ends: its timers do, too. */
void signal_end(struct process *process);
