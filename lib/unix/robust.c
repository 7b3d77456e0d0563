/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Robust mutexes: each thread has a list, in the program's memory, of those that it holds.
 * When it ends, they are marked as their owner's death left them, and somebody who waits
 * for each is woken; when its process ends, the process server does that for what is shared.
 */
#include <unix/thread.h>
#include <unix/unix.h>

enum { ENTRIES_MAX = 2048 /* a list that is longer is damaged */, HEAD_BYTES = 24 };
#define OWNER_DIED UINT32_C(0x40000000)
#define WAITERS    UINT32_C(0x80000000)
#define OWNER      UINT32_C(0x3fffffff)

/* As the program has it: entries are linked, the last one to the head; the word of each is
 * so far from it. Bit 0 of a link says something about the mutex. */
struct linux_robust {
    uint64_t first;
    int64_t offset;
    uint64_t pending;           /* the one that was being taken or given back */
};
_Static_assert(sizeof(struct linux_robust) == HEAD_BYTES, "as Linux has it");

/* The owner of the mutex is dead, if it was this thread. */
static void give_up(struct uxrt_thread *t, uint64_t address)
{
    uint32_t word;

    if (address % sizeof(word) || take(&word, (const void *)address, sizeof(word))
        || (word & OWNER) != t->tid)
        return;
    word = (word & WAITERS) | OWNER_DIED;
    if (!give((void *)address, &word, sizeof(word)))
        futex_wake_all(t, address, 1, UINT32_MAX);
}

void robust_end(struct uxrt_thread *t)
{
    uint64_t head = t->shared->robust, at, next;
    struct linux_robust list;

    t->shared->robust = 0;
    if (!head || take(&list, (const void *)head, sizeof(list)))
        return;
    at = list.first & ~UINT64_C(1);
    for (unsigned i = 0; at != head && i < ENTRIES_MAX; i++) {
        if (take(&next, (const void *)at, sizeof(next)))
            return;
        if (at != (list.pending & ~UINT64_C(1)))
            give_up(t, at + (uint64_t)list.offset);
        at = next & ~UINT64_C(1);
    }
    if (list.pending & ~UINT64_C(1))
        give_up(t, (list.pending & ~UINT64_C(1)) + (uint64_t)list.offset);
}

UNIX_HANDLER(set_robust_list)
{
    if (argument(frame, 1) != HEAD_BYTES)
        return -EINVAL;
    t->shared->robust = argument(frame, 0);
    return 0;
}

/* Of the calling thread (0, too); others keep theirs to themselves. */
UNIX_HANDLER(get_robust_list)
{
    const uint64_t bytes = HEAD_BYTES;

    if (argument(frame, 0) && (uint32_t)argument(frame, 0) != t->tid)
        return -ESRCH;
    if (give(argument_pointer(frame, 1), &t->shared->robust, sizeof(t->shared->robust)))
        return -EFAULT;
    return give(argument_pointer(frame, 2), &bytes, sizeof(bytes));
}
