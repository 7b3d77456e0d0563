/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: kernel objects, blocks (layout.h), and how they are found by tid. */
#pragma once

#include <process/process.h>

enum {
    PRIORITY_NORMAL = 100,
    PRIORITY_DRIVER = 110,
    SLICE_US = 5000,
};

/* Faults come with this bit and the tid as their badge. */
#define BADGE_FAULT (UINT64_C(1) << 62)

/* A thread id that nobody has. */
uint32_t thread_new_tid(void);

/* Makes the thread of this number with its block, unless the space has one already (after
 * fork); it does not run yet. Null: no memory. */
struct thread *thread_create(struct process *process, unsigned number, uint32_t tid);
/* It begins anew in the new space of its process, which has no block for it yet: stopped, with
 * its kernel objects, its processor time and where it may run. What it waited for, and signals
 * to it alone, are forgotten. False: no memory. Two steps: before and after the space is
 * another one. */
void thread_leave_space(struct thread *thread);
bool thread_enter_space(struct thread *thread);
/* Lets it run: rip, rsp, rdi, rsi and fs_base of `regs` count, the others as they are. */
bool thread_start(struct thread *thread, struct user_context *regs);
/* Stops it and frees all but its block's memory, which goes with `unmap`. */
void thread_end(struct thread *thread, bool unmap);
/* The number of a thread that does not exist; -EAGAIN. */
int thread_free_number(const struct process *process);

struct thread *thread_find(uint32_t tid);
/* Is it in the program, and not in the system library, where it waits when it does? */
enum thread_place { THREAD_IN_PROGRAM, THREAD_IN_CALL, THREAD_ASLEEP };
enum thread_place thread_place(const struct thread *thread);
/* Sets event bits and wakes it. */
void thread_wake(struct thread *thread, uint32_t events);
