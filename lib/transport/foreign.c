/* SPDX-License-Identifier: BSD-2-Clause */
/* Foreign calls: `attach`; all others by the table of the Unix personality (lib/unix). */
#include <transport/foreign.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/table.h>
#include <util/errno.h>

static void foreign_prepare(struct uxrt_thread *t)
{
    if (!t->ipc) {
        thread_prepare((unsigned)(((uint64_t)t - THREAD_AREA) / BLOCK_SIZE));
    }
}

enum { RED_ZONE = 128 };

int64_t foreign_call(struct foreign_frame *frame)
{
    struct uxrt_thread *t = thread_by_stack();

    foreign_prepare(t);
    if (frame->rax == ATTACH_NUMBER) {
        return (int64_t)(uint64_t)t;
    }
    if (frame->rax >= FOREIGN_NUMBERS || !foreign_handlers[frame->rax]) {
        client_proc(t, PROC_UNKNOWN, &frame->rax, 1, NULL, 0);
        return -ENOSYS;
    }
    int64_t result = foreign_handlers[frame->rax](t, frame);

    if (t->mask_saved && (result != -EINTR || !client_signalled(t))) {
        t->shared->blocked = t->mask;
        t->mask_saved = false;
    }
    return result;
}

void foreign_interrupted(struct foreign_frame *frame)
{
    struct uxrt_thread *t = thread_by_stack();

    foreign_prepare(t);

    const struct user_context *from = &t->shared->interrupted;

    *frame = (struct foreign_frame){
        .r15 = from->r15, .r14 = from->r14, .r13 = from->r13, .r12 = from->r12,
        .rbp = from->rbp, .rbx = from->rbx, .r9 = from->r9, .r8 = from->r8,
        .r10 = from->r10, .rdx = from->rdx, .rsi = from->rsi, .rdi = from->rdi,
        .rax = from->rax, .rcx = from->rcx, .r11 = from->r11, .number = NO_NUMBER,
        .whole = 1, .rip = from->rip, .flags = from->rflags, .rsp = from->rsp,
    };
}

bool foreign_return(struct foreign_frame *frame)
{
    frame->below = frame->rsp - RED_ZONE - sizeof(frame->rip);
    return frame->below < PROGRAM_END
           && copy_out((void *)frame->below, &frame->rip, sizeof(frame->rip));
}
