/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers that send signals: see posix_timer.h. */
#include <process/posix_timer.h>

#include <stddef.h>

#include <process/call.h>
#include <process/signal.h>
#include <process/thread.h>
#include <util/errno.h>
#include <util/heap.h>

enum { TIMERS_MAX = 64 };
#define NANOSECONDS_MAX (UINT64_C(1) << 62)

struct posix_timer {
    struct timer timer;         /* first */
    struct process *process;
    struct posix_timer *next;
    uint32_t id, tid;           /* tid 0: any thread */
    unsigned signal;            /* 0: none */
    uint64_t value;
    uint64_t deadline, interval;    /* nanoseconds; deadline 0: it is not set */
    uint32_t overrun;           /* since its signal waits */
    uint32_t last_overrun;      /* of the signal that was taken last */
    bool waits;                 /* its signal does */
};

static struct posix_timer **find(struct process *process, uint64_t id)
{
    struct posix_timer **at = &process->signals.timers;

    while (*at && (*at)->id != id) {
        at = &(*at)->next;
    }
    return at;
}

static void send(struct posix_timer *timer)
{
    const struct signal_info info = {
        .code = SIGNAL_TIMER, .pid = timer->id, .address = timer->value};
    struct thread *thread = timer->tid ? thread_find(timer->tid) : NULL;

    if (!timer->signal || (timer->tid && (!thread || thread->process != timer->process))) {
        return;
    }
    if (timer->waits) {
        timer->overrun++;
        return;
    }
    /* If it waits no more, the process may have ended, and the timer with it. */
    timer->waits = true;
    if (signal_queue(timer->process, thread, timer->signal, &info) != 0) {
        timer->waits = false;
    }
}

/* Deadlines that have passed unseen count as overruns. */
static void expired(struct timer *base)
{
    struct posix_timer *timer = (struct posix_timer *)base;
    uint64_t now = timer_uptime(), missed = 0;

    if (timer->interval) {
        missed = now > timer->deadline ? (now - timer->deadline) / timer->interval : 0;
        timer->deadline += (missed + 1) * timer->interval;
        timer_set(base, timer_at(timer->deadline));
    } else {
        timer->deadline = 0;
    }
    timer->overrun += (uint32_t)missed;
    send(timer);
}

void posix_timer_taken(struct process *process, struct signal_info *info)
{
    struct posix_timer *timer = *find(process, info->pid);

    if (timer) {
        timer->last_overrun = timer->overrun;
        timer->overrun = 0;
        timer->waits = false;
        info->uid = timer->last_overrun;
    }
}

static void drop(struct posix_timer **place)
{
    struct posix_timer *timer = *place;

    timer_cancel(&timer->timer);
    *place = timer->next;
    heap_free(timer);
}

void posix_timer_drop_all(struct process *process)
{
    while (process->signals.timers) {
        drop(&process->signals.timers);
    }
}

/* signal (0: none), tid or 0, value -> id */
int call_timer_create(struct call *call)
{
    struct process *process = call->process;
    struct thread *thread = call->words[1] <= UINT32_MAX
        ? thread_find((uint32_t)call->words[1]) : NULL;
    struct posix_timer *timer;
    uint32_t id = 0;

    if (call->words[0] > SIGNALS
        || (call->words[1] && (!thread || thread->process != process))) {
        return -EINVAL;
    }
    while (*find(process, id)) {
        id++;
    }
    timer = id < TIMERS_MAX ? heap_zero(1, sizeof(*timer)) : NULL;
    if (!timer) {
        return -EAGAIN;
    }
    timer->process = process;
    timer->id = id;
    timer->signal = (unsigned)call->words[0];
    timer->tid = (uint32_t)call->words[1];
    timer->value = call->words[2];
    timer->timer.expired = expired;
    timer->next = process->signals.timers;
    process->signals.timers = timer;
    call->result[0] = id;
    return 0;
}

/* id, nanoseconds from now (0: stop, -1: only tell), interval -> left, interval, overrun */
int call_timer_set(struct call *call)
{
    struct posix_timer *timer = *find(call->process, call->words[0]);
    uint64_t now = timer_uptime(), after = call->words[1];

    if (!timer) {
        return -EINVAL;
    }
    call->result[0] = timer->deadline > now ? timer->deadline - now
                                            : timer->deadline != 0;
    call->result[1] = timer->interval;
    call->result[2] = timer->last_overrun;
    if (after == UINT64_MAX) {
        return 0;
    }
    if (after > NANOSECONDS_MAX || call->words[2] > NANOSECONDS_MAX) {
        return -EINVAL;
    }
    timer_cancel(&timer->timer);
    timer->deadline = after ? now + after : 0;
    timer->interval = after ? call->words[2] : 0;
    if (after) {
        timer_set(&timer->timer, timer_at(timer->deadline));
    }
    return 0;
}

/* id */
int call_timer_delete(struct call *call)
{
    struct posix_timer **place = find(call->process, call->words[0]);

    if (!*place) {
        return -EINVAL;
    }
    drop(place);
    return 0;
}
