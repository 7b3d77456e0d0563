/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was used: processor time and memory of processes, and of the system. The kernel
 * counts a thread's time as a whole, with what servers did for it; it is told as time of
 * the program.
 */
#include <unix/usage.h>

#include <transport/clock.h>
#include <unix/unix.h>

enum { PAGE_KIB = 4, PAGE = 4096, TICK = 10000 /* microseconds */ };
enum { RUSAGE_SELF = 0, RUSAGE_CHILDREN = -1, RUSAGE_THREAD = 1 };

static int64_t ask(struct uxrt_thread *t, uint64_t whose)
{
    return client_proc(t, PROC_USAGE, &whose, 1, NULL, 0);
}

struct linux_rusage usage_of(uint64_t microseconds, uint64_t pages)
{
    return (struct linux_rusage){
        .user_seconds = (int64_t)(microseconds / 1000000),
        .user_microseconds = (int64_t)(microseconds % 1000000),
        .most_memory = (int64_t)(pages * PAGE_KIB),
    };
}

UNIX_HANDLER(getrusage)
{
    int whose = argument_int(frame, 0);
    struct linux_rusage usage;
    int64_t error;

    if (whose != RUSAGE_SELF && whose != RUSAGE_CHILDREN && whose != RUSAGE_THREAD)
        return -EINVAL;
    error = ask(t, whose == RUSAGE_CHILDREN ? PROC_USAGE_CHILDREN
        : whose == RUSAGE_THREAD ? PROC_USAGE_THREAD : PROC_USAGE_SELF);
    usage = usage_of(t->shared->result[0], t->shared->result[1]);
    return error ? error : give(argument_pointer(frame, 1), &usage, sizeof(usage));
}

/* Of user and system, of this process and of its children. */
UNIX_HANDLER(times)
{
    int64_t ticks[4] = {0};

    if (ask(t, PROC_USAGE_SELF) == 0)
        ticks[0] = (int64_t)t->shared->result[0] / TICK;
    if (ask(t, PROC_USAGE_CHILDREN) == 0)
        ticks[2] = (int64_t)t->shared->result[0] / TICK;
    if (argument(frame, 0) && give(argument_pointer(frame, 0), ticks, sizeof(ticks)))
        return -EFAULT;
    return clock_uptime() / (TICK * INT64_C(1000));
}

/* Time of the process or the thread, in nanoseconds. */
int64_t usage_clock(struct uxrt_thread *t, bool thread)
{
    int64_t error = ask(t, thread ? PROC_USAGE_THREAD : PROC_USAGE_SELF);

    return error ? error : (int64_t)t->shared->result[0] * 1000;
}

struct linux_sysinfo {
    int64_t uptime;
    uint64_t loads[3], memory, free, shared, buffered, swap, free_swap;
    uint16_t processes, padding;
    uint32_t padding2;
    uint64_t high, free_high;
    uint32_t unit, padding3;
};
_Static_assert(sizeof(struct linux_sysinfo) == 112, "as Linux has it");

UNIX_HANDLER(sysinfo)
{
    struct linux_sysinfo info = {
        .uptime = clock_uptime() / INT64_C(1000000000), .unit = 1,
    };
    int64_t error = client_proc(t, PROC_SYSTEM, NULL, 0, NULL, 0);

    if (error)
        return error;
    info.memory = t->shared->result[0] * PAGE;
    info.free = t->shared->result[1] * PAGE;
    info.processes = (uint16_t)t->shared->result[2];
    return give(argument_pointer(frame, 0), &info, sizeof(info));
}
