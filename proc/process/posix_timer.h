/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers of a process that send signals (timer_create(2)), by number. While the signal of
 * one waits to be taken, it sends no other, but counts: the overrun.
 */
#pragma once

#include <process/process.h>

/* The timer's signal is being taken: its overrun becomes part of what is told. */
void posix_timer_taken(struct process *process, struct signal_info *info);
/* The process ends, or runs another program. */
void posix_timer_drop_all(struct process *process);
