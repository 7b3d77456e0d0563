/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the time-stamp counter is the clock, each core's APIC timer its alarm. The
 * alarm compares with the counter where the processor can do that (TSC deadline);
 * otherwise it counts down at its own rate, whose ratio to the counter is measured
 * once: all cores share it. A countdown is rounded up, so it never ends early by
 * rounding; one that is too long for the hardware ends early and is set again.
 */
#include <arch/apic.h>
#include <arch/cpu.h>
#include <arch/feature.h>
#include <arch/timer.h>
#include <arch/trap.h>
#include <core/arch.h>
#include <core/core.h>
#include <abi/object.h>
#include <core/print.h>
#include <plat/pc/clock.h>

#define MSR_TSC_DEADLINE    0x6e0u
#define NO_DEADLINE         (~(ticks)0)

#define MEASURE_US          40000
#define MAX_COUNT           0xffffffffu
#define MAX_WAIT            BIT(40)     /* ticks; keeps the product within 128 bits */
#define SAME_CLOCK          50000       /* ratios within 1/50000 of 1 are 1 */
#define LOOK_US             2           /* the APIC is slow to ask: not more often */

word arch_ticks_per_us;
static word countdown_ratio;            /* APIC counts per tick, 32.32 fixed point */

static word measured_ratio(word counts, word ticks)
{
    word difference = counts > ticks ? counts - ticks : ticks - counts;

    if (difference <= ticks / SAME_CLOCK)
        return BIT(32);
    return (counts << 32) / ticks;
}

void timer_calibrate(void)
{
    apic_timer_enable(false);
    apic_timer_start(MAX_COUNT);

    struct clock_span span = clock_begin();
    ticks start = arch_now();
    uint32_t count = apic_timer_left();
    clock_wait(&span, MEASURE_US);
    ticks passed = arch_now() - start;
    count -= apic_timer_left();
    word nanoseconds = clock_elapsed_ns(&span);

    apic_timer_start(0);
    arch_ticks_per_us = max_word(1, (passed * 1000 + nanoseconds / 2) / nanoseconds);
    countdown_ratio = measured_ratio(count, passed);
    kprintf("timer: %lu ticks in %lu ns, %lu MHz; APIC %u counts%s\n", passed,
            nanoseconds, arch_ticks_per_us, count,
            cpu.tsc_deadline ? ", deadline mode" : "");
}

void timer_enable(struct core *core)
{
    core->arch.deadline = NO_DEADLINE;
    apic_timer_enable(cpu.tsc_deadline);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);    /* before the first deadline is written */
}

static void count_down(ticks deadline)
{
    if (deadline == NO_DEADLINE) {
        apic_timer_start(0);
        return;
    }
    ticks now = arch_now();
    ticks wait = deadline > now ? min_word(deadline - now, MAX_WAIT) : 0;
    word count = (word)((unsigned __int128)wait * countdown_ratio >> 32) + 1;
    apic_timer_start((uint32_t)min_word(count, MAX_COUNT));
}

void arch_timer_set(ticks deadline)
{
    this_core()->arch.deadline = deadline;
    if (cpu.tsc_deadline)
        write_msr(MSR_TSC_DEADLINE, deadline);
    else
        count_down(deadline);
}

void timer_rearm(struct core *core)
{
    if (arch_now() < core->arch.deadline)
        arch_timer_set(core->arch.deadline);
}

bool arch_interrupt_pending(void)
{
    struct core *core = this_core();
    ticks now = arch_now();

    if (now >= core->arch.deadline)
        return true;
    if (now - core->arch.looked < LOOK_US * arch_ticks_per_us)
        return false;
    core->arch.looked = now;
    return apic_requested(IRQ_OFFSET, IRQ_OFFSET + IRQ_VECTOR_MAX)
           || apic_requested(VECTOR_TIMER, VECTOR_SPURIOUS);
}
