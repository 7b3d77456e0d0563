/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the process server (<transport/process.h>): a table with a handler for each.
 */
#pragma once

#include <process/process.h>

struct call {
    struct process *process;
    struct thread *thread;      /* null if the caller named none that it has */
    const uint64_t *words;      /* arguments, copied */
    unsigned word_count;
    const char *bytes;          /* what follows the call's arguments */
    size_t byte_count;
    uint64_t *result;           /* the thread's page */
};

/* The call ended its thread, or answers later: do not reply. */
enum { CALL_NO_ANSWER = 1 };

/* Does call number `number`: 0, a negative error, -ERROR_WAIT, or CALL_NO_ANSWER. */
int call_handle(unsigned number, struct call *call);
