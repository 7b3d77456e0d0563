/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: what is to happen at a time. Times count in ticks of the time-stamp counter. The
 * interval timer of the PC (8254, channel 0) interrupts when the earliest is due; nothing
 * ticks when there is none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct timer {
    uint64_t deadline;
    void (*expired)(struct timer *timer);   /* called once, not set any more */
    struct timer *next;
    bool set;
};

/* Takes the hardware, and binds its interrupt to the process server's thread. Once. False:
 * not possible. */
bool timer_init(void);

/* Sets it, or sets it anew. A deadline that has passed expires at the next interrupt, which
 * then is at once. */
void timer_set(struct timer *timer, uint64_t deadline);
/* It does not expire any more. For a timer that is not set, does nothing. */
void timer_cancel(struct timer *timer);

/* The interrupt has come (BADGE_INTERRUPT). */
void timer_interrupt(void);

/* The counter now; the tick that is this many nanoseconds after boot. */
uint64_t timer_now(void);
uint64_t timer_at(uint64_t nanoseconds);

/* Nanoseconds since boot. */
uint64_t timer_uptime(void);

/* Seconds since 1970 when the system booted: from the real-time clock, in UTC. */
int64_t clock_boot_time(void);
