/* SPDX-License-Identifier: BSD-2-Clause */
/* Random system calls, most of them with arguments that make sense. */
#pragma once

#include <object/tcb.h>

/* Decide what `t` does next and put it into its registers. */
void operation_choose(struct tcb *t, bool may_block);
/* Decide to make or start something that the test lacks. */
void operation_repair(struct tcb *t);
/* With UXRT_HOST_TRACE set: print what a thread is about to do. */
void operation_trace(unsigned core, const struct tcb *t);
