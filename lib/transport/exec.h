/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes with which a process begins anew, for uxrt_exec and uxrt_spawn. */
#pragma once

#include <transport/program.h>

/* What to run, and with which files: `files` are descriptors that become 0, 1, ..., and
 * all others are closed; null: all that are not close-on-exec, as they are. */
struct exec {
    const char *name;
    char *const *argv, *const *envp;
    const int *files;
    unsigned file_count;
    bool child;             /* in a child of fork, with the used connections only */
    bool used[SLOTS];       /* connections of the files */
    struct program program;
    uint64_t address;       /* of the bytes, and how many */
    size_t bytes;
};

/* Opens and checks the program, and makes the bytes; or an error. */
int exec_prepare(struct uxrt_thread *t, struct exec *exec);
/* Undoes that. */
void exec_forget(struct uxrt_thread *t, struct exec *exec);
/* Goes on as that program; returns only errors. */
int exec_commit(struct uxrt_thread *t, const struct exec *exec);
