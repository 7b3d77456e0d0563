/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for readiness or a time. */
#pragma once

#include <transport/thread.h>

/* Instead of a time: do not wait; wait without an end. */
#define POLL_LOOK    INT64_C(0)
#define POLL_FOREVER INT64_MAX

/* Waits until a file is ready or the deadline, in nanoseconds since boot, has passed.
 * Returns how many are ready; -EINTR: a signal has come. */
int poll_files(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count,
    int64_t deadline);
