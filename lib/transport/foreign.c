/* SPDX-License-Identifier: BSD-2-Clause */
/* Foreign calls: `attach`; all others by the table of the Unix personality (lib/unix). */
#include <transport/foreign.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/table.h>
#include <util/errno.h>

int64_t foreign_call(struct foreign_frame *frame)
{
    struct uxrt_thread *t = thread_by_stack();

    if (!t->ipc) {
        thread_prepare((unsigned)(((uint64_t)t - THREAD_AREA) / BLOCK_SIZE));
    }
    if (frame->rax == ATTACH_NUMBER) {
        return (int64_t)(uint64_t)t;
    }
    if (frame->rax >= FOREIGN_NUMBERS || !foreign_handlers[frame->rax]) {
        client_proc(t, PROC_UNKNOWN, &frame->rax, 1, NULL, 0);
        return -ENOSYS;
    }
    return foreign_handlers[frame->rax](t, frame);
}
