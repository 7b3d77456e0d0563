/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for readiness or a time. */
#pragma once

#include <stdbool.h>

#include <transport/descriptor.h>

/* Instead of a time: do not wait; wait without an end. */
#define POLL_LOOK    INT64_C(0)
#define POLL_FOREVER INT64_MAX

/* Waits until a file is ready or the deadline, in nanoseconds since boot, has passed.
 * Returns how many are ready; -EINTR: a signal has come. */
int poll_files(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count,
    int64_t deadline);

/* What one file is ready for: 0, or an error. `arm`: bits for which this process is woken
 * if it is not ready for one of them now, and _CHANGES; 0: none. */
int poll_ask(struct uxrt_thread *t, const struct file *file, uint64_t arm,
    struct uxrt_ready *ready);

/* Takes the bits of files that may have become ready since they were armed, and counts them:
 * poll_count() has changed for a file that was armed before and became ready. */
uint64_t poll_woken(struct uxrt_thread *t);
uint32_t poll_count(const struct file *file);
static inline uint64_t poll_bit(const struct file *file)
{
    return UINT64_C(1) << file->id % 64;
}

/* In place of the changes of a file that does not count them. */
#define POLL_UNCOUNTED UINT32_MAX

/* EVENT_TIMER comes then; 0: not any more. */
int64_t poll_alarm(struct uxrt_thread *t, int64_t deadline);

/* Of files of the library's own (lib/unix): sets of files, signals. */
int local_ready(struct uxrt_thread *t, const struct file *file, uint64_t arm,
    struct uxrt_ready *ready);
int64_t local_read(struct uxrt_thread *t, const struct file *file, void *data,
    size_t count);
/* One is closed, or one that a set watches. */
void local_closed(const struct file *file);
