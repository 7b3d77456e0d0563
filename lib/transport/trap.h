/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls of the shortest paths. As in <kcall/trap.h>, but for this kernel
 * alone, which keeps rsp and rax; so what the caller still needs afterwards is in rax, or put on
 * the stack here, and a function of nothing but such a call saves no registers.
 */
#pragma once

#include <abi/syscall.h>
#include <kcall/trap.h>

/* A call of which only word 0 goes out and four words come back; word 3 in rcx. */
#define TRAP_CALL_READ(cap, info, mr0, mr1, mr2, mr3, keep_rax, keep_r11) \
    __asm__ volatile("pushq %%r15\n\tpushq %%r11\n\t" \
        "movq %[number], %%rdx\n\t" \
        "syscall\n\t" \
        "popq %%r11\n\tmovq %%r15, %%rcx\n\tpopq %%r15" \
        : "+D"(cap), "+S"(info), "+r"(mr0), "=r"(mr1), "=r"(mr2), "=c"(mr3), \
          "+a"(keep_rax), "+r"(keep_r11) \
        : [number] "i"(SYSCALL_CALL) : "rdx", "memory", "cc")

/* A call of which four words go out; those that come back are lost. Word 3 is given in
 * rcx. With CALL_WINDOW, words 1 to 3 are the window. */
#define TRAP_CALL_WRITE(call, cap, info, mr0, mr1, mr2, mr3, keep_rax, keep_rdx, \
        keep_r11) \
    __asm__ volatile("pushq %%r15\n\tpushq %%rdx\n\tpushq %%r11\n\t" \
        "movq %%rcx, %%r15\n\tmovq %[number], %%rdx\n\t" \
        "syscall\n\t" \
        "popq %%r11\n\tpopq %%rdx\n\tpopq %%r15" \
        : "+D"(cap), "+S"(info), "+r"(mr0), "+r"(mr1), "+r"(mr2), "+c"(mr3), \
          "+a"(keep_rax), "+d"(keep_rdx), "+r"(keep_r11) \
        : [number] "i"(call) : "memory", "cc")

/* An answer through a reply object and the receive of the next message. */
#define TRAP_REPLY_RECV(cap, info, mr0, mr1, mr2, mr3, reply, keep_rax, keep_r11) \
    __asm__ volatile("pushq %%r15\n\tpushq %%r12\n\tpushq %%r11\n\t" \
        "movq %%rcx, %%r15\n\tmovq %%rdx, %%r12\n\tmovq %[number], %%rdx\n\t" \
        "syscall\n\t" \
        "popq %%r11\n\tpopq %%r12\n\tmovq %%r15, %%rcx\n\tpopq %%r15" \
        : "+D"(cap), "+S"(info), "+r"(mr0), "+r"(mr1), "+r"(mr2), "+c"(mr3), \
          "+a"(keep_rax), "+d"(reply), "+r"(keep_r11) \
        : [number] "i"(SYSCALL_REPLY_RECV) : "memory", "cc")
