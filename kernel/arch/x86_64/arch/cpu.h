/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline processor primitives used by generic code. */
#pragma once

#include <core/types.h>

struct core;

/* The core this code runs on; GS points at it while in the kernel. */
static inline struct core *this_core(void)
{
    struct core *core;
    __asm__("movq %%gs:0, %0" : "=r"(core));
    return core;
}

static inline void cpu_relax(void) { __builtin_ia32_pause(); }

static inline word read_cr3(void)
{
    word v;
    __asm__ volatile("movq %%cr3, %0" : "=r"(v));
    return v;
}
static inline void write_cr3(word v)
{
    __asm__ volatile("movq %0, %%cr3" :: "r"(v) : "memory");
}
static inline word read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (word)high << 32 | low;
}
static inline void write_msr(uint32_t msr, word v)
{
    __asm__ volatile("wrmsr" :: "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}
static inline void invalidate_page(word address)
{
    __asm__ volatile("invlpg (%0)" :: "r"(address) : "memory");
}

#define MSR_FS_BASE         0xc0000100u
#define MSR_GS_BASE         0xc0000101u
#define MSR_KERNEL_GS_BASE  0xc0000102u

/* The time-stamp counter. */
static inline ticks arch_now(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (ticks)high << 32 | low;
}

/* With FSGSBASE: the user's segment bases. GS is in the other register in the kernel. */
static inline void read_bases(word *fs, word *gs)
{
    __asm__ volatile("rdfsbase %0\n\tswapgs\n\trdgsbase %1\n\tswapgs"
                     : "=r"(*fs), "=r"(*gs) :: "memory");
}
static inline void write_bases(word fs, word gs)
{
    __asm__ volatile("wrfsbase %0\n\tswapgs\n\twrgsbase %1\n\tswapgs"
                     :: "r"(fs), "r"(gs) : "memory");
}
/* Both at once. */
static inline void exchange_bases(word *old_fs, word *old_gs, word fs, word gs)
{
    word a, b;
    __asm__ volatile("rdfsbase %0\n\twrfsbase %2\n\t"
                     "swapgs\n\trdgsbase %1\n\twrgsbase %3\n\tswapgs"
                     : "=&r"(a), "=&r"(b) : "r"(fs), "r"(gs) : "memory");
    *old_fs = a;
    *old_gs = b;
}
