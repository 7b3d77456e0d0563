/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of Unix programs. A new one begins in the library, with the registers of its
 * maker on the stack that the program gave it, and goes on where its maker returns.
 */
#include <unix/thread.h>

#include <transport/context.h>
#include <unix/unix.h>

#define STACK_ALIGNMENT UINT64_C(64)

/* On top of a new thread's stack. */
struct clone_start {
    struct thread_start start;
    struct clone clone;
    uint64_t blocked;           /* signals: the maker's mask */
    struct foreign_frame frame;
};

static uint64_t clear_at[THREADS_MAX];

void thread_after_fork(void)
{
    memset(clear_at, 0, sizeof(clear_at));
    futex_after_fork();
    epoll_after_fork();
}

void thread_clear_at(const struct uxrt_thread *t, uint64_t address)
{
    clear_at[t->number] = address;
}

void thread_clear(struct uxrt_thread *t)
{
    uint64_t address = clear_at[t->number];
    const uint32_t zero = 0;

    clear_at[t->number] = 0;
    if (address && !give((void *)address, &zero, sizeof(zero)))
        futex_wake(t, address, 1, UINT32_MAX);
}

/* The first function of a new thread. */
static void begin(void *argument)
{
    struct clone_start *start = argument;
    const struct clone *clone = &start->clone;
    struct uxrt_thread *t = thread_numbered((unsigned)start->start.number - 1);

    t->shared->in_lib = 1;
    clear_at[t->number] = clone->flags & CLONE_CHILD_CLEARTID ? clone->child_tid : 0;
    if (clone->flags & CLONE_PARENT_SETTID)
        (void)give((void *)clone->parent_tid, &t->tid, sizeof(t->tid));
    if (clone->flags & CLONE_CHILD_SETTID)
        (void)give((void *)clone->child_tid, &t->tid, sizeof(t->tid));
    t->shared->blocked = start->blocked;
    foreign_resume(&start->frame, thread_block(t->number));
}

int64_t thread_clone(struct uxrt_thread *t, const struct foreign_frame *frame,
    const struct clone *clone)
{
    uint64_t top = clone->stack;
    struct clone_start start = {
        .start = {.run = begin}, .clone = *clone, .frame = *frame,
        .blocked = t->shared->blocked,
    };
    struct clone_start *at = (struct clone_start *)((top - sizeof(start))
                                                    & ~(STACK_ALIGNMENT - 1));
    const uint64_t words[] = {(uint64_t)thread_entry, (uint64_t)at, (uint64_t)at,
        clone->flags & CLONE_SETTLS ? clone->tls : 0};

    if (top < PROGRAM_BASE + sizeof(start) + STACK_ALIGNMENT || top > PROGRAM_END)
        return -EINVAL;
    start.start.argument = at;
    start.frame.rax = 0;
    start.frame.rsp = top;
    start.frame.number = NO_NUMBER;
    if (give(at, &start, sizeof(start)))
        return -EFAULT;
    int64_t result = client_proc(t, PROC_THREAD, words, 4, NULL, 0);
    if (result < 0)
        return result;
    int tid = (int)t->shared->result[1];
    if (clone->flags & CLONE_PARENT_SETTID)
        (void)give((void *)clone->parent_tid, &tid, sizeof(tid));
    __atomic_store_n(&at->start.number, t->shared->result[0] + 1, __ATOMIC_RELEASE);
    return tid;
}

UNIX_HANDLER(set_tid_address)
{
    thread_clear_at(t, argument(frame, 0));
    return t->tid;
}

/* Of the last thread, the code is that of the process. */
UNIX_HANDLER(exit)
{
    robust_end(t);
    thread_clear(t);
    thread_end(t, argument_int(frame, 0));
}
