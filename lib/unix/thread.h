/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of Unix programs: what clone and exit have to do with futex. */
#pragma once

#include <transport/descriptor.h>

/* epoll.c: in the child of a fork. */
void epoll_after_fork(void);
/* signalfd.c: UXRT_READY_ bits; with `arm` one of the signals ends a wait. */
uint32_t signals_ready(struct uxrt_thread *t, const struct file *file, bool arm);

#include <transport/foreign.h>

/* clone(2) with CLONE_THREAD: the new thread's id, or an error. */
int64_t thread_clone(struct uxrt_thread *t, const struct foreign_frame *frame);

/* Where 0 is stored and a waiter woken when this thread ends; 0: nowhere. */
void thread_clear_at(const struct uxrt_thread *t, uint64_t address);
void thread_clear(struct uxrt_thread *t);

/* robust.c: the thread ends, and gives up the mutexes that it holds. */
void robust_end(struct uxrt_thread *t);

/* In the child of a fork: there is no other thread. */
void thread_after_fork(void);
void futex_after_fork(void);

/* The process has memory that it may share with others. */
void futex_memory_is_shared(void);
/* As futex_wake, and those of other processes that share the word. */
int64_t futex_wake_all(struct uxrt_thread *t, uint64_t address, uint64_t count,
    uint32_t bits);
/* Wakes up to `count` threads of this process that wait at the address for one of the
 * bits; how many. */
int64_t futex_wake(struct uxrt_thread *t, uint64_t address, uint64_t count, uint32_t bits);
