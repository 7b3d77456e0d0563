/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor's own part of struct core. */
#pragma once

#include <core/types.h>

struct tss {
    uint32_t reserved0;
    word rsp0;                  /* top of the current thread's context: entry frame */
    word rsp1, rsp2, reserved1;
    word ist[7];
    word reserved2;
    uint16_t reserved3, io_map_base;
} __attribute__((packed));

struct arch_core {
    uint32_t tss_pad;
    struct tss tss;             /* so that tss.rsp0 is 8-byte aligned */
    uint32_t apic_id;
    paddr root;                 /* translation root loaded (read by other cores) */
    word fs_base, gs_base;      /* loaded user bases, when not read back */
    struct tcb *bases_owner;    /* FSGSBASE: whose bases are live, or idle */
    ticks deadline;             /* of the timer, ~0: none */
    ticks looked;               /* last time it asked the APIC for waiting interrupts */
    struct tcb *fpu_owner;      /* whose state is live; (own) or under exclusion */
    bool fpu_enabled;           /* CR0.TS clear */
    word gdt[8];
};
