/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the library of each thread counts (struct uxrt_counts): it is read where the library
 * keeps it, so that counting costs a call nothing more. A process can tell what it likes
 * of itself.
 */
#pragma once

#include <process/process.h>
#include <uxrt/transport.h>

/* A process, with threads that have ended and programs before; and how many requests its
 * reply objects hold beside the one that each serving thread has. */
struct uxrt_counts counts_of(struct process *process, unsigned *held);
/* All processes, also those that have ended. */
struct uxrt_counts counts_of_all(void);
/* The thread ends: what it counted is its process's from now on. */
void counts_end(const struct thread *thread);
