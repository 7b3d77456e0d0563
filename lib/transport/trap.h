/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls of the shortest paths. As in <kcall/trap.h>, but what the caller still
 * needs afterwards (keep_) is put on the stack here, in registers that are lost anyway;
 * so a function of nothing but such a call saves no registers. rax, in which the kernel
 * changes nothing, holds the stack pointer and word 3.
 */
#pragma once

#include <abi/syscall.h>
#include <kcall/trap.h>

/* A call of which only word 0 goes out and four words come back. */
#define TRAP_CALL_READ(cap, info, mr0, mr1, mr2, mr3, keep_rcx, keep_r11) \
    __asm__ volatile("pushq %%r15\n\tpushq %%rcx\n\tpushq %%r11\n\t" \
        "movq %[number], %%rdx\n\tmovq %%rsp, %%rax\n\t" \
        "syscall\n\t" \
        "movq %%rax, %%rsp\n\t" \
        "popq %%r11\n\tpopq %%rcx\n\tmovq %%r15, %%rax\n\tpopq %%r15" \
        : "+D"(cap), "+S"(info), "+r"(mr0), "=r"(mr1), "=r"(mr2), "=a"(mr3), \
          "+c"(keep_rcx), "+r"(keep_r11) \
        : [number] "i"(SYSCALL_CALL) : "rdx", "memory", "cc")

/* A call of which four words go out; those that come back are lost. */
#define TRAP_CALL_WRITE(cap, info, mr0, mr1, mr2, mr3, keep_rcx, keep_rdx, keep_r11) \
    __asm__ volatile("pushq %%r15\n\tpushq %%rcx\n\tpushq %%rdx\n\tpushq %%r11\n\t" \
        "movq %%rax, %%r15\n\tmovq %[number], %%rdx\n\tmovq %%rsp, %%rax\n\t" \
        "syscall\n\t" \
        "movq %%rax, %%rsp\n\t" \
        "popq %%r11\n\tpopq %%rdx\n\tpopq %%rcx\n\tpopq %%r15" \
        : "+D"(cap), "+S"(info), "+r"(mr0), "+r"(mr1), "+r"(mr2), "+a"(mr3), \
          "+c"(keep_rcx), "+d"(keep_rdx), "+r"(keep_r11) \
        : [number] "i"(SYSCALL_CALL) : "memory", "cc")

/* An answer through a reply object and the receive of the next message. */
#define TRAP_REPLY_RECV(cap, info, mr0, mr1, mr2, mr3, reply, keep_rcx, keep_r11) \
    __asm__ volatile("pushq %%r15\n\tpushq %%r12\n\tpushq %%rcx\n\tpushq %%r11\n\t" \
        "movq %%rax, %%r15\n\tmovq %%rdx, %%r12\n\tmovq %[number], %%rdx\n\t" \
        "movq %%rsp, %%rax\n\t" \
        "syscall\n\t" \
        "movq %%rax, %%rsp\n\t" \
        "popq %%r11\n\tpopq %%rcx\n\tpopq %%r12\n\tmovq %%r15, %%rax\n\tpopq %%r15" \
        : "+D"(cap), "+S"(info), "+r"(mr0), "+r"(mr1), "+r"(mr2), "+a"(mr3), \
          "+c"(keep_rcx), "+d"(reply), "+r"(keep_r11) \
        : [number] "i"(SYSCALL_REPLY_RECV) : "memory", "cc")
