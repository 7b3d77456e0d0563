/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Further system call numbers of the bench configuration. Include this one or
 * abi/syscall_debug.h.
 */
#pragma once

enum syscall_bench_number {
    SYSCALL_BENCHMARK_FLUSH_CACHES = -12,
    SYSCALL_BENCHMARK_RESET_LOG = -13,
    SYSCALL_BENCHMARK_FINALIZE_LOG = -14,
    SYSCALL_BENCHMARK_SET_LOG_BUFFER = -15,
    SYSCALL_BENCHMARK_NULL_SYSCALL = -16,
    SYSCALL_X86_DANGEROUS_WRMSR = -17,
    SYSCALL_X86_DANGEROUS_RDMSR = -18
};
