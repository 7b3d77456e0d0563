/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults become messages to a handler, sent as if the thread had made a call (manual,
 * "Faults"). thread->fault holds what happened:
 *   FAULT_CAP             words: address, in receive phase (the look-up error is in
 *                         thread->lookup_error)
 *   FAULT_UNKNOWN_SYSCALL words: number
 *   FAULT_USER_EXCEPTION  words: number, code
 *   FAULT_TIMEOUT         words: badge
 *   FAULT_VM              words: address, status register, instruction fetch
 */
#pragma once

#include <core/core.h>

/* The thread has just faulted (t->fault is set): tell its handler, or stop it. */
void fault_deliver(struct core *self, struct tcb *t);
/* Set a fault and deliver it. */
void fault_raise(struct core *self, struct tcb *t, word type, word w0, word w1, word w2);
/* Is there a usable timeout handler? */
bool fault_timeout_handler(const struct tcb *t);
/* Raise a timeout fault for `t`, which is not queued. */
void fault_timeout(struct core *self, struct tcb *t);
/* Write a look-up error (abi/error.h) from word `at` on; returns the next word. */
word lookup_error_message(const struct lookup_error *e, struct tcb *to, unsigned at);
/* Write the fault message of `t` into the receiver's registers; returns its length. */
word fault_message(struct tcb *t, struct tcb *receiver);
/* Apply a reply to a fault; true when the thread is to be restarted. */
bool fault_reply(struct tcb *t, struct tcb *replier, word info);
