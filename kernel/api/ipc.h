/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving a message, with its capabilities, from one thread's registers to another's. */
#pragma once

#include <core/core.h>

/* The last message register that lives in the processor, plus one. */
#define REGISTERS  4

/* Word i of a thread's message (0 beyond the registers without an IPC buffer). */
word message_word(const struct tcb *t, unsigned i);
void message_set_word(struct tcb *t, unsigned i, word value);

/*
 * Deliver the sender's message (or its fault) to the receiver: registers, buffer,
 * badge and, when `grant`, capabilities. `endpoint` is the object it went through, for
 * unwrapping (null for replies). Takes the derivation lock.
 */
void ipc_transfer(struct tcb *sender, struct tcb *receiver, void *endpoint, word badge,
                  bool grant);
