/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors of processes: files /proc/PID/life. */
#pragma once

#include <unix/unix.h>

/* Of this process, closed on exec; flags: UXRT_NONBLOCK or 0. -ESRCH. */
int64_t pidfd_open(struct uxrt_thread *t, uint32_t pid, unsigned flags);
/* The pid; -ESRCH: it is gone; -EBADF: it is none. */
int64_t pidfd_pid(struct uxrt_thread *t, int fd);
