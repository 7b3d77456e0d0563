/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply windows: a server copies to or from memory that a client opened with its call. */
#pragma once

#include <api/invocation.h>
#include <object/reply.h>

struct window_request {
    word offset;                /* in the window */
    word address;               /* the server's own memory */
    word length;
    word direction;             /* WINDOW_READ or WINDOW_WRITE */
};

/* The same as window_copy for the fast path; false if that is to be asked, which has the
 * reason: nothing was copied. */
bool window_copy_fast(const struct tcb *server, struct reply *r,
                      const struct window_request *q, word *done);

/* INVOKE_REPLY_WINDOW_COPY on `r`, see window(7). Runs beside everything else inside the
 * gate, and leaves after a few pages when something more urgent waits. */
enum outcome window_copy(struct invocation *inv, struct reply *r);
