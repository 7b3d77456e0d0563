/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Further system call numbers of the bench configuration.
 * Made from abi/spec by tool/abigen.awk.
 */
#pragma once

enum syscall_bench_number {
    SYSCALL_BENCHMARK_FLUSH_CACHES = -21, /* write back and invalidate the caches */
    SYSCALL_BENCHMARK_RESET_LOG = -22, /* start a measurement */
    SYSCALL_BENCHMARK_FINALIZE_LOG = -23, /* end a measurement */
    SYSCALL_BENCHMARK_SET_LOG_BUFFER = -24, /* give the kernel memory for its log */
    SYSCALL_BENCHMARK_NULL_SYSCALL = -25, /* enter and leave the kernel */
    SYSCALL_X86_DANGEROUS_WRMSR = -30, /* write a machine specific register */
    SYSCALL_X86_DANGEROUS_RDMSR = -31, /* read a machine specific register */
};
