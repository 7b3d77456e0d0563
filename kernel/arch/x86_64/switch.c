/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a core does to run another thread: address space, segment bases, entry frame.
 * And the mailbox, in which other cores ask it for things that only it can do.
 *
 * With FSGSBASE a thread changes its segment bases itself, so they are read back when
 * another thread's are loaded, or when its registers must be in its TCB; the idle thread
 * owns those that nobody needs. Otherwise they only change by system calls, the loaded values
 * are remembered and there is no owner.
 */
#include <arch/feature.h>
#include <arch/switch.h>
#include <arch/vspace.h>
#include <core/arch.h>
#include <core/core.h>

static void save_bases(struct core *core)
{
    struct tcb *t = core->arch.bases_owner;

    if (!t || t == core->idle)
        return;
    read_bases(&t->context.fs_base, &t->context.gs_base);
    __atomic_store_n(&core->arch.bases_owner, core->idle, __ATOMIC_RELEASE);
}

static void load_bases(struct core *core, struct tcb *t)
{
    if (cpu.fsgsbase) {
        write_bases(t->context.fs_base, t->context.gs_base);
        core->arch.bases_owner = t;
    } else {
        load_bases_by_msr(core, t);
    }
}

static void load_space(struct core *core, struct tcb *t)
{
    paddr root = thread_root(t);

    if (core->arch.root == root)
        return;
    __atomic_store_n(&core->arch.root, root, __ATOMIC_SEQ_CST);
    write_cr3(root);
}

void arch_switch_to(struct core *core, struct tcb *t)
{
    if (core->arch.bases_owner != t) {
        save_bases(core);
        if (t != core->idle)
            load_bases(core, t);
    }
    core->arch.tss.rsp0 = (word)(&t->context + 1);
    load_space(core, t);
}

void arch_save_user_state(struct core *core)
{
    if (cpu.fsgsbase)
        save_bases(core);
}

void arch_own_user_state(struct core *core, struct tcb *t)
{
    fpu_switch(core, t);
    if (cpu.fsgsbase)
        core->arch.bases_owner = t;
}

void arch_set_tls_base(struct tcb *t, word base)
{
    struct core *core = this_core();

    if (core->arch.bases_owner == t)
        save_bases(core);
    t->context.fs_base = base;
    if (core->current == t)
        load_bases(core, t);
}

void arch_vspace_changed(struct tcb *t)
{
    t->root_epoch = 0;
    struct core *core = this_core();

    if (core->current == t)
        load_space(core, t);
}

/* --- mailbox ------------------------------------------------------------------- */

static void serve_state(struct core *core)
{
    fpu_leave(core);
    save_bases(core);
    __atomic_fetch_and(&core->mailbox, ~(uint32_t)MAILBOX_FPU, __ATOMIC_SEQ_CST);
}

static _Noreturn void halt(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

void arch_mailbox(struct core *core)
{
    uint32_t requests = __atomic_load_n(&core->mailbox, __ATOMIC_ACQUIRE);

    if (requests & MAILBOX_HALT)
        halt();
    if (requests & MAILBOX_FPU)
        serve_state(core);
    if (requests & MAILBOX_TLB)
        tlb_serve(core);
}

static bool state_lives_on(const struct core *core, const struct tcb *t)
{
    return __atomic_load_n(&core->arch.fpu_owner, __ATOMIC_ACQUIRE) == t
           || __atomic_load_n(&core->arch.bases_owner, __ATOMIC_ACQUIRE) == t;
}

static void save_remotely(struct core *core, const struct tcb *t)
{
    __atomic_fetch_or(&core->mailbox, MAILBOX_FPU, __ATOMIC_SEQ_CST);
    arch_ipi(core->id);
    while (state_lives_on(core, t)) {
        arch_mailbox(this_core());
        cpu_relax();
    }
}

void fetch_state(struct core *self, const struct tcb *t)
{
    for (unsigned i = 0; i < core_count; i++) {
        if (i != self->id && state_lives_on(&cores[i], t))
            save_remotely(&cores[i], t);
    }
}

void arch_fpu_release(struct tcb *t)
{
    struct core *self = this_core();

    if (self->arch.fpu_owner == t)
        fpu_leave(self);
    if (self->arch.bases_owner == t)
        save_bases(self);
    fetch_state(self, t);
}
