/* SPDX-License-Identifier: BSD-2-Clause */
/* The limit of the sizes of files that a process writes. */
#pragma once

#include <unix/unix.h>

static inline uint64_t size_limit(void)
{
    return ((const struct process_page *)PROCESS_PAGE)->limits[LIMIT_FILE_SIZE].soft;
}

static inline bool size_limited(void)
{
    return __builtin_expect(size_limit() != LIMIT_NONE, 0);
}

/* -EFBIG, after SIGXFSZ to the thread. */
int64_t size_refuse(struct uxrt_thread *t);
/* How many of `count` bytes may be written there (or UXRT_CURRENT); an error. */
int64_t size_room(struct uxrt_thread *t, int fd, int64_t offset, uint64_t count);
/* A write of several places that keeps to the limit: bytes done, or an error. */
int64_t size_write(struct uxrt_thread *t, int fd, const struct uxrt_iovec *vector,
    uint64_t count, int64_t offset);
