/* SPDX-License-Identifier: BSD-2-Clause */
/* What the calls share that wait for files. */
#pragma once

#include <unix/unix.h>

/* The time on our clock that is so far ahead; at most POLL_FOREVER. */
int64_t poll_after(int64_t seconds, int64_t nanoseconds);
/* The same of a struct timespec in the program, or null: forever. */
int64_t poll_deadline(const void *user, int64_t *deadline);
/* A mask of signals in the program for the length of the call, or null. */
int64_t poll_mask(struct uxrt_thread *t, const void *user);
