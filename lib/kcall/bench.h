/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls for measurements. Only a kernel of the bench build has them.
 */
#pragma once

#include <abi/syscall_bench.h>
#include <kcall/syscall.h>

static inline void kc_bench_flush_caches(void)
{
    kc_trap_null(SYSCALL_BENCHMARK_FLUSH_CACHES);
}

static inline uint64_t kc_bench_reset_log(void)
{
    uint64_t words[4] = {0};
    uint64_t error = 0;

    kc_trap(SYSCALL_BENCHMARK_RESET_LOG, &error, 0, words);
    return error;
}

static inline uint64_t kc_bench_finalize_log(void)
{
    uint64_t words[4] = {0};
    uint64_t index = 0;

    kc_trap(SYSCALL_BENCHMARK_FINALIZE_LOG, &index, 0, words);
    return index;
}

static inline uint64_t kc_bench_set_log_buffer(cptr frame)
{
    uint64_t words[4] = {0};

    kc_trap(SYSCALL_BENCHMARK_SET_LOG_BUFFER, &frame, 0, words);
    return frame;
}

static inline void kc_bench_null(void)
{
    kc_trap_null(SYSCALL_BENCHMARK_NULL_SYSCALL);
}

static inline void kc_bench_wrmsr(uint32_t msr, uint64_t value)
{
    uint64_t words[4] = {value, 0, 0, 0};
    uint64_t number = msr;

    kc_trap(SYSCALL_X86_DANGEROUS_WRMSR, &number, 0, words);
}

static inline uint64_t kc_bench_rdmsr(uint32_t msr)
{
    uint64_t words[4] = {0};
    uint64_t number = msr;

    kc_trap(SYSCALL_X86_DANGEROUS_RDMSR, &number, 0, words);
    return words[0];
}
