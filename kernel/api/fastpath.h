/* SPDX-License-Identifier: BSD-2-Clause */
/* The fast paths of Call, ReplyRecv, Send and Recv, called by entry.S, and of faults. */
#pragma once

#include <core/core.h>

/* The thread to return to (the gate is left), or null: take the slow path. */
struct tcb *fastpath_call(struct core *self);
struct tcb *fastpath_reply_recv(struct core *self);
struct tcb *fastpath_send(struct core *self);
struct tcb *fastpath_recv(struct core *self);
/* The handler, running on the time of `t`, with the gate left; or null, still inside. */
struct tcb *fastpath_fault(struct core *self, struct tcb *t, const struct fault *fault);
