/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where threads begin that the library makes: those of uxrt_thread, and
 * the child of a fork, which goes on where its parent is.
 */
#define CR0_TS  8

    .text
    .globl thread_entry, context_save, context_resume

/* rdi: struct thread_start, which is on top of the stack. */
thread_entry:
    xorl    %ebp, %ebp
    andq    $-16, %rsp
    call    thread_start
    ud2

/* rdi: struct context. Returns 0; a second time, in the child, with 1. Vector registers go
 * along if the thread has used them: CR0.TS is clear then (the kernel keeps it so for each
 * thread), and to look is no use. */
context_save:
    movq    %rbx, 0(%rdi)
    movq    %rbp, 8(%rdi)
    movq    %r12, 16(%rdi)
    movq    %r13, 24(%rdi)
    movq    %r14, 32(%rdi)
    movq    %r15, 40(%rdi)
    leaq    8(%rsp), %rax
    movq    %rax, 48(%rdi)
    movq    (%rsp), %rax
    movq    %rax, 56(%rdi)
    smsw    %eax
    andl    $CR0_TS, %eax
    movq    %rax, 64(%rdi)
    jnz     1f
    fxsave64 80(%rdi)
1:  xorl    %eax, %eax
    ret

/* rsp: struct context. */
context_resume:
    movq    %rsp, %rdi
    movq    0(%rdi), %rbx
    movq    8(%rdi), %rbp
    movq    16(%rdi), %r12
    movq    24(%rdi), %r13
    movq    32(%rdi), %r14
    movq    40(%rdi), %r15
    movq    48(%rdi), %rsp
    cmpq    $0, 64(%rdi)
    jne     1f
    fxrstor64 80(%rdi)
1:  movl    $1, %eax
    jmp     *56(%rdi)

    .section .note.GNU-stack, "", @progbits
