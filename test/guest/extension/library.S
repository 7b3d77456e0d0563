/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A library that takes the system calls of foreign code, and such code; see foreign.c.
 * All between library_start and library_end is the library.
 */
    .text

/* uint64_t library_call(int64_t number, cptr cap, uint64_t info): a real call; returns
   the badge. The first system call instruction of the library is its first bytes. */
    .globl library_start, library_first, library_call, library_entry, library_last
    .globl library_end
library_start:
library_first:
    syscall
    jmp     after_syscall

library_call:
    pushq   %rbx
    pushq   %r15
    movq    %rdx, %rax
    movq    %rdi, %rdx
    movq    %rsi, %rdi
    movq    %rax, %rsi
    movq    %rsp, %rbx
    jmp     library_first
after_syscall:
    movq    %rbx, %rsp
    movq    %rdi, %rax
    popq    %r15
    popq    %rbx
    ret

/* A foreign call: note all registers and go back with 77 in rax. */
library_entry:
    movq    %rax, foreign_seen + 0
    movq    %rbx, foreign_seen + 8
    movq    %rcx, foreign_seen + 16
    movq    %rdx, foreign_seen + 24
    movq    %rsi, foreign_seen + 32
    movq    %rdi, foreign_seen + 40
    movq    %rbp, foreign_seen + 48
    movq    %rsp, foreign_seen + 56
    movq    %r8, foreign_seen + 64
    movq    %r9, foreign_seen + 72
    movq    %r10, foreign_seen + 80
    movq    %r11, foreign_seen + 88
    movq    %r12, foreign_seen + 96
    movq    %r13, foreign_seen + 104
    movq    %r14, foreign_seen + 112
    movq    %r15, foreign_seen + 120
    pushfq
    popq    foreign_seen + 128
    incq    foreign_count
    movl    $77, %eax
    movq    %r11, %rsp
    jmp     *%rcx
library_last:
    syscall
    jmp     *%rbx
library_end:

/* uint64_t foreign_call(uint64_t number, uint64_t rdi, uint64_t flags): a system call
   of foreign code with known values in all registers; returns rax. */
    .globl foreign_call, foreign_return
foreign_call:
    pushq   %rbx
    pushq   %rbp
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    movq    %rsp, foreign_stack
    pushq   %rdx
    movq    %rdi, %rdx
    movq    %rsi, %rdi
    movl    $0x1a, %eax
    movl    $0x1b, %ebx
    movl    $0x1c, %ecx
    movl    $0x15, %esi
    movl    $0x1e, %ebp
    movl    $0x08, %r8d
    movl    $0x09, %r9d
    movl    $0x10, %r10d
    movl    $0x11, %r11d
    movl    $0x12, %r12d
    movl    $0x13, %r13d
    movl    $0x14, %r14d
    movl    $0x1f, %r15d
    popfq
    syscall
foreign_return:
    cld
    movq    foreign_stack, %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbp
    popq    %rbx
    ret

/* void library_jump_last(int64_t number, cptr cap): jumps to the last system call of the
   library, which returns to rbx. */
    .globl library_jump_last
library_jump_last:
    pushq   %rbx
    pushq   %rbp
    pushq   %r15
    movq    %rsp, foreign_stack
    movq    %rdi, %rdx
    movq    %rsi, %rdi
    xorl    %esi, %esi
    leaq    1f, %rbx
    jmp     library_last
1:  movq    foreign_stack, %rsp
    popq    %r15
    popq    %rbp
    popq    %rbx
    ret

    .bss
    .balign 8
    .globl foreign_seen, foreign_count, foreign_stack
foreign_seen:
    .skip   17 * 8
foreign_count:
    .skip   8
foreign_stack:
    .skip   8

    .section .note.GNU-stack, "", @progbits
