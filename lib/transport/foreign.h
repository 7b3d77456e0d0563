/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Foreign system calls: those of programs, which the kernel sends to the library's entry
 * (entry.S). Each number has a handler in a table, or ENOSYS. The frame holds the
 * program's registers; a handler returns what the program finds in rax, and may change
 * the others.
 */
#pragma once

#include <transport/thread.h>

/* As entry.S pushes them. rcx and r11 are kept for the program only if `whole`. */
struct foreign_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx;
    uint64_t r9, r8, r10, rdx, rsi, rdi;    /* arguments 6 to 1 */
    uint64_t rax;                           /* number; result */
    uint64_t rcx, r11;
    uint64_t number;                        /* -1: this is no system call (any longer) */
    uint64_t whole;                         /* rcx and r11 count, too */
    uint64_t rip, unused, flags, rsp;       /* where the program goes on */
    uint64_t below;                         /* if whole: where rip lies for `ret` */
};
_Static_assert(sizeof(struct foreign_frame) == FRAME_BYTES, "entry.S has its layout");
#define NO_NUMBER (~UINT64_C(0))

typedef int64_t foreign_handler(struct uxrt_thread *t, struct foreign_frame *frame);

enum { FOREIGN_NUMBERS = 512 };
extern foreign_handler *const foreign_handlers[FOREIGN_NUMBERS];

/* Of entry.S. */
void library_start(void);
void library_foreign(void);
int64_t foreign_call(struct foreign_frame *frame);
void library_entered(void);
void library_signal(void);
void library_leave(void);
void library_leave_end(void);
void library_leave_again(void);
/* Prepares going on with all registers; false: there is no stack. */
bool foreign_return(struct foreign_frame *frame);
/* Before the program goes on: takes the signals that there are (lib/unix). */
void foreign_signals(struct foreign_frame *frame);
/* The frame of an interrupted program. */
void foreign_interrupted(struct foreign_frame *frame);
/* Goes on as the program of this frame, in the thread with this block. */
void foreign_resume(const struct foreign_frame *frame, uint64_t block) __attribute__((noreturn));
