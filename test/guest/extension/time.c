/* SPDX-License-Identifier: BSD-2-Clause */
/* Using and measuring time; see time.h. */
#include "time.h"

enum { GAP_US = 20 };

static uint64_t now(void)
{
    return __builtin_ia32_rdtsc();
}

static uint64_t ticks_per_us(void)
{
    const struct boot_info_tsc_freq *chunk = boot_chunk(BOOT_INFO_X86_TSC_FREQ);

    CHECK(chunk != 0);
    return chunk->mhz;
}

/* Long steps are time in which something else ran. */
void burn(unsigned us)
{
    uint64_t rate = ticks_per_us(), left = us * rate, last = now();

    while (left > 0) {
        uint64_t here = now(), step = here - last;
        if (step < GAP_US * rate)
            left -= step < left ? step : left;
        last = here;
    }
}

/* Yielding settles the account of whoever asks. */
uint64_t charged(cptr sc)
{
    uint64_t us = 0;

    kc_yield();
    CHECK_OK(kc_sched_context_consumed(sc, &us));
    return us;
}

unsigned this_core(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return b >> 24;
}

struct thread *lender_make(const struct thread_spec *spec)
{
    struct thread *t = thread_make(spec);
    uint64_t flags = 0;

    CHECK_OK(kc_tcb_set_flags(t->tcb, 0, TCB_FLAG_LEND, &flags));
    CHECK_EQ(flags & TCB_FLAG_LEND, TCB_FLAG_LEND);
    return t;
}

struct thread *lender_start(const struct thread_spec *spec)
{
    struct thread *t = lender_make(spec);

    CHECK_OK(kc_tcb_resume(t->tcb));
    return t;
}
