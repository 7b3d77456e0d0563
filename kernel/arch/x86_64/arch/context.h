/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The saved user registers of a thread, and their meaning in the system call
 * convention. entry.S pushes them in this order, from the end of the structure
 * downwards, so the offsets here are known there (arch/offsets.h).
 *
 * System calls: rdx = number, rdi = capability (out: badge), rsi = message info,
 * r10 r8 r9 r15 = message registers 0-3, r12 = reply capability, r13 = destination of
 * NBSendRecv and NBSendWait; rcx and r11 are lost.
 */
#pragma once

#include <core/types.h>

struct context {
    word fs_base, gs_base;
    word fault_ip;          /* where a thread in state RESTART goes on */
    word r15, r14, r13, r12, r11, r10, r9, r8;
    word rbp, rdi, rsi, rdx, rcx, rbx, rax;
    word entry;             /* CONTEXT_SYSCALL, or the error code the processor pushed */
    word rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct context) % 16 == 0, "the processor aligns its frame");

#define CONTEXT_SYSCALL  (~(word)0)     /* `entry`: came by syscall, may leave by sysret */

#define RFLAGS_ALWAYS    BIT(1)
#define RFLAGS_TF        BIT(8)
#define RFLAGS_IF        BIT(9)
#define RFLAGS_DF        BIT(10)
#define RFLAGS_AC        BIT(18)
#define RFLAGS_USER_MASK ((word)0xcd5)     /* status flags and DF */

#define SELECTOR_KERNEL_CODE  0x08
#define SELECTOR_KERNEL_DATA  0x10
#define SELECTOR_USER_DATA    (0x18 | 3)
#define SELECTOR_USER_CODE    (0x20 | 3)
#define SELECTOR_TSS          0x28

static inline int64_t context_number(const struct context *c) { return (int64_t)c->rdx; }
static inline word context_cap(const struct context *c) { return c->rdi; }
static inline word context_info(const struct context *c) { return c->rsi; }
static inline word context_reply(const struct context *c) { return c->r12; }
static inline word context_destination(const struct context *c) { return c->r13; }
static inline void context_set_badge(struct context *c, word v) { c->rdi = v; }
static inline void context_set_info(struct context *c, word v) { c->rsi = v; }

/* Message register i (0-3) kept in the processor. */
static inline word context_mr(const struct context *c, unsigned i)
{
    return i == 0 ? c->r10 : i == 1 ? c->r8 : i == 2 ? c->r9 : c->r15;
}

static inline void context_set_mr(struct context *c, unsigned i, word v)
{
    switch (i) {
    case 0: c->r10 = v; break;
    case 1: c->r8 = v; break;
    case 2: c->r9 = v; break;
    default: c->r15 = v; break;
    }
}

/* The thread is about to run from fault_ip: leave the kernel with all registers. */
static inline void context_restart(struct context *c)
{
    c->rip = c->fault_ip;
    c->entry = 0;
}

/* Size of the system call instruction. */
#define CONTEXT_SYSCALL_BYTES  2

/* A thread that is inside a system call would repeat it from here; not one whose
 * registers have been written since (context_write). */
static inline void context_rewind_syscall(struct context *c)
{
    if (c->entry == CONTEXT_SYSCALL)
        c->fault_ip = c->rip - CONTEXT_SYSCALL_BYTES;
}

/* A system call that succeeded continues after the instruction. */
static inline word context_next_ip(const struct context *c) { return c->rip; }

/* Addresses loaded into rip or a segment base must be canonical: bit 47 is copied up. */
static inline word context_canonical(word address)
{
    return (word)((int64_t)(address << 16) >> 16);
}

/* Prepare a fresh thread's registers: all zero but the fixed selectors and flags. */
static inline void context_init(struct context *c)
{
    c->cs = SELECTOR_USER_CODE;
    c->ss = SELECTOR_USER_DATA;
    c->rflags = RFLAGS_IF | RFLAGS_ALWAYS;
}

/*
 * The registers in the order of struct user_context (<abi/message.h>), for
 * TCB_ReadRegisters and WriteRegisters, fault messages and their replies.
 * Writing keeps privileged bits safe. rip is read as where the thread would go on.
 */
#define CONTEXT_REGISTERS  20
word context_read(const struct context *c, unsigned i);
void context_write(struct context *c, unsigned i, word value);
