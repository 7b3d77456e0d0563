/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processor time of threads, as the kernel counts it on their scheduling contexts: what
 * servers did for them on their time is included. In microseconds.
 */
#pragma once

#include <process/process.h>

/* A thread, what it has used until now; a process, with threads that have ended. */
uint64_t usage_of_thread(struct thread *thread);
uint64_t usage_of(struct process *process);
/* All processes, also those that have ended. */
uint64_t usage_of_all(void);
/* Threads that have come to this core from another one. */
uint64_t usage_migrations(unsigned core);
/* Bytes of its regions, without those of the system. */
uint64_t usage_bytes(const struct process *process);
/* Bytes of private memory in [from, to) that can be written, or of that which cannot. */
uint64_t usage_data(const struct process *process, uint64_t from, uint64_t to,
    bool writable);
/* The thread ends: its time is its process's from now on. Its context is still there. */
void usage_end(struct thread *thread);
