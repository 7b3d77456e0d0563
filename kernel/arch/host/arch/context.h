/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The saved registers of a thread on the dummy CPU: those of x86-64, with the same part
 * in a system call, in the order of struct user_context (<abi/message.h>).
 */
#pragma once

#include <core/types.h>

struct context {
    _Alignas(32) word fault_ip;     /* where a thread in state RESTART goes on */
    word rip, rsp, rflags, rax, rbx, rcx, rdx, rsi, rdi, rbp;
    word r8, r9, r10, r11, r12, r13, r14, r15;
    word fs_base, gs_base;
    bool syscall;                   /* came by a system call, nothing written since */
};

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
    word *const registers[] = {&c->r10, &c->r8, &c->r9, &c->r15};
    *registers[i] = v;
}

static inline void context_restart(struct context *c)
{
    c->rip = c->fault_ip;
    c->syscall = false;
}

#define CONTEXT_SYSCALL_BYTES  2

static inline void context_rewind_syscall(struct context *c)
{
    if (c->syscall)
        c->fault_ip = c->rip - CONTEXT_SYSCALL_BYTES;
}

static inline word context_next_ip(const struct context *c) { return c->rip; }
static inline void context_init(struct context *c) { c->rflags = 2; }

static inline word context_canonical(word address)
{
    return (word)((int64_t)(address << 16) >> 16);
}

#define CONTEXT_REGISTERS  20

static inline word context_read(const struct context *c, unsigned i)
{
    return i == 0 ? c->fault_ip : *(&c->rip + i);
}

static inline void context_write(struct context *c, unsigned i, word value)
{
    if (i == 0)
        c->fault_ip = value;
    *(&c->rip + i) = value;
    c->syscall = false;
}
