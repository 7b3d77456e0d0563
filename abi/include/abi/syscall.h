/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System call numbers of every configuration (register rdx).
 * Made from abi/spec by tool/abigen.awk.
 */
#pragma once

enum syscall_number {
    SYSCALL_CALL = -1, /* send a message and wait for the answer */
    SYSCALL_REPLY_RECV = -2, /* answer a call and wait for the next message */
    SYSCALL_NBSEND_RECV = -3, /* send without waiting, then receive */
    SYSCALL_NBSEND_WAIT = -4, /* send without waiting, then wait */
    SYSCALL_SEND = -5, /* send a message, waiting for a receiver */
    SYSCALL_NBSEND = -6, /* send a message if a receiver is ready */
    SYSCALL_RECV = -7, /* wait for a message that may be a call */
    SYSCALL_NBRECV = -8, /* receive a message if one waits */
    SYSCALL_WAIT = -9, /* wait for a signal or a plain message */
    SYSCALL_NBWAIT = -10, /* take a signal or a plain message if one is there */
    SYSCALL_YIELD = -11, /* give up the rest of the budget */
    SYSCALL_CALL_WINDOW = -64, /* call, with memory open to who answers */
};
