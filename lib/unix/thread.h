/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of Unix programs: what clone, exec and exit do with them, and futex. */
#pragma once

#include <transport/descriptor.h>

/* epoll.c: in the child of a fork. */
void epoll_after_fork(void);
/* signalfd.c: UXRT_READY_ bits; with `arm` one of the signals ends a wait. */
uint32_t signals_ready(struct uxrt_thread *t, const struct file *file, bool arm);

#include <transport/foreign.h>

/* What clone(2) or clone3(2) is asked for. */
struct clone {
    uint64_t flags;             /* without a signal */
    uint64_t stack;             /* its upper end; 0: the caller's address */
    uint64_t parent_tid, child_tid, pidfd;  /* where to put them */
    uint64_t tls;
};
enum {
    CLONE_VM = 0x100, CLONE_PIDFD = 0x1000, CLONE_VFORK = 0x4000, CLONE_THREAD = 0x10000,
    CLONE_SETTLS = 0x80000, CLONE_PARENT_SETTID = 0x100000, CLONE_CHILD_CLEARTID = 0x200000,
    CLONE_CHILD_SETTID = 0x1000000,
};

/* With CLONE_THREAD: the new thread's id, or an error. */
int64_t thread_clone(struct uxrt_thread *t, const struct foreign_frame *frame,
    const struct clone *clone);

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
