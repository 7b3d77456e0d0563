/* SPDX-License-Identifier: BSD-2-Clause */
/* The counters of all processes at one time, from /proc. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ROWS = 256, ROW_NAME = 24 };

enum counter {
    CALLS, FAST, SERVED, COPIES, COPIED, WAITING, TIME, MIGRATIONS, COUNTERS
};

struct row {
    uint64_t pid;
    uint64_t counters[COUNTERS];
    char name[ROW_NAME];        /* of the program */
};

struct sample {
    int64_t time;               /* nanoseconds */
    uint64_t all[COUNTERS];     /* of the system; no WAITING, but MIGRATIONS */
    uint64_t cores;
    unsigned count;
    struct row rows[ROWS];      /* by pid */
};

/* Takes one; 0 or an error. */
int64_t sample_take(struct sample *sample);

/* Names of the services of a process, with commas; text has `size` bytes. */
void sample_services(uint64_t pid, char *text, unsigned size);
