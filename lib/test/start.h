/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry of a program, and the thread-local storage of its threads. */
#pragma once

#include <abi/message.h>

/* Room for all thread-local variables, which lie below self. */
struct tls_block {
    uint64_t variables[7];
    uint64_t self;
} __attribute__((aligned(64)));

/* Prepares a thread's block; returns its FS base. */
uint64_t tls_make(struct tls_block *block, struct ipc_buffer *buffer);

/* The program. It returns 0, or what quit shall report. */
unsigned guest_main(void);
