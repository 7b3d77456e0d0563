/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Further system call numbers of the bench configuration.

 */
#pragma once

enum syscall_bench_number {
    SYSCALL_BENCHMARK_FLUSH_CACHES = -21,
    SYSCALL_BENCHMARK_RESET_LOG = -22,
    SYSCALL_BENCHMARK_FINALIZE_LOG = -23,
    SYSCALL_BENCHMARK_SET_LOG_BUFFER = -24,
    SYSCALL_BENCHMARK_NULL_SYSCALL = -25,
    SYSCALL_X86_DANGEROUS_WRMSR = -30,
    SYSCALL_X86_DANGEROUS_RDMSR = -31
};
