/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Further system call numbers of the test configuration (printing, debugging,
 * thread-local base by system call).
 */
#pragma once

enum syscall_debug_number {
    SYSCALL_DEBUG_PUT_CHAR = -12,
    SYSCALL_DEBUG_DUMP_SCHEDULER = -13,
    SYSCALL_DEBUG_HALT = -14,
    SYSCALL_DEBUG_CAP_IDENTIFY = -15,
    SYSCALL_DEBUG_SNAPSHOT = -16,
    SYSCALL_DEBUG_NAME_THREAD = -17,
    SYSCALL_DEBUG_SEND_IPI = -18,
    SYSCALL_DEBUG_GET_THREAD_AFFINITY = -19,
    SYSCALL_SET_TLS_BASE = -33
};
