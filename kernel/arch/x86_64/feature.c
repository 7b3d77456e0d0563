/* SPDX-License-Identifier: BSD-2-Clause */
/* Processor features: detection (CPUID) and the control registers of each core. */
#include <arch/context.h>
#include <arch/cpu.h>
#include <arch/feature.h>
#include <arch/trap.h>
#include <arch/vspace.h>

#define MSR_EFER    0xc0000080u
#define MSR_STAR    0xc0000081u
#define MSR_LSTAR   0xc0000082u
#define MSR_CSTAR   0xc0000083u
#define MSR_FMASK   0xc0000084u

#define EFER_SCE    BIT(0)

#define CR4_PGE         BIT(7)
#define CR4_PCE         BIT(8)      /* user level may read performance counters */
#define CR4_OSFXSR      BIT(9)
#define CR4_OSXMMEXCPT  BIT(10)
#define CR4_FSGSBASE    BIT(16)
#define CR4_OSXSAVE     BIT(18)
#define CR4_SMEP        BIT(20)
#define CR4_SMAP        BIT(21)

#define XSAVE_FEATURES  7           /* x87, SSE, AVX */

/* sysret takes the user's selectors from here on, syscall the kernel's. */
#define STAR_VALUE  ((word)(SELECTOR_USER_DATA - 8) << 48 \
                     | (word)SELECTOR_KERNEL_CODE << 32)
/* Flags that syscall clears: TF IF DF IOPL NT AC. */
#define FMASK_VALUE (BIT(8) | BIT(9) | BIT(10) | BIT(12) | BIT(13) | BIT(14) | BIT(18))

struct cpu_features cpu;

static bool has(uint32_t reg, unsigned bit)
{
    return reg >> bit & 1;
}

void cpu_detect(void)
{
    uint32_t basic = cpuid(0, 0).a, extended = cpuid(0x80000000, 0).a;
    struct cpuid f1 = cpuid(1, 0), f7 = {0}, e1 = cpuid(0x80000001, 0);

    if (basic >= 7)
        f7 = cpuid(7, 0);
    cpu.x2apic = has(f1.c, 21);
    cpu.tsc_deadline = has(f1.c, 24);
    cpu.fsgsbase = CONFIG_FSGSBASE && has(f7.b, 0);
    cpu.guest = has(f1.c, 31);
    cpu.smep = has(f7.b, 7);
    cpu.smap = has(f7.b, 20);
    cpu.gib_pages = has(e1.d, 26);
    cpu.xsave = CONFIG_FPU_AREA >= 832 && has(f1.c, 26)
                && (cpuid(0xd, 0).a & XSAVE_FEATURES) == XSAVE_FEATURES;
    cpu.phys_bits = extended >= 0x80000008 ? cpuid(0x80000008, 0).a & 0xff : 36;
}

static void enable_control_registers(void)
{
    word cr0, cr4;

    __asm__ volatile("movq %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
    cr0 = (cr0 & ~CR0_EM) | CR0_MP | CR0_TS | CR0_NE | CR0_WP;
    cr4 |= CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;
    if (CONFIG_BENCHMARKS)
        cr4 |= CR4_PCE;
    if (cpu.fsgsbase)
        cr4 |= CR4_FSGSBASE;
    if (cpu.smep)
        cr4 |= CR4_SMEP;
    if (cpu.smap)
        cr4 |= CR4_SMAP;
    if (cpu.xsave)
        cr4 |= CR4_OSXSAVE;
    __asm__ volatile("movq %0, %%cr4" :: "r"(cr4) : "memory");
    __asm__ volatile("movq %0, %%cr0" :: "r"(cr0) : "memory");
    if (cpu.xsave)
        __asm__ volatile("xsetbv" :: "c"(0), "a"(XSAVE_FEATURES), "d"(0));
}

void cpu_enable(void)
{
    enable_control_registers();
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SCE);
    write_msr(MSR_STAR, STAR_VALUE);
    write_msr(MSR_LSTAR, (word)syscall_entry);
    write_msr(MSR_CSTAR, 0);
    write_msr(MSR_FMASK, FMASK_VALUE);
    pat_init();
}
