/* SPDX-License-Identifier: BSD-2-Clause */
/* Root task that prints what kernel calls cost: lines `bench NAME VALUE`. */
#include <abi/syscall_bench.h>
#include <test/start.h>

#include "bench.h"

static uint64_t overhead, mhz;
static struct exchange end_signal, end_stop;

/*
 * The stamped system call. The structure's address is kept in r14 and the number in
 * r13, as the kernel and rdtsc use the other registers.
 */
#define STAMPED(instruction)                                                       \
    __asm__ volatile(                                                              \
        "rdtsc\n\t"                                                                \
        "movl %%eax, %c[before](%%r14)\n\t"                                        \
        "movl %%edx, %c[before]+4(%%r14)\n\t"                                      \
        "movq %%r13, %%rdx\n\t"                                                    \
        "movq %%rsp, %%rbx\n\t" instruction "\n\t"                                 \
        "movq %%rbx, %%rsp\n\t"                                                    \
        "rdtsc\n\t"                                                                \
        "movl %%eax, %c[after](%%r14)\n\t"                                         \
        "movl %%edx, %c[after]+4(%%r14)"                                           \
        : "+D"(dest), "+S"(info), "+r"(word)                                       \
        : "r"(structure), "r"(number), "r"(reply),                                 \
          [before] "i"(__builtin_offsetof(struct exchange, before)),               \
          [after] "i"(__builtin_offsetof(struct exchange, after))                  \
        : "rax", "rdx", "rbx", "rcx", "r8", "r9", "r11", "r15", "memory")

#define DEFINE_EXCHANGE(name, instruction)                                         \
    void name(struct exchange *x)                                                  \
    {                                                                              \
        register struct exchange *structure __asm__("r14") = x;                    \
        register uint64_t number __asm__("r13") = x->number;                       \
        register uint64_t reply __asm__("r12") = x->reply;                         \
        register uint64_t word __asm__("r10") = x->word;                           \
        uint64_t dest = x->dest, info = x->info;                                   \
                                                                                   \
        STAMPED(instruction);                                                      \
        x->word = word;                                                            \
    }

DEFINE_EXCHANGE(exchange, "syscall")
DEFINE_EXCHANGE(exchange_nothing, "nop")

static uint64_t to_instructions(uint64_t ticks)
{
    return ticks * 1000 / mhz;
}

void report_value(const char *name, uint64_t value)
{
    print("bench %s %lu\n", name, value);
}

uint64_t report(const char *name, uint64_t sum)
{
    uint64_t value = to_instructions((sum + ROUNDS / 2) / ROUNDS - overhead);

    report_value(name, value);
    return value;
}

void bench_end(void)
{
    exchange(&end_signal);
    exchange(&end_stop);
}

struct thread *bench_thread(void (*run)(uint64_t), unsigned priority, cptr vspace,
                            cptr fault_ep)
{
    struct thread *t = prepare(.run = run, .priority = priority, .vspace = vspace,
                               .fault_ep = fault_ep, .budget = BENCH_BUDGET_US);
    uint64_t flags;

    CHECK_OK(kc_tcb_set_flags(t->tcb, 0, TCB_FLAG_FPU_DISABLED, &flags));
    end_signal = (struct exchange){.dest = t->done, .number = (uint64_t)SYSCALL_SEND};
    end_stop = (struct exchange){.dest = t->tcb, .number = (uint64_t)SYSCALL_CALL,
                                 .info = message_info(INVOKE_TCB_SUSPEND, 0, 0, 0)};
    return t;
}

/* Sum of ROUNDS stamped calls by this thread alone. */
static uint64_t alone(void (*call)(struct exchange *), struct exchange *x)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < WARM_UP + ROUNDS; i++) {
        call(x);
        sum += i < WARM_UP ? 0 : x->after - x->before;
    }
    return sum;
}

static void measure_null(void)
{
    struct exchange x = {.number = (uint64_t)SYSCALL_BENCHMARK_NULL_SYSCALL};

    report("null_syscall", alone(exchange, &x));
}

static void measure(uint64_t unused)
{
    struct exchange x = {0};

    (void)unused;
    overhead = (alone(exchange_nothing, &x) + ROUNDS / 2) / ROUNDS;
    report_value("overhead", to_instructions(overhead));
    measure_null();
    measure_ipc();
    measure_faults();
    measure_signal();
}

unsigned guest_main(void)
{
    const struct boot_info_tsc_freq *tsc = boot_chunk(BOOT_INFO_X86_TSC_FREQ);

    mhz = tsc && tsc->mhz ? tsc->mhz : 1000;
    print("\n");
    CHECK_OK(kc_tcb_set_sched_params(ROOT_SLOT_TCB, ROOT_SLOT_TCB, PRIORITY_MAX, 1,
                                     ROOT_SLOT_SC, 0));
    join(spawn(.run = measure, .priority = BENCH_PRIORITY - 1,
               .budget = BENCH_BUDGET_US));
    return 0;
}
