/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on spaces, compared with a simple model. Runs in the process server's
 * place, and on the host on a kernel that is made up.
 */
#pragma once

#include <stdbool.h>

#include <memory/space.h>

struct random_run {
    unsigned steps;
    bool may_fail;              /* -ENOMEM may come at any time, and must change nothing */
    void (*short_of_memory)(bool on);   /* null, or makes it come on purpose */
    /* Reads or writes a word as a thread of the space would, with faults handled. 0, or
     * what space_fault said. */
    int (*touch)(struct space *space, uint64_t address, bool write, uint64_t *word);
};

void random_test(const struct random_run *run, uint64_t seed);
