/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks: the time-stamp counter and what the process page says about it. */
#include <transport/clock.h>
#include <unix/unix.h>
#include <unix/usage.h>
#include <unix/vdso/core.h>

#define SECOND INT64_C(1000000000)

enum { CLOCK_REALTIME = 0, CLOCK_PROCESS = 2, CLOCK_THREAD = 3, CLOCK_REALTIME_COARSE = 5,
       CLOCK_REALTIME_ALARM = 8, CLOCK_TAI = 11 };

int64_t unix_realtime(void)
{
    return ((const struct process_page *)PROCESS_PAGE)->boot_time + clock_uptime();
}

/* Nobody tells by how many seconds TAI is ahead: 0, as on a Linux that was not told. */
bool unix_is_realtime(uint64_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE
           || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

static int64_t clock_now(struct uxrt_thread *t, uint64_t clock)
{
    if (clock > CLOCK_TAI)
        return -EINVAL;
    if (clock == CLOCK_PROCESS || clock == CLOCK_THREAD)
        return usage_clock(t, clock == CLOCK_THREAD);
    return unix_is_realtime(clock) ? unix_realtime() : clock_uptime();
}

UNIX_HANDLER(clock_gettime)
{
    int64_t now = clock_now(t, argument(frame, 0));
    struct linux_timespec out = {now / SECOND, now % SECOND};

    return now < 0 ? now : give(argument_pointer(frame, 1), &out, sizeof(out));
}

UNIX_HANDLER(clock_getres)
{
    struct linux_timespec out = {0, 1};

    if (argument(frame, 0) > CLOCK_TAI)
        return -EINVAL;
    return argument(frame, 1) ? give(argument_pointer(frame, 1), &out, sizeof(out)) : 0;
}

UNIX_HANDLER(gettimeofday)
{
    int64_t now = unix_realtime();
    int64_t out[2] = {now / SECOND, now % SECOND / 1000};

    return argument(frame, 0) ? give(argument_pointer(frame, 0), out, sizeof(out)) : 0;
}

UNIX_HANDLER(time)
{
    int64_t now = unix_realtime() / SECOND;

    if (argument(frame, 0) && give(argument_pointer(frame, 0), &now, sizeof(now)))
        return -EFAULT;
    return now;
}

UNIX_HANDLER(getcpu)
{
    const uint32_t core = core_here(), node = 0;

    if (argument(frame, 0) && give(argument_pointer(frame, 0), &core, sizeof(core)))
        return -EFAULT;
    return argument(frame, 1) ? give(argument_pointer(frame, 1), &node, sizeof(node)) : 0;
}
