/* SPDX-License-Identifier: BSD-2-Clause */
/* What enter.S has: saved registers, and entries for the process server. */
#pragma once

#include <stdint.h>

struct context {
    uint64_t rbx, rbp, r12, r13, r14, r15, rsp, rip;
    uint64_t no_vectors;        /* it has never used the vector registers */
    uint8_t vectors[512] __attribute__((aligned(16)));  /* as FXSAVE leaves them */
};

/* Returns 0; a second time with 1, in a thread that begins at context_resume with this
 * context as its stack pointer. */
int context_save(struct context *context) __attribute__((returns_twice));
void context_resume(void);

/* A thread that begins, with its stack pointer and rdi at a struct thread_start. */
void thread_entry(void);
struct thread_start {
    void (*run)(void *);
    void *argument;
    uint64_t number;        /* of the thread + 1: set when it is known */
};
void thread_start(struct thread_start *start) __attribute__((noreturn));
/* Ends the calling thread; the code is the process's if it is the last one. */
struct uxrt_thread;
void thread_end(struct uxrt_thread *t, int code) __attribute__((noreturn));
