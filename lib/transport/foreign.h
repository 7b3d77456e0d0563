/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Foreign system calls: those of programs, which the kernel sends to the library's entry
 * (entry.S). Each number has a handler in a table, or ENOSYS. The frame holds the
 * program's registers; a handler returns what the program finds in rax, and may change
 * the others.
 */
#pragma once

#include <transport/thread.h>

/* As entry.S pushes them. rcx and r11 are not kept for the program. */
struct foreign_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx;
    uint64_t r9, r8, r10, rdx, rsi, rdi;    /* arguments 6 to 1 */
    uint64_t rax;                           /* number */
    uint64_t flags, rip, rsp;               /* where the program goes on */
};

typedef int64_t foreign_handler(struct uxrt_thread *t, struct foreign_frame *frame);

enum { FOREIGN_NUMBERS = 512 };
extern foreign_handler *const foreign_handlers[FOREIGN_NUMBERS];

/* Of entry.S. */
void library_start(void);
void library_foreign(void);
int64_t foreign_call(struct foreign_frame *frame);
/* Goes on as that program, with 0 as the result of its call. */
void foreign_resume(struct foreign_frame *frame) __attribute__((noreturn));
