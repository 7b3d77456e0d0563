/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process may use: limits, niceness, cores. Limits are in the page that the process
 * server keeps; of them, that of open files is enforced. All programs are scheduled alike,
 * by turns.
 */
#include <unix/unix.h>

#define PAGE_HERE ((const struct process_page *)PROCESS_PAGE)

/* --- limits ---------------------------------------- */

/* Of a process (0: this one); `new` and `old` are the program's, and may be null. */
static int64_t limit(struct uxrt_thread *t, uint64_t pid, uint64_t number,
    const void *new, void *old)
{
    struct process_limit limit = {0};

    if (number >= LIMITS)
        return -EINVAL;
    if (new && take(&limit, new, sizeof(limit)))
        return -EFAULT;
    if (!new && !pid)
        return old ? give(old, &PAGE_HERE->limits[number], sizeof(limit)) : 0;
    const uint64_t words[] = {(uint32_t)pid, number, new != NULL, limit.soft, limit.hard};
    int64_t error = client_proc(t, PROC_LIMIT, words, 5, NULL, 0);
    if (error || !old)
        return error;
    limit = (struct process_limit){t->shared->result[0], t->shared->result[1]};
    return give(old, &limit, sizeof(limit));
}

UNIX_HANDLER(prlimit64)
{
    return limit(t, argument(frame, 0), argument(frame, 1), argument_pointer(frame, 2),
        argument_pointer(frame, 3));
}

UNIX_HANDLER(getrlimit)
{
    void *to = argument_pointer(frame, 1);

    return to ? limit(t, 0, argument(frame, 0), NULL, to) : -EFAULT;
}

UNIX_HANDLER(setrlimit)
{
    const void *from = argument_pointer(frame, 1);

    return from ? limit(t, 0, argument(frame, 0), from, NULL) : -EFAULT;
}

/* --- niceness ---------------------------------------- */

static int64_t nice(struct uxrt_thread *t, const struct foreign_frame *frame,
    int64_t value)
{
    const uint64_t words[] = {
        (uint32_t)argument(frame, 0), (uint32_t)argument(frame, 1), (uint64_t)value,
    };

    return client_proc(t, PROC_NICE, words, 3, NULL, 0);
}

/* On the wire, 20 less the niceness. */
UNIX_HANDLER(getpriority)
{
    int64_t error = nice(t, frame, PROC_NICE_ASK);

    return error ? error : 20 - (int64_t)t->shared->result[0];
}

UNIX_HANDLER(setpriority)
{
    int value = argument_int(frame, 2);

    return nice(t, frame, value < PROC_NICE_LEAST ? PROC_NICE_LEAST
        : value > PROC_NICE_MOST ? PROC_NICE_MOST : value);
}

/* --- scheduling ---------------------------------------- */

enum { SCHED_OTHER = 0, SCHED_FIFO = 1, SCHED_RR = 2, SCHED_IDLE = 5, SLICE = 5000000,
       IOPRIO_NONE = 4 };

UNIX_HANDLER(sched_yield)
{
    library_yield(t);
    return 0;
}

static int64_t cores(struct uxrt_thread *t, uint64_t tid, uint64_t mask)
{
    const uint64_t words[] = {(uint32_t)tid, mask};

    return client_proc(t, PROC_CORES, words, 2, NULL, 0);
}

UNIX_HANDLER(sched_getaffinity)
{
    uint64_t mask;

    if (argument(frame, 1) < sizeof(mask) || argument(frame, 1) % sizeof(mask))
        return -EINVAL;
    int64_t error = cores(t, argument(frame, 0), 0);
    if (error)
        return error;
    mask = t->shared->result[0];
    return give(argument_pointer(frame, 2), &mask, sizeof(mask)) ? -EFAULT
                                                                 : (int64_t)sizeof(mask);
}

UNIX_HANDLER(sched_setaffinity)
{
    uint64_t mask = 0, size = argument(frame, 1);

    if (take(&mask, argument_pointer(frame, 2), size < sizeof(mask) ? size : sizeof(mask)))
        return -EFAULT;
    return mask ? cores(t, argument(frame, 0), mask) : -EINVAL;
}

/* Is there such a process or thread? */
static int64_t check_pid(struct uxrt_thread *t, const struct foreign_frame *frame)
{
    return argument_int(frame, 0) < 0 ? -EINVAL : cores(t, argument(frame, 0), 0);
}

UNIX_HANDLER(sched_getscheduler)
{
    int64_t error = check_pid(t, frame);

    return error ? error : SCHED_OTHER;
}

/* Others than the ordinary policies are refused. */
UNIX_HANDLER(sched_setscheduler)
{
    int64_t error = check_pid(t, frame);
    int32_t priority;

    if (error)
        return error;
    if (take(&priority, argument_pointer(frame, 2), sizeof(priority)))
        return -EFAULT;
    if (argument(frame, 1) == SCHED_FIFO || argument(frame, 1) == SCHED_RR)
        return -EPERM;
    return argument(frame, 1) > SCHED_IDLE || priority ? -EINVAL : 0;
}

UNIX_HANDLER(sched_getparam)
{
    int64_t error = check_pid(t, frame);
    const int32_t priority = 0;

    return error ? error : give(argument_pointer(frame, 1), &priority, sizeof(priority));
}

UNIX_HANDLER(sched_setparam)
{
    int64_t error = check_pid(t, frame);
    int32_t priority;

    if (error)
        return error;
    if (take(&priority, argument_pointer(frame, 1), sizeof(priority)))
        return -EFAULT;
    return priority ? -EINVAL : 0;
}

static int64_t extreme(uint64_t policy, int64_t real_time)
{
    if (policy == SCHED_FIFO || policy == SCHED_RR)
        return real_time;
    return policy > SCHED_IDLE || policy == 4 ? -EINVAL : 0;
}

UNIX_HANDLER(sched_get_priority_max)
{
    return extreme(argument(frame, 0), 99);
}

UNIX_HANDLER(sched_get_priority_min)
{
    return extreme(argument(frame, 0), 1);
}

UNIX_HANDLER(sched_rr_get_interval)
{
    int64_t error = check_pid(t, frame);
    const struct linux_timespec slice = {0, SLICE};

    return error ? error : give(argument_pointer(frame, 1), &slice, sizeof(slice));
}

UNIX_HANDLER(ioprio_get)
{
    return argument(frame, 0) > 3 || !argument(frame, 0) ? -EINVAL : IOPRIO_NONE;
}

UNIX_HANDLER(ioprio_set)
{
    return argument(frame, 0) > 3 || !argument(frame, 0) ? -EINVAL : 0;
}
