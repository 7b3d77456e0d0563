/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring system calls in instructions. QEMU with -icount shift=0 lets each
 * instruction take a nanosecond; the TSC counts time, so differences of it are
 * instructions once they are converted to nanoseconds.
 *
 * Method: both ends of a transfer make their system call through `exchange`, which
 * reads the TSC just before and just after it. One way costs what lies between
 * "before" of the one thread and "after" of the other. The same code with a nop for
 * the system call gives the overhead, which is subtracted. The first WARM_UP rounds
 * of a thread do not count. A round trip is the sum of its two ways.
 */
#pragma once

#include <test/test.h>

enum {
    ROUNDS = 10000,
    WARM_UP = 16,
    BENCH_PRIORITY = 200,
    BENCH_BUDGET_US = 10000000
};

/* What a system call takes and the time stamps around it. */
struct exchange {
    uint64_t number;
    uint64_t dest;     /* rdi */
    uint64_t info;     /* rsi */
    uint64_t reply;    /* r12 */
    uint64_t word;     /* r10, in and out */
    uint64_t before, after;
};

/* Makes the system call, or in its place does nothing. */
void exchange(struct exchange *x);
void exchange_nothing(struct exchange *x);

/* Prints `bench NAME VALUE` for the mean of a sum of ROUNDS one-way costs in ticks,
   less the overhead; returns the value. */
uint64_t report(const char *name, uint64_t sum);

/* Prints `bench NAME VALUE` for a number of instructions. */
void report_value(const char *name, uint64_t value);

/* A thread to measure, not started: with a budget that lasts and without the FPU, whose
   state would cost time to switch. Its function sets up nothing but integers. */
struct thread *bench_thread(void (*run)(uint64_t), unsigned priority, cptr vspace,
                            cptr fault_ep);

/* How a function ends that bench_thread was given last. */
void bench_end(void);

/* The measurements. */
void measure_ipc(void);
void measure_faults(void);
void measure_signal(void);
