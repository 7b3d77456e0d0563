/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interval timers of a process (setitimer). That of real time is a timer; those of
 * processor time look at what was used when it can be over at the soonest: when all threads
 * have run all the time.
 */
#include <process/call.h>

#include <stddef.h>

#include <process/signal.h>
#include <process/usage.h>
#include <util/errno.h>

enum { STEP_LEAST = 1000000 /* nanoseconds between two looks */ };
#define NANOSECONDS_MAX (UINT64_C(1) << 62)

/* The time that this timer counts, in nanoseconds. */
static uint64_t now(struct process *process, unsigned which)
{
    return which == PROC_TIMER_REAL ? timer_uptime() : usage_of(process) * 1000;
}

static void ring(struct timer *timer);

/* Looks again when the deadline may have come. */
static void wait(struct process *process, unsigned which, uint64_t time)
{
    struct interval *interval = &process->signals.intervals[which];
    uint64_t left = interval->deadline > time ? interval->deadline - time : 0;
    uint64_t threads = process->thread_count ? process->thread_count : 1;

    if (which != PROC_TIMER_REAL) {
        left = left / threads > STEP_LEAST ? left / threads : STEP_LEAST;
    }
    interval->timer.expired = ring;
    timer_set(&interval->timer, timer_at(timer_uptime() + left));
}

static void ring(struct timer *timer)
{
    static const uint8_t signals[] = {SIGNAL_ALARM, SIGNAL_VIRTUAL, SIGNAL_PROFILE};
    struct interval *interval = (struct interval *)timer;
    unsigned which = interval->which;
    struct process *process = (struct process *)((char *)(interval - which)
        - offsetof(struct process, signals.intervals));
    uint64_t time = now(process, which);
    const struct signal_info info = {.code = SIGNAL_KERNEL};

    if (which != PROC_TIMER_REAL && time < interval->deadline) {
        wait(process, which, time);
        return;
    }
    if (interval->every) {
        interval->deadline += interval->every;
        if (interval->deadline < time) {
            interval->deadline = time + interval->every;
        }
        wait(process, which, time);
    } else {
        interval->deadline = 0;
    }
    signal_send(process, NULL, signals[which], &info);
}

void interval_end(struct process *process)
{
    for (unsigned i = 0; i < PROC_TIMERS; i++) {
        timer_cancel(&process->signals.intervals[i].timer);
    }
}

/* nanoseconds from now or 0 (or -1: only tell), interval, which -> left, interval */
int call_timer(struct call *call)
{
    uint64_t after = call->words[0], every = call->words[1], which = call->words[2];
    struct interval *interval;

    if (which >= PROC_TIMERS) {
        return -EINVAL;
    }
    interval = &call->process->signals.intervals[which];

    uint64_t time = now(call->process, (unsigned)which);

    call->result[0] = interval->deadline > time ? interval->deadline - time
        : interval->deadline != 0;
    call->result[1] = interval->every;
    if (after == UINT64_MAX) {
        return 0;
    }
    if (after > NANOSECONDS_MAX || every > NANOSECONDS_MAX) {
        return -EINVAL;
    }
    timer_cancel(&interval->timer);
    interval->deadline = after ? time + after : 0;
    interval->every = after ? every : 0;
    interval->which = (unsigned)which;
    if (after) {
        wait(call->process, (unsigned)which, time);
    }
    return 0;
}
