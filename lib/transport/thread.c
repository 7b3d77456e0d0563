/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread's own page; see thread.h.
 */
#include <transport/thread.h>

struct uxrt_thread *thread_prepare(unsigned number)
{
    struct uxrt_thread *t = thread_numbered(number);

    t->shared = (struct thread_page *)(thread_block(number) + BLOCK_SHARED);
    t->number = number;
    t->tid = t->shared->tid;
    t->service = -1;
    t->identities = (const struct identity *)IDENTITY_TABLE;
    t->ipc = (struct ipc_buffer *)(thread_block(number) + BLOCK_IPC);
    return t;
}
