/* SPDX-License-Identifier: BSD-2-Clause */
/* What the library and srv/event say to each other: event(4). */
#pragma once

#include <stdint.h>

/* ATTR_CONTROL of a timer with this argument: W the new time, R what is left. */
enum { EVENT_TIME = 1 };

struct event_time {
    int64_t value, interval;    /* nanoseconds; value 0: none; interval 0: once */
    uint64_t absolute;          /* 1: value is a time of the timer's clock, not from now */
};
