/* SPDX-License-Identifier: BSD-2-Clause */
/* Switching this core to another thread: what the processor must know of it. */
#pragma once

#include <arch/feature.h>
#include <arch/vspace.h>
#include <core/arch.h>
#include <core/core.h>

/* Copy the words of a message that travel in registers: r10 r8 r9 r15. The receiver keeps
 * the others: programs rely on it. */
static inline void context_copy_message(struct context *to, const struct context *from,
                                        word length)
{
    if (length == 0)
        return;
    to->r10 = from->r10;
    if (length == 1)
        return;
    to->r8 = from->r8;
    if (length >= 4) {
        to->r9 = from->r9;
        to->r15 = from->r15;
    } else if (length == 3) {
        to->r9 = from->r9;
    }
}

static inline void copy_words(word *to, const word *from, word count)
{
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) :: "memory");
}

/* Without FSGSBASE: load t's segment bases where they differ from those loaded. */
static inline __attribute__((always_inline)) void load_bases_by_msr(struct core *core,
                                                                    const struct tcb *t)
{
    if (likely(core->arch.fs_base != t->context.fs_base)) {
        core->arch.fs_base = t->context.fs_base;
        write_msr(MSR_FS_BASE, t->context.fs_base);
    }
    if (unlikely(core->arch.gs_base != t->context.gs_base)) {
        core->arch.gs_base = t->context.gs_base;
        write_msr(MSR_KERNEL_GS_BASE, t->context.gs_base);
    }
}

/* CR0.TS, which LMSW sets together with the other low bits that are always set. */
static inline void fpu_enable(struct core *core)
{
    __asm__ volatile("clts");
    core->arch.fpu_enabled = true;
}

static inline void fpu_disable(struct core *core)
{
    __asm__ volatile("lmsw %0" : : "r"((uint16_t)(CR0_PE | CR0_MP | CR0_TS)));
    core->arch.fpu_enabled = false;
}

/* `t` returns to user mode on this core next: with its state, if it uses any. */
static inline __attribute__((always_inline)) void fpu_switch(struct core *core,
                                                             struct tcb *t)
{
    if (!t->fpu_used) {
        if (core->arch.fpu_enabled)
            fpu_disable(core);
    } else if (core->arch.fpu_owner != t) {
        fpu_load(core, t);
    } else if (!core->arch.fpu_enabled) {
        fpu_enable(core);
    }
}

/*
 * Entry frame, address space, segment bases and floating-point state. The root is
 * announced before it is loaded, for the cores that flush translations.
 */
static inline __attribute__((always_inline)) void arch_fast_switch(struct core *self,
                                                                   struct tcb *t)
{
    self->arch.tss.rsp0 = (word)(&t->context + 1);
    paddr root = thread_root(t);
    if (self->arch.root != root) {
        __atomic_exchange_n(&self->arch.root, root, __ATOMIC_SEQ_CST);
        write_cr3(root);
    }
    fpu_switch(self, t);        /* may put the bases away, too */
    struct tcb *owner = self->arch.bases_owner;
    if (!owner) {
        load_bases_by_msr(self, t);
    } else {
        exchange_bases(&owner->context.fs_base, &owner->context.gs_base,
                       t->context.fs_base, t->context.gs_base);
        self->arch.bases_owner = t;
    }
}

/* The current thread goes on. While this core waited for a lock, another one may have made
 * it put its thread's state away. */
static inline __attribute__((always_inline)) void arch_fast_stay(struct core *self,
                                                                 struct tcb *t)
{
    if (unlikely(self->arch.bases_owner == self->idle))
        arch_own_user_state(self, t);
}
