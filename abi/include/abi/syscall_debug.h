/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Further system call numbers of the test configuration.
 * Made from abi/spec by tool/abigen.awk.
 */
#pragma once

enum syscall_debug_number {
    SYSCALL_DEBUG_PUT_CHAR = -12, /* print a character on the kernel's console */
    SYSCALL_DEBUG_DUMP_SCHEDULER = -13, /* print a line about every thread */
    SYSCALL_DEBUG_HALT = -14, /* stop the machine */
    SYSCALL_DEBUG_CAP_IDENTIFY = -15, /* ask for the type of a capability */
    SYSCALL_DEBUG_SNAPSHOT = -16, /* print the capabilities of the system */
    SYSCALL_DEBUG_NAME_THREAD = -17, /* give a thread a name for debug output */
    SYSCALL_DEBUG_SEND_IPI = -18, /* send an interrupt to another core */
    SYSCALL_DEBUG_GET_THREAD_AFFINITY = -19, /* ask for the core of a thread */
    SYSCALL_SET_TLS_BASE = -33, /* set the base of thread-local storage */
};
