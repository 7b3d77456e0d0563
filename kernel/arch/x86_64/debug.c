/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that exist in one configuration only: for debugging (CONFIG_DEBUG,
 * CONFIG_PRINTING), for measurements (CONFIG_BENCHMARKS, CONFIG_DANGEROUS_MSR), and
 * SetTLSBase. Called inside the gate; arguments are in the caller's registers.
 */
#include <abi/syscall_bench.h>
#include <abi/syscall_debug.h>
#include <arch/trap.h>
#include <core/arch.h>
#include <core/core.h>
#include <core/print.h>
#include <object/cnode.h>

/* The thread that the capability in rdi names, or null. */
static struct tcb *argument_thread(struct tcb *t)
{
    struct slot *slot = cspace_lookup(t, context_cap(&t->context));

    return slot && cap_type(slot->cap) == CAP_TCB ? cap_tcb(slot->cap) : NULL;
}

static void put_char(struct tcb *t)
{
    char c = (char)context_cap(&t->context);

    if (c == '\n')
        console_put('\r');
    console_put(c);
}

static void print_thread(const struct tcb *t)
{
    static const char *const states[] = {
        "inactive", "running", "restart", "receiving", "sending", "waiting", "calling",
        "idle",
    };

    print("%24s %10s ip %016lx prio %3u core %u\n", t->name[0] ? t->name : "-",
          states[t->state], t->context.rip, t->prio, t->core);
}

/* What DebugCapIdentify calls each type: even for generic ones, odd for those of x86. */
static const uint8_t type_numbers[] = {
    [CAP_UNTYPED] = 2, [CAP_ENDPOINT] = 4, [CAP_NOTIFICATION] = 6, [CAP_REPLY] = 8,
    [CAP_CNODE] = 10, [CAP_TCB] = 12, [CAP_IRQ_CONTROL] = 14, [CAP_IRQ_HANDLER] = 16,
    [CAP_ZOMBIE] = 18, [CAP_DOMAIN] = 20, [CAP_SCHED_CONTEXT] = 22,
    [CAP_SCHED_CONTROL] = 24, [CAP_FRAME] = 1, [CAP_PAGE_TABLE] = 3,
    [CAP_PAGE_DIRECTORY] = 5, [CAP_PDPT] = 7, [CAP_PML4] = 9, [CAP_ASID_CONTROL] = 11,
    [CAP_ASID_POOL] = 13, [CAP_IOPORT] = 19, [CAP_IOPORT_CONTROL] = 31,
};

static void dump_core(const struct core *core)
{
    print("core %u runs\n", core->id);
    print_thread(core->current);
    print("ready\n");
    for (unsigned prio = PRIORITIES; prio-- > 0;) {
        for (struct tcb *t = core->ready[prio].head; t; t = t->next)
            print_thread(t);
    }
    print("without budget\n");
    for (struct tcb *t = core->release; t; t = t->next)
        print_thread(t);
}

static void dump_scheduler(void)
{
    for (unsigned i = 0; i < core_count; i++)
        dump_core(&cores[i]);
}

static _Noreturn void halt(void)
{
    print("halting...\n");
    for (unsigned i = 0; i < core_count; i++) {
        __atomic_fetch_or(&cores[i].mailbox, MAILBOX_HALT, __ATOMIC_SEQ_CST);
        if (i != this_core()->id)
            arch_ipi(i);
    }
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

static void name_thread(struct tcb *t)
{
    struct tcb *named = argument_thread(t);

    if (!named || !t->buffer)
        return;
    const char *name = (const char *)t->buffer->msg;
    unsigned i = 0;
    for (; i < sizeof(named->name) - 1 && name[i]; i++)
        named->name[i] = name[i];
    named->name[i] = 0;
}

static bool debug_call(struct tcb *t, int64_t number)
{
    struct context *c = &t->context;
    struct slot *slot;
    struct tcb *other;

    switch (number) {
    case SYSCALL_DEBUG_DUMP_SCHEDULER:
        dump_scheduler();
        return true;
    case SYSCALL_DEBUG_HALT:
        halt();
    case SYSCALL_DEBUG_CAP_IDENTIFY:
        slot = cspace_lookup(t, context_cap(c));
        context_set_badge(c, slot ? type_numbers[cap_type(slot->cap)] : 0);
        return true;
    case SYSCALL_DEBUG_SNAPSHOT:
        print("no snapshots on this processor\n");
        return true;
    case SYSCALL_DEBUG_NAME_THREAD:
        name_thread(t);
        return true;
    case SYSCALL_DEBUG_SEND_IPI:
        return true;
    case SYSCALL_DEBUG_GET_THREAD_AFFINITY:
        other = argument_thread(t);
        context_set_badge(c, other ? other->core : 0);
        return true;
    default:
        return false;
    }
}

static bool bench_call(struct tcb *t, int64_t number)
{
    switch (number) {
    case SYSCALL_BENCHMARK_FLUSH_CACHES:
        __asm__ volatile("wbinvd" ::: "memory");
        return true;
    case SYSCALL_BENCHMARK_RESET_LOG:
    case SYSCALL_BENCHMARK_FINALIZE_LOG:
    case SYSCALL_BENCHMARK_SET_LOG_BUFFER:
        context_set_badge(&t->context, 0);      /* there is no log */
        return true;
    default:
        return false;
    }
}

static bool msr_call(struct tcb *t, int64_t number)
{
    uint32_t msr = (uint32_t)context_cap(&t->context);
    word value = 0;

    switch (number) {
    case SYSCALL_X86_DANGEROUS_RDMSR:
        read_msr_safe(msr, &value);
        context_set_mr(&t->context, 0, value);
        return true;
    case SYSCALL_X86_DANGEROUS_WRMSR:
        write_msr_safe(msr, context_mr(&t->context, 0));
        return true;
    default:
        return false;
    }
}

bool arch_debug_syscall(struct tcb *t, int64_t number)
{
    if (number == SYSCALL_SET_TLS_BASE)
        arch_set_tls_base(t, context_canonical(context_cap(&t->context)));
    else if (CONFIG_PRINTING && number == SYSCALL_DEBUG_PUT_CHAR)
        put_char(t);
    else
        return (CONFIG_DEBUG && debug_call(t, number))
               || (CONFIG_BENCHMARKS && bench_call(t, number))
               || (CONFIG_DANGEROUS_MSR && msr_call(t, number));
    return true;
}
