/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Methods of TCBs that tcb_decode() dispatches to; all run under exclusion. Each checks
 * its arguments, acts on `t` and replies, as tcb_decode.c describes them.
 */
#pragma once

#include <api/invocation.h>

enum outcome tcb_read_registers(struct invocation *inv, struct tcb *t);
enum outcome tcb_write_registers(struct invocation *inv, struct tcb *t);
enum outcome tcb_copy_registers(struct invocation *inv, struct tcb *t);
enum outcome tcb_set_tls_base(struct invocation *inv, struct tcb *t);

/* The thread's saved registers can be changed; the caller's own are at hand. */
void tcb_stop(struct invocation *inv, struct tcb *t);
