/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that wait for words of memory shared between processes. */
#pragma once

#include <process/process.h>

/* The thread waits no longer: true if it did. Also of a thread that ends. */
bool futex_leave(struct thread *thread);
/* A thread ends with its process or its program, which may not have known: mutexes in shared
 * memory that it holds are marked so, and somebody who waits for each is woken. What it says
 * that it holds is believed about that memory only. */
void futex_thread_ends(struct thread *thread);
