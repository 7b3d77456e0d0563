/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that touches memory of a space, with its faults handled as the process server
 * does. It runs code in a page that worker_start maps.
 */
#pragma once

#include <memory/space.h>

struct worker {
    struct space *space;
    cptr tcb, sc, cspace, reply, endpoint;
    unsigned faults;            /* page faults handled so far */
};

#define WORKER_CODE UINT64_C(0x7a1000000000)

void worker_start(struct worker *worker, struct space *space);
void worker_end(struct worker *worker);

/* Writes (reads) a word in each page. 0, or what space_fault said; the sum of what was read
 * is in *sum. */
int worker_write(struct worker *worker, uint64_t address, size_t pages, uint64_t value);
int worker_read(struct worker *worker, uint64_t address, size_t pages, uint64_t *sum);
