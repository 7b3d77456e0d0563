/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting cores, one after the other (processor manual, volume 3, "MP initialization
 * protocol"). Each measures how far its time-stamp counter is from the boot core's and
 * mends a difference that the measurement shows beyond doubt.
 */
#include <arch/apic.h>
#include <arch/descriptors.h>
#include <arch/feature.h>
#include <arch/layout.h>
#include <arch/smp.h>
#include <arch/timer.h>
#include <arch/vspace.h>
#include <core/core.h>
#include <core/print.h>
#include <core/sched.h>
#include <plat/pc/clock.h>

#define TRAMPOLINE_PAGE    8                /* physical address 0x8000 */
#define MSR_TSC            0x10u
#define SYNC_ROUNDS        64
#define START_TIMEOUT_US   200000

extern char trampoline[], trampoline_end[], trampoline_gdt[], trampoline_gdt_base[];
extern char kernel_stacks[];

word smp_stack;                 /* for boot.S: of the core that is being started */

static unsigned starting;       /* its number */
static uint32_t started;        /* the number of cores that have come up */
static uint32_t released;

static struct tcb idle_threads[CONFIG_MAX_CORES];

/* Ping-pong: the boot core answers each request with its clock. */
static struct {
    uint32_t request, answer;
    ticks clock;
} sync;

void smp_main(void);

void core_setup(unsigned id)
{
    struct core *core = &cores[id];
    struct tcb *idle = &idle_threads[id];

    core->self = core;
    core->id = id;
    core->kernel_stack = (word)kernel_stacks + (id + 1) * KERNEL_STACK_SIZE;
    descriptors_load(core);
    cpu_enable();
    apic_enable();
    core->arch.apic_id = apic_id();
    core->arch.root = memory_root();
    core_init(core, id, idle);
    if (cpu.fsgsbase)
        core->arch.bases_owner = idle;
    timer_enable(core);
}

/* --- time-stamp counters ---------------------------------------------------------- */

static ticks ask_clock(uint32_t round)
{
    __atomic_store_n(&sync.request, round, __ATOMIC_RELEASE);
    while (__atomic_load_n(&sync.answer, __ATOMIC_ACQUIRE) != round)
        cpu_relax();
    return sync.clock;
}

static void answer_clock(uint32_t round)
{
    while (__atomic_load_n(&sync.request, __ATOMIC_ACQUIRE) != round)
        cpu_relax();
    sync.clock = arch_now();
    __atomic_store_n(&sync.answer, round, __ATOMIC_RELEASE);
}

/* How far this core's counter is ahead, by the quickest round; *doubt: either way. */
static int64_t measure_skew(word *doubt)
{
    int64_t skew = 0;

    *doubt = ~(word)0;
    for (uint32_t round = 1; round <= SYNC_ROUNDS; round++) {
        ticks before = arch_now();
        ticks boot = ask_clock(round);
        ticks after = arch_now();
        if (after - before < *doubt) {
            *doubt = after - before;
            skew = (int64_t)(before + (after - before) / 2 - boot);
        }
    }
    return skew;
}

static void synchronise_clock(void)
{
    word doubt;
    int64_t skew = measure_skew(&doubt);
    word size = skew < 0 ? -(word)skew : (word)skew;

    if (size <= doubt)
        return;
    kprintf("core %u: clock differs by %ld ticks, set\n", this_core()->id, skew);
    write_msr(MSR_TSC, arch_now() - (word)skew);
}

/* --- starting ---------------------------------------------------------------------- */

/* A core that is being started comes here, from boot.S. */
void smp_main(void)
{
    struct core *self = &cores[starting];

    core_setup(starting);
    __atomic_store_n(&started, self->id + 1, __ATOMIC_RELEASE);
    synchronise_clock();
    while (!__atomic_load_n(&released, __ATOMIC_ACQUIRE))
        cpu_relax();
    memory_flush();
    core_start(self);
}

static void install_trampoline(void)
{
    paddr page = TRAMPOLINE_PAGE << 12;

    __builtin_memcpy(phys_to_virt(page), trampoline, (word)(trampoline_end - trampoline));
    *(uint32_t *)phys_to_virt(page + (word)(trampoline_gdt_base - trampoline)) =
        (uint32_t)(page + (word)(trampoline_gdt - trampoline));
}

static bool has_started(unsigned id)
{
    return __atomic_load_n(&started, __ATOMIC_ACQUIRE) == id + 1;
}

static bool start_core(unsigned id, uint32_t target)
{
    starting = id;
    smp_stack = (word)kernel_stacks + (id + 1) * KERNEL_STACK_SIZE;
    sync.request = sync.answer = 0;
    apic_send_init(target);
    clock_delay(10000);
    for (unsigned i = 0; i < 2 && !has_started(id); i++) {
        apic_send_startup(target, TRAMPOLINE_PAGE);
        clock_delay(200);
    }
    for (word waited = 0; !has_started(id) && waited < START_TIMEOUT_US; waited += 1000)
        clock_delay(1000);
    if (!has_started(id))
        return false;
    for (uint32_t round = 1; round <= SYNC_ROUNDS; round++)
        answer_clock(round);
    return true;
}

void smp_start(const uint32_t *apic_ids, unsigned count)
{
    install_trampoline();
    for (unsigned i = 0; i < count && core_count < CONFIG_MAX_CORES; i++) {
        if (apic_ids[i] == cores[0].arch.apic_id)
            continue;
        if (!start_core(core_count, apic_ids[i]))
            panic(__FILE__, __LINE__, "a processor core does not start");
        core_count++;
    }
}

void smp_release(void)
{
    __atomic_store_n(&released, 1, __ATOMIC_RELEASE);
}
