/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about time. */
#include <process/call.h>

#include <stddef.h>

#include <process/thread.h>

static void ring(struct timer *timer)
{
    struct thread *thread =
        (struct thread *)((char *)timer - offsetof(struct thread, alarm));

    thread_wake(thread, EVENT_TIMER);
}

/* nanoseconds since boot, or 0 */
int call_alarm(struct call *call)
{
    struct timer *alarm = &call->thread->alarm;

    timer_cancel(alarm);
    if (call->words[0]) {
        alarm->expired = ring;
        timer_set(alarm, timer_at(call->words[0]));
    }
    return 0;
}
