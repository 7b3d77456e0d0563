/* SPDX-License-Identifier: BSD-2-Clause */
/* What was used, for the handlers that tell it. */
#pragma once

#include <unix/unix.h>

/* struct rusage; what is not counted is 0. */
struct linux_rusage {
    int64_t user_seconds, user_microseconds, system_seconds, system_microseconds;
    int64_t most_memory;        /* KiB */
    int64_t others[13];
};
_Static_assert(sizeof(struct linux_rusage) == 144, "as <sys/resource.h> says");

struct linux_rusage usage_of(uint64_t microseconds, uint64_t pages);
/* Processor time of the process, or of the calling thread, in nanoseconds; or an error. */
int64_t usage_clock(struct uxrt_thread *t, bool thread);
