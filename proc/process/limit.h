/* SPDX-License-Identifier: BSD-2-Clause */
/* What processes may use: limits, niceness, cores. All of it is passed on by fork. */
#pragma once

#include <process/process.h>

/* The limits of the first process. */
void limit_begin(struct process_page *page);
/* Gives a process another niceness, within PROC_NICE_LEAST and _MOST. It is told to who
 * asks; all programs get the same share of the processor. */
void limit_set_nice(struct process *process, int64_t nice);
