/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply windows: a server copies to or from memory that its waiting client opened. */
#pragma once

#include <api/invocation.h>
#include <object/reply.h>

/* Opens the window of a thread that is the current one, or under exclusion. Returns 0, or
 * the number of the bad argument: 1 address and length, 2 direction. */
unsigned window_set(struct tcb *t, word address, word length, word direction);

/* INVOKE_REPLY_WINDOW_COPY on `r`, see window(7). Runs beside everything else inside the
 * gate, and leaves after a few pages when something more urgent waits. */
enum outcome window_copy(struct invocation *inv, struct reply *r);
