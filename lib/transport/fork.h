/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy of the process, for uxrt_fork and uxrt_spawn. */
#pragma once

#include <stdbool.h>

#include <transport/thread.h>

/* In the parent: the child's pid or an error; in the child: 0. `used` are the connections
 * that the child shall have, with their open files. Any function that calls it must keep
 * in mind that the child has a copy of its frame. */
int fork_with(struct uxrt_thread *t, bool used[SLOTS]);
