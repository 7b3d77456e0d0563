/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An invocation of a kernel object, as its decode function gets it, and the ways to
 * refuse one. Decode functions check everything and change nothing until all is
 * checked. They run inside the gate; one that must exclude the other cores begins with
 * `if (!gate_exclusive()) return OUTCOME_EXCLUSIVE;`.
 */
#pragma once

#include <abi/error.h>
#include <abi/invocation.h>
#include <abi/message.h>
#include <api/outcome.h>
#include <core/cap.h>
#include <core/core.h>

struct invocation {
    struct tcb *caller;
    word label;                         /* enum invocation_label */
    word length;                        /* message words given */
    struct slot *slot;                  /* the invoked capability's slot */
    struct cap cap;                     /* and a copy of it */
    word cap_address;                   /* the capability's address, for errors */
    struct slot *extra[MESSAGE_MAX_EXTRA_CAPS];     /* null beyond the last one */
    unsigned extra_count;
    bool call;                          /* a reply is expected */
    bool block;                         /* the sender may block */
    bool can_donate;                    /* a passive receiver gets the sender's context */
};

/* Why an invocation was refused: becomes the label and words of the error reply. */
struct syscall_error {
    enum error_code type;
    word argument;                      /* number of the argument or capability */
    word range_min, range_max;
    word memory_left;
    bool failed_source;
    struct lookup_error lookup;
};

/* Message word i of the caller (from its registers or its IPC buffer; 0 without one). */
word invocation_word(const struct invocation *inv, unsigned i);

/* Each sets core->error of this core and returns OUTCOME_ERROR. */
enum outcome refuse(enum error_code type);          /* errors without detail */
enum outcome refuse_argument(word number);          /* ERROR_INVALID_ARGUMENT */
enum outcome refuse_capability(word number);        /* ERROR_INVALID_CAPABILITY */
enum outcome refuse_range(word min, word max);      /* ERROR_RANGE */
enum outcome refuse_lookup(bool source);            /* ERROR_FAILED_LOOKUP; details of the
                                                       look-up that failed last */
enum outcome refuse_memory(word left);              /* ERROR_NOT_ENOUGH_MEMORY */

/* Success with result words for a caller (nothing happens unless inv->call). */
enum outcome reply_words(struct invocation *inv, unsigned count, const word *words);

/* Invoke the capability at `address` in t's CSpace with the message in its registers. */
enum outcome invoke(struct core *self, struct tcb *t, word address, bool block, bool call,
                    bool can_donate);
