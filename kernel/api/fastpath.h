/* SPDX-License-Identifier: BSD-2-Clause */
/* The fast path of Call and ReplyRecv; called by entry.S only. */
#pragma once

#include <core/core.h>

/* The thread to return to (the gate is left), or null: take the slow path. */
struct tcb *fastpath_call(struct core *self);
struct tcb *fastpath_reply_recv(struct core *self);
