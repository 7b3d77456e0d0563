/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that wait for words of memory shared between processes. */
#pragma once

#include <process/process.h>

/* The thread waits no longer: true if it did. Also of a thread that ends. */
bool futex_leave(struct thread *thread);
