/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and signals: where a thread is, and how it comes to look. A thread in the library
 * may be in a call, so it is never suspended there: thread_page.in_lib and .hold decide.
 */
#pragma once

#include <process/process.h>

/* Makes the thread take its signals: out of program code, or out of its waits. */
void signal_thread_interrupt(struct thread *thread);
/* Suspends it in program code; in the library it finds out that it is stopped. */
void signal_thread_stop(struct thread *thread);
void signal_thread_continue(struct thread *thread);
/* The thread waits for the answer to a fault in program code: it goes on at the library's
 * signal entry. False: the fault was elsewhere. */
bool signal_thread_redirect(struct thread *thread);
