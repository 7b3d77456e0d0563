/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the library is entered: by a process that begins, and by foreign system calls
 * (foreign(7)): on the library's stack, with the program's instruction pointer in rcx and
 * its stack pointer in r11.
 */
    .text
    .globl library_start, library_foreign, foreign_resume

/* rdi, rsi: what PROC_EXEC was given. The stack is thread 0's: layout.h, BLOCK_PRIVATE. */
library_start:
    movabs  $0x7e000000d000, %rsp
    xorl    %ebp, %ebp
    call    loader_start
    ud2

/* The frame is struct foreign_frame. */
library_foreign:
    pushq   %r11
    pushq   %rcx
    pushfq
    pushq   %rax
    pushq   %rdi
    pushq   %rsi
    pushq   %rdx
    pushq   %r10
    pushq   %r8
    pushq   %r9
    pushq   %rbx
    pushq   %rbp
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    movq    %rsp, %rdi
    call    foreign_call
leave:
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbp
    popq    %rbx
    popq    %r9
    popq    %r8
    popq    %r10
    popq    %rdx
    popq    %rsi
    popq    %rdi
    addq    $8, %rsp
    popfq
    popq    %rcx
    popq    %rsp
    jmp     *%rcx

/* rdi: a frame that is on a stack of the program. The call returns 0 there. */
foreign_resume:
    movq    %rdi, %rsp
    xorl    %eax, %eax
    jmp     leave

    .section .note.GNU-stack, "", @progbits
