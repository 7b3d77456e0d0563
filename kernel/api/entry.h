/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways into and out of the kernel. entry.S has saved the user's registers in
 * current->context and calls one of these on the core's own stack, interrupts off;
 * each ends with kernel_exit().
 */
#pragma once

#include <core/core.h>

/* A system call that the fast path did not finish. `number` as in abi/syscall.h. */
_Noreturn void handle_syscall(struct core *self, int64_t number);
/* A hardware interrupt from user mode or from idling. */
_Noreturn void handle_interrupt(struct core *self, word vector);
/* A processor exception in user mode. */
_Noreturn void handle_exception(struct core *self, word vector);
/* Leave the gate and run the current thread, or idle. */
_Noreturn void kernel_exit(struct core *self);
