/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counters under /proc/sys, to see that everything comes back: counters_read(), what
 * is to be looked at, then counters_returned(), which is one result (tap.h). Memory of
 * what has ended is taken apart bit by bit, so both wait, for a bounded time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { COUNTERS = 24 };

struct counters {
    unsigned count;
    int64_t values[COUNTERS];
};

void counters_read(struct counters *counters);
bool counters_returned(const struct counters *before, const char *what);
