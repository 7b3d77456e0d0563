/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals that are queued with a value, and timers that send signals. */
#include <transport/clock.h>
#include <unix/signal.h>

#define SECOND INT64_C(1000000000)

enum { SIGEV_SIGNAL = 0, SIGEV_NONE = 1, SIGEV_THREAD_ID = 4, SIGALRM = 14,
       TIMER_ABSTIME = 1, CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1, CLOCK_BOOTTIME = 7,
       TIMERS_MAX = 64 };

/* --- queued signals ---------------------------------------- */

/* What siginfo has for signals with a negative code: pid and uid, and a value. */
struct queued_info {
    int32_t number, error, code, padding;
    uint64_t sender, value;
};

static int64_t queue(struct uxrt_thread *t, uint64_t pid, uint64_t tid, uint64_t signal,
    const void *user)
{
    struct queued_info info;

    if (take(&info, user, sizeof(info)))
        return -EFAULT;

    const uint64_t words[] = {pid, tid, signal, (uint64_t)(int64_t)info.code, info.sender,
                              info.value};

    return client_proc(t, PROC_QUEUE, words, 6, NULL, 0);
}

UNIX_HANDLER(rt_sigqueueinfo)
{
    if (argument_int(frame, 0) <= 0)
        return -ESRCH;
    return queue(t, (uint32_t)argument(frame, 0), 0, (uint32_t)argument(frame, 1),
        argument_pointer(frame, 2));
}

UNIX_HANDLER(rt_tgsigqueueinfo)
{
    if (argument_int(frame, 0) <= 0 || argument_int(frame, 1) <= 0)
        return -EINVAL;
    return queue(t, (uint32_t)argument(frame, 0), (uint32_t)argument(frame, 1),
        (uint32_t)argument(frame, 2), argument_pointer(frame, 3));
}

/* --- timers ---------------------------------------- */

struct linux_sigevent {
    uint64_t value;
    int32_t signal, notify, tid, padding[11];
};
_Static_assert(sizeof(struct linux_sigevent) == 64, "as Linux has it");

struct linux_itimerspec {
    struct linux_timespec interval, value;
};

static uint8_t clocks[TIMERS_MAX];      /* of each timer, by its number */

UNIX_HANDLER(timer_create)
{
    uint64_t clock = argument(frame, 0);
    struct linux_sigevent event = {.signal = SIGALRM};
    bool given = argument(frame, 1) != 0;
    int32_t id;

    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
        return -EINVAL;
    if (given && take(&event, argument_pointer(frame, 1), sizeof(event)))
        return -EFAULT;
    if ((event.notify & ~SIGEV_THREAD_ID) > SIGEV_NONE || event.notify < 0
        || (event.notify != SIGEV_NONE && (event.signal < 1 || event.signal > SIGNALS)))
        return -EINVAL;

    const uint64_t words[] = {
        event.notify == SIGEV_NONE ? 0 : (uint64_t)event.signal,
        event.notify == SIGEV_THREAD_ID ? (uint32_t)event.tid : 0, event.value};
    int64_t error = client_proc(t, PROC_TIMER_CREATE, words, 3, NULL, 0);

    if (error)
        return error;
    id = (int32_t)t->shared->result[0];
    if (!given) {
        /* The value is the timer's number, which is known only now. */
        const uint64_t again[] = {words[0], words[1], (uint64_t)id};

        client_proc(t, PROC_TIMER_DELETE, &again[2], 1, NULL, 0);
        error = client_proc(t, PROC_TIMER_CREATE, again, 3, NULL, 0);
        if (error)
            return error;
        id = (int32_t)t->shared->result[0];
    }
    clocks[id % TIMERS_MAX] = (uint8_t)clock;
    return give(argument_pointer(frame, 2), &id, sizeof(id));
}

static bool in_nanoseconds(const struct linux_timespec *time, uint64_t *result)
{
    if (time->seconds < 0 || time->nanoseconds < 0 || time->nanoseconds >= SECOND)
        return false;
    *result = time->seconds > INT64_MAX / SECOND / 4
        ? (uint64_t)(INT64_MAX / 4) : (uint64_t)(time->seconds * SECOND + time->nanoseconds);
    return true;
}

static struct linux_timespec timespec_of(uint64_t nanoseconds)
{
    return (struct linux_timespec){(int64_t)nanoseconds / SECOND,
                                   (int64_t)nanoseconds % SECOND};
}

/* Sets it, or (after UINT64_MAX) only asks; gives the program what was left. */
static int64_t set(struct uxrt_thread *t, uint64_t id, uint64_t after, uint64_t interval,
    void *user)
{
    const uint64_t words[] = {(uint32_t)id, after, interval};
    int64_t error = client_proc(t, PROC_TIMER_SET, words, 3, NULL, 0);
    const struct linux_itimerspec old = {
        timespec_of(t->shared->result[1]), timespec_of(t->shared->result[0])};

    return error || !user ? error : give(user, &old, sizeof(old));
}

UNIX_HANDLER(timer_settime)
{
    uint64_t id = argument(frame, 0), after, interval;
    struct linux_itimerspec new;
    int64_t now = clock_uptime();

    if (take(&new, argument_pointer(frame, 2), sizeof(new)))
        return -EFAULT;
    if (!in_nanoseconds(&new.value, &after) || !in_nanoseconds(&new.interval, &interval))
        return -EINVAL;
    if (after && argument(frame, 1) & TIMER_ABSTIME) {
        if (clocks[id % TIMERS_MAX] == CLOCK_REALTIME)
            now = unix_realtime();
        after = (int64_t)after > now ? after - (uint64_t)now : 1;
    }
    return set(t, id, after, interval, argument_pointer(frame, 3));
}

UNIX_HANDLER(timer_gettime)
{
    return set(t, argument(frame, 0), UINT64_MAX, 0, argument_pointer(frame, 1));
}

UNIX_HANDLER(timer_getoverrun)
{
    int64_t error = set(t, argument(frame, 0), UINT64_MAX, 0, NULL);

    return error ? error : (int64_t)t->shared->result[2];
}

UNIX_HANDLER(timer_delete)
{
    const uint64_t id = (uint32_t)argument(frame, 0);

    return client_proc(t, PROC_TIMER_DELETE, &id, 1, NULL, 0);
}
