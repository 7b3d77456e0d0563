/* SPDX-License-Identifier: BSD-2-Clause */
/* eventfd and timerfd: files of srv/event. */
#include <transport/event.h>
#include <transport/service.h>
#include <unix/unix.h>

enum { NONBLOCK = 04000, CLOEXEC = 02000000, EFD_SEMAPHORE = 1, TFD_ABSTIME = 1,
       TFD_CANCEL = 2 };
enum { CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1, CLOCK_BOOTTIME = 7, CLOCK_REALTIME_ALARM = 8,
       CLOCK_BOOTTIME_ALARM = 9 };
#define SECOND INT64_C(1000000000)

struct linux_itimerspec {
    struct linux_timespec interval, value;
};

static struct known_service event_service = {"event", NO_SERVICE};

static int open_event(struct uxrt_thread *t, const char *name, uint64_t flags,
    unsigned access)
{
    return service_open(t, &event_service, name,
        access | (flags & NONBLOCK ? UXRT_NONBLOCK : 0)
            | (flags & CLOEXEC ? UXRT_CLOSE_ON_EXEC : 0));
}

static int64_t eventfd(struct uxrt_thread *t, uint64_t value, uint64_t flags)
{
    if (flags & ~(uint64_t)(NONBLOCK | CLOEXEC | EFD_SEMAPHORE))
        return -EINVAL;
    int fd = open_event(t, flags & EFD_SEMAPHORE ? "semaphore" : "counter", flags,
        UXRT_READ | UXRT_WRITE);

    if (fd >= 0 && value)
        library_write(t, fd, &value, sizeof(value));
    return fd;
}

UNIX_HANDLER(eventfd)
{
    return eventfd(t, (uint32_t)argument(frame, 0), 0);
}

UNIX_HANDLER(eventfd2)
{
    return eventfd(t, (uint32_t)argument(frame, 0), argument(frame, 1));
}

UNIX_HANDLER(timerfd_create)
{
    uint64_t clock = argument(frame, 0);
    bool real = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;

    if (argument(frame, 1) & ~(uint64_t)(NONBLOCK | CLOEXEC)
        || (!real && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME
            && clock != CLOCK_BOOTTIME_ALARM))
        return -EINVAL;
    return open_event(t, real ? "clock" : "timer", argument(frame, 1), UXRT_READ);
}

static bool valid(const struct linux_timespec *time)
{
    return time->seconds >= 0 && time->seconds < INT64_MAX / SECOND - 1
           && time->nanoseconds >= 0 && time->nanoseconds < SECOND;
}

static int64_t get_time(struct uxrt_thread *t, int fd, void *user)
{
    struct event_time now;
    int64_t result = library_get(t, fd, ATTR_CONTROL, EVENT_TIME, &now, sizeof(now));

    if (result < 0)
        return result == -ENOTTY ? -EINVAL : result;
    const struct linux_itimerspec out = {
        {now.interval / SECOND, now.interval % SECOND},
        {now.value / SECOND, now.value % SECOND},
    };
    return user ? give(user, &out, sizeof(out)) : 0;
}

UNIX_HANDLER(timerfd_gettime)
{
    return get_time(t, argument_int(frame, 0), argument_pointer(frame, 1));
}

UNIX_HANDLER(timerfd_settime)
{
    int fd = argument_int(frame, 0);
    struct linux_itimerspec new;

    if (take(&new, argument_pointer(frame, 2), sizeof(new)))
        return -EFAULT;
    if (argument(frame, 1) & ~(uint64_t)(TFD_ABSTIME | TFD_CANCEL) || !valid(&new.value)
        || !valid(&new.interval))
        return -EINVAL;
    const struct event_time time = {
        .value = new.value.seconds * SECOND + new.value.nanoseconds,
        .interval = new.interval.seconds * SECOND + new.interval.nanoseconds,
        .absolute = argument(frame, 1) & TFD_ABSTIME,
    };
    int64_t result = get_time(t, fd, argument_pointer(frame, 3));

    if (!result)
        result = library_set(t, fd, ATTR_CONTROL, EVENT_TIME, &time, sizeof(time));
    return result < 0 ? result : 0;
}
