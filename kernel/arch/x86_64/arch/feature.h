/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine's processors can do, and switching it on; filled once at boot. */
#pragma once

#include <core/types.h>

#define CR0_PE      BIT(0)
#define CR0_MP      BIT(1)
#define CR0_EM      BIT(2)
#define CR0_TS      BIT(3)      /* a use of floating point is exception #NM */
#define CR0_NE      BIT(5)
#define CR0_WP      BIT(16)

struct cpu_features {
    bool gib_pages;             /* pages of 1 GiB */
    bool tsc_deadline;          /* APIC timer that compares with the TSC */
    bool x2apic;
    bool fsgsbase;              /* present, and wanted by the configuration */
    bool smep, smap;
    bool xsave;                 /* present, and wanted: FPU state of features 7 */
    bool guest;                 /* under a hypervisor or emulator */
    unsigned phys_bits;         /* width of a physical address */
};

extern struct cpu_features cpu;

/* Boot core: find out. */
void cpu_detect(void);
/* Each core: control registers and model-specific registers. */
void cpu_enable(void);

struct cpuid { uint32_t a, b, c, d; };

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid r;
    __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
                     : "a"(leaf), "c"(subleaf));
    return r;
}
