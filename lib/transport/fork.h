/* SPDX-License-Identifier: BSD-2-Clause */
/* New processes that go on where their parent is: for uxrt_fork, uxrt_spawn and lib/unix. */
#pragma once

#include <stdbool.h>

#include <transport/thread.h>

/* In the parent: the child's pid or an error; in the child: 0. `used` are the connections
 * that the child shall have, with their open files. Any function that calls it must keep
 * in mind that the child has a copy of its frame.
 * flags (process.h): with PROC_FORK_SHARE the program's memory is the same in both; with
 * PROC_FORK_TELL the caller goes on when the child has exec'd or ended, and takes no signals
 * until then. */
int fork_with(struct uxrt_thread *t, bool used[SLOTS], unsigned flags);
/* The same with all connections that lead to an open file. */
int fork_all(struct uxrt_thread *t, unsigned flags);
/* Is the program's memory that of the process's parent? */
bool fork_program_shared(void);
