/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System call numbers (register rdx). Those below SYSCALL_YIELD are in
 * abi/syscall_debug.h and abi/syscall_bench.h.
 */
#pragma once

enum syscall_number {
    SYSCALL_CALL = -1,
    SYSCALL_REPLY_RECV = -2,
    SYSCALL_NBSEND_RECV = -3,
    SYSCALL_NBSEND_WAIT = -4,
    SYSCALL_SEND = -5,
    SYSCALL_NBSEND = -6,
    SYSCALL_RECV = -7,
    SYSCALL_NBRECV = -8,
    SYSCALL_WAIT = -9,
    SYSCALL_NBWAIT = -10,
    SYSCALL_YIELD = -11
};

#define SYSCALL_FIRST SYSCALL_YIELD /* lowest and */
#define SYSCALL_LAST SYSCALL_CALL   /* highest number of the plain calls */
