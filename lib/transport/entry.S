/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the library is entered: by a process that begins, by foreign system calls
 * (foreign(7)): on the library's stack, with the program's instruction pointer in rcx and
 * its stack pointer in r11; and by signals. The way out can be begun again at any point: the
 * frame stays where it is until the program runs. Where all registers count, the address to
 * go on at lies below the program's red zone of 128 bytes: foreign_return() put it there.
 */
#define BLOCK           0x10000
#define PRIVATE         0xd000
#define SHARED          0xe000
#define PENDING         (SHARED + 72)   /* layout.h */
#define BLOCKED         (SHARED + 80)
#define IN_LIB          (SHARED + 88)
#define HOLD            (SHARED + 92)
#define FRAME           176             /* struct foreign_frame */
#define FRAME_RAX       96
#define FRAME_NUMBER    120
#define FRAME_WHOLE     128
#define FRAME_RIP       136
#define FRAME_FLAGS     152
#define FRAME_RSP       160

    .text
    .globl library_start, library_foreign, library_entered, library_signal
    .globl library_leave, library_leave_end, library_leave_again, program_enter, foreign_resume

/* rdi, rsi: what PROC_EXEC was given. The stack is thread 0's: layout.h, BLOCK_PRIVATE. */
library_start:
    movabs  $0x7a400011d000, %rsp
    xorl    %ebp, %ebp
    call    loader_start
    ud2

library_foreign:
    pushq   $0
    pushq   %r11
    pushfq
    pushq   $0
    pushq   %rcx
    pushq   $0
    pushq   %rax
    pushq   %r11
    pushq   %rcx
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
    movq    %rsp, %rbx
    andq    $-BLOCK, %rbx
    movl    $1, %eax
    xchgl   %eax, IN_LIB(%rbx)
1:  cmpl    $0, HOLD(%rbx)
    jne     3f
library_entered:
    movq    %rsp, %rdi
    call    foreign_call
    movq    %rax, FRAME_RAX(%rsp)

/* rbx: the block; rsp: the frame. */
library_leave:
    xorl    %eax, %eax
    xchgl   %eax, IN_LIB(%rbx)
    movq    BLOCKED(%rbx), %rax
    notq    %rax
    testq   %rax, PENDING(%rbx)
    jnz     library_leave_again
    cmpq    $0, FRAME_WHOLE(%rsp)
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
    popq    %rax
    popq    %rcx
    popq    %r11
    jne     2f
    movq    16(%rsp), %rcx
    leaq    32(%rsp), %rsp
    popfq
    popq    %rsp
    jmp     *%rcx
2:  leaq    32(%rsp), %rsp
    popfq
    movq    8(%rsp), %rsp
    ret     $128
library_leave_end:
3:  pause
    jmp     1b

library_leave_again:
    movq    %rsp, %rbx
    andq    $-BLOCK, %rbx
    movl    $1, IN_LIB(%rbx)
    movq    %rsp, %rdi
    call    foreign_signals
    jmp     library_leave

/* The program was interrupted; its registers are in the shared page. */
library_signal:
    subq    $FRAME, %rsp
    movq    %rsp, %rdi
    call    foreign_interrupted
    jmp     library_leave_again

/* rdi: the program's first instruction; rsi: its stack. All registers are 0, so there is
 * nothing to do at exit (rdx). */
program_enter:
    movq    %rdi, %r8
    andq    $-BLOCK, %rsp
    movq    %rsp, %rbx
    leaq    PRIVATE - FRAME(%rbx), %rsp
    movq    %rsp, %rdi
    movl    $FRAME / 8, %ecx
    xorl    %eax, %eax
    rep stosq
    movq    %r8, FRAME_RIP(%rsp)
    movq    %rsi, FRAME_RSP(%rsp)
    movq    $0x202, FRAME_FLAGS(%rsp)
    movq    $-1, FRAME_NUMBER(%rsp)
    jmp     library_leave

/* rdi: the frame of a program in a new thread; rsi: the thread's block. */
foreign_resume:
    movq    %rsi, %rbx
    leaq    PRIVATE - FRAME(%rbx), %rsp
    movq    %rdi, %rsi
    movq    %rsp, %rdi
    movl    $FRAME / 8, %ecx
    rep movsq
    jmp     library_leave

    .section .note.GNU-stack, "", @progbits
