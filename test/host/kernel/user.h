/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a user program on the simulated machine: system calls with their
 * arguments, and objects that the root task makes for a test.
 */
#pragma once

#include <abi/error.h>
#include <abi/invocation.h>
#include <abi/message.h>
#include <abi/object.h>
#include <abi/syscall.h>
#include <core/core.h>

/* Where the thread's system call instruction is; it is two bytes long. */
#define USER_SYSCALL  0x4000

struct request {
    int64_t number;
    word cap, reply, destination;
    word label;
    unsigned length, cap_count;
    word words[8], caps[3];
};

/* Put a request into the thread's registers and IPC buffer. */
void user_load(struct tcb *t, const struct request *r);
/* The thread on this core makes the call in its registers, perhaps once more. */
void user_call(unsigned core, struct tcb *t);

/* The root task, running on core 0, invokes a capability and gets the answer. */
enum error_code root_invoke(word cap, word label, unsigned length, const word *words,
                            unsigned cap_count, const word *caps);
/* An untyped capability of at least 2^bits bytes of RAM given out at boot. */
word root_untyped(word bits);
/* The slot where booting left the capability to control the scheduling of a core. */
word root_sched_control(unsigned core);
/* Make objects of a type in slots of the root CNode, from the untyped in slot `from`. */
enum error_code root_retype(word from, word type, word bits, word slot, word count);
/* CNode_Delete, CNode_Revoke of a slot in the root CNode. */
enum error_code root_delete(word slot);
enum error_code root_revoke(word slot);
