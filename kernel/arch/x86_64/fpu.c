/* SPDX-License-Identifier: BSD-2-Clause */
/* Floating-point state, switched for threads that use it; see arch/fpu.h. */
#include <arch/feature.h>
#include <arch/switch.h>
#include <core/arch.h>
#include <core/core.h>

#define CONTROL_WORD_INITIAL  0x37f
#define MXCSR_INITIAL         0x1f80
#define MXCSR_OFFSET          24
#define ALL_FEATURES          0xffffffffu

static void save(struct fpu_state *state)
{
    if (cpu.xsave)
        __asm__ volatile("xsave64 %0" : "+m"(*state)
                         : "a"(ALL_FEATURES), "d"(ALL_FEATURES));
    else
        __asm__ volatile("fxsave64 %0" : "=m"(*state));
}

static void restore(struct fpu_state *state)
{
    if (cpu.xsave)
        __asm__ volatile("xrstor64 %0" :: "m"(*state),
                         "a"(ALL_FEATURES), "d"(ALL_FEATURES));
    else
        __asm__ volatile("fxrstor64 %0" :: "m"(*state));
}

/* The state live on this core goes to its owner's TCB. */
static void save_owner(struct core *core)
{
    struct tcb *owner = core->arch.fpu_owner;

    if (!owner)
        return;
    fpu_enable(core);
    save(&owner->fpu);
    __atomic_store_n(&core->arch.fpu_owner, NULL, __ATOMIC_RELEASE);
}

void fpu_load(struct core *core, struct tcb *t)
{
    if (core_count > 1)
        fetch_state(core, t);   /* it may have come from another core */
    save_owner(core);
    fpu_enable(core);
    restore(&t->fpu);
    core->arch.fpu_owner = t;
}

void fpu_leave(struct core *core)
{
    save_owner(core);
    if (core->arch.fpu_enabled)
        fpu_disable(core);
}

void arch_fpu_init(struct tcb *t)
{
    uint16_t *control = (void *)t->fpu.area;
    uint32_t *mxcsr = (void *)(t->fpu.area + MXCSR_OFFSET);

    t->fpu = (struct fpu_state){0};
    *control = CONTROL_WORD_INITIAL;
    *mxcsr = MXCSR_INITIAL;
}
