/* SPDX-License-Identifier: BSD-2-Clause */
/* poll and select, by the transport's readiness; sleeping. */
#include <transport/clock.h>
#include <transport/memory.h>
#include <transport/poll.h>
#include <unix/poll.h>
#include <unix/signal.h>

#define SECOND INT64_C(1000000000)

enum { POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 16, POLLNVAL = 32,
       POLLRDNORM = 64, POLLWRNORM = 256, POLLRDHUP = 0x2000 };
enum { POLL_HERE = 512, FD_SETSIZE = 1024, SET_WORDS = FD_SETSIZE / 64, PAGE = 4096 };
enum { TIMER_ABSTIME = 1 };

struct linux_pollfd {
    int fd;
    int16_t events, revents;
};

int64_t poll_after(int64_t seconds, int64_t nanoseconds)
{
    int64_t now = clock_uptime();

    if (seconds > (POLL_FOREVER - now) / SECOND - 1)
        return POLL_FOREVER;
    return now + seconds * SECOND + nanoseconds;
}

int64_t poll_deadline(const void *user, int64_t *deadline)
{
    struct linux_timespec time;

    *deadline = POLL_FOREVER;
    if (!user)
        return 0;
    if (take(&time, user, sizeof(time)))
        return -EFAULT;
    if (time.seconds < 0 || time.nanoseconds < 0 || time.nanoseconds >= SECOND)
        return -EINVAL;
    *deadline = time.seconds || time.nanoseconds
                ? poll_after(time.seconds, time.nanoseconds) : POLL_LOOK;
    return 0;
}

/* --- poll ---------------------------------------- */

static uint32_t wanted_of(int events)
{
    return (events & (POLLIN | POLLRDNORM) ? UXRT_READY_READ : 0)
           | (events & POLLPRI ? UXRT_READY_PRIORITY : 0)
           | (events & (POLLOUT | POLLWRNORM) ? UXRT_READY_WRITE : 0)
           | (events & POLLRDHUP ? UXRT_READY_PEER_SHUT : 0);
}

static int16_t events_of(const struct uxrt_poll *poll, int wanted)
{
    int events = 0;

    if (poll->file >= 0 && !descriptor_file(poll->file))
        return POLLNVAL;
    if (poll->ready & UXRT_READY_READ)
        events |= POLLIN | POLLRDNORM;
    if (poll->ready & UXRT_READY_PRIORITY)
        events |= POLLPRI;
    if (poll->ready & UXRT_READY_WRITE)
        events |= POLLOUT | POLLWRNORM;
    if (poll->ready & UXRT_READY_PEER_SHUT)
        events |= POLLRDHUP;
    events &= wanted;
    if (poll->ready & UXRT_READY_ERROR)
        events |= POLLERR;
    if (poll->ready & UXRT_READY_HANGUP)
        events |= POLLHUP;
    return (int16_t)events;
}

static int64_t take_all(struct uxrt_poll *polls, const struct linux_pollfd *user,
    unsigned count)
{
    struct linux_pollfd one;

    for (unsigned i = 0; i < count; i++) {
        if (take(&one, user + i, sizeof(one)))
            return -EFAULT;
        polls[i] = (struct uxrt_poll){.file = one.fd, .wanted = wanted_of(one.events)};
    }
    return 0;
}

static int64_t give_all(const struct uxrt_poll *polls, struct linux_pollfd *user,
    unsigned count)
{
    int64_t result = 0;

    for (unsigned i = 0; i < count; i++) {
        struct linux_pollfd one;

        if (take(&one, user + i, sizeof(one)))
            return -EFAULT;
        one.revents = events_of(&polls[i], one.events);
        result += one.revents != 0;
        if (give(&user[i].revents, &one.revents, sizeof(one.revents)))
            return -EFAULT;
    }
    return result;
}

static int64_t poll_these(struct uxrt_thread *t, struct uxrt_poll *polls,
    struct linux_pollfd *user, unsigned count, int64_t deadline)
{
    int64_t result = take_all(polls, user, count);

    if (!result)
        result = poll_files(t, polls, count, deadline);
    return result < 0 ? result : give_all(polls, user, count);
}

/* Long lists are in memory that is mapped meanwhile. */
static int64_t poll_program(struct uxrt_thread *t, struct linux_pollfd *user,
    uint64_t count, int64_t deadline)
{
    struct uxrt_poll here[POLL_HERE];
    uint64_t bytes = (count * sizeof(*here) + PAGE - 1) & ~(uint64_t)(PAGE - 1);

    if (count > DESCRIPTORS_MAX)
        return -EINVAL;
    if (count <= POLL_HERE)
        return poll_these(t, here, user, (unsigned)count, deadline);
    int64_t place = memory_map(t, 0, bytes, PROC_READ | PROC_WRITE, 0, PROC_SOURCE_NONE, 0);

    if (place < 0)
        return place;
    int64_t result = poll_these(t, (struct uxrt_poll *)place, user, (unsigned)count,
        deadline);

    memory_unmap(t, (uint64_t)place, bytes);
    return result;
}

UNIX_HANDLER(poll)
{
    int milliseconds = argument_int(frame, 2);
    int64_t deadline = milliseconds < 0 ? POLL_FOREVER : POLL_LOOK;

    if (milliseconds > 0)
        deadline = poll_after(0, milliseconds * INT64_C(1000000));
    return poll_program(t, argument_pointer(frame, 0), argument(frame, 1), deadline);
}

int64_t poll_mask(struct uxrt_thread *t, const void *user)
{
    uint64_t mask;

    if (!user)
        return 0;
    if (take(&mask, user, sizeof(mask)))
        return -EFAULT;
    signal_mask_for_now(t, mask);
    return 0;
}

UNIX_HANDLER(ppoll)
{
    int64_t deadline, error = poll_deadline(argument_pointer(frame, 2), &deadline);

    if (!error)
        error = poll_mask(t, argument_pointer(frame, 3));
    return error ? error
                 : poll_program(t, argument_pointer(frame, 0), argument(frame, 1), deadline);
}

/* --- select ---------------------------------------- */

struct sets {
    uint64_t words[3][SET_WORDS];   /* to read, to write, exceptional */
};

static bool in_set(const uint64_t *set, unsigned fd)
{
    return set[fd / 64] >> fd % 64 & 1;
}

static int64_t take_sets(const struct foreign_frame *frame, size_t bytes, struct sets *sets)
{
    memset(sets, 0, sizeof(*sets));
    for (unsigned i = 0; i < 3; i++) {
        if (argument(frame, i + 1)
            && take(sets->words[i], argument_pointer(frame, i + 1), bytes))
            return -EFAULT;
    }
    return 0;
}

static int64_t give_sets(const struct foreign_frame *frame, size_t bytes,
    const struct sets *sets)
{
    for (unsigned i = 0; i < 3; i++) {
        if (argument(frame, i + 1)
            && give(argument_pointer(frame, i + 1), sets->words[i], bytes))
            return -EFAULT;
    }
    return 0;
}

/* What the sets ask for; their number, or an error. */
static int polls_of(const struct sets *sets, unsigned limit, struct uxrt_poll *polls,
    unsigned room)
{
    unsigned count = 0;

    for (unsigned fd = 0; fd < limit; fd++) {
        uint32_t wanted = (in_set(sets->words[0], fd) ? UXRT_READY_READ : 0)
                          | (in_set(sets->words[1], fd) ? UXRT_READY_WRITE : 0)
                          | (in_set(sets->words[2], fd) ? UXRT_READY_PRIORITY : 0);
        if (!wanted)
            continue;
        if (!descriptor_file((int)fd))
            return -EBADF;
        if (count == room)
            return -EINVAL;
        polls[count++] = (struct uxrt_poll){.file = (int)fd, .wanted = wanted};
    }
    return (int)count;
}

static void mark(uint64_t *set, int fd, bool ready, int64_t *count)
{
    if (ready) {
        set[fd / 64] |= UINT64_C(1) << fd % 64;
        ++*count;
    }
}

static int64_t select_program(struct uxrt_thread *t, const struct foreign_frame *frame,
    int64_t deadline)
{
    struct uxrt_poll polls[FD_SETSIZE];
    struct sets sets;
    uint64_t limit = argument(frame, 0);
    size_t bytes = (limit + 63) / 64 * 8;
    int64_t ready = 0;

    if (limit > FD_SETSIZE)
        return -EINVAL;
    if (take_sets(frame, bytes, &sets))
        return -EFAULT;
    int count = polls_of(&sets, (unsigned)limit, polls, FD_SETSIZE);
    int64_t result = count < 0 ? count : poll_files(t, polls, (unsigned)count, deadline);
    if (result < 0)
        return result;
    memset(&sets, 0, sizeof(sets));
    for (int i = 0; i < count; i++) {
        uint32_t hup = polls[i].ready & (UXRT_READY_ERROR | UXRT_READY_HANGUP);
        mark(sets.words[0], polls[i].file, polls[i].wanted & UXRT_READY_READ
            && (polls[i].ready & UXRT_READY_READ || hup), &ready);
        mark(sets.words[1], polls[i].file, polls[i].wanted & UXRT_READY_WRITE
            && (polls[i].ready & UXRT_READY_WRITE || hup), &ready);
        mark(sets.words[2], polls[i].file, polls[i].wanted & polls[i].ready
            & UXRT_READY_PRIORITY, &ready);
    }
    return give_sets(frame, bytes, &sets) ? -EFAULT : ready;
}

UNIX_HANDLER(select)
{
    int64_t time[2], deadline = POLL_FOREVER;

    if (argument(frame, 4)) {
        if (take(time, argument_pointer(frame, 4), sizeof(time)))
            return -EFAULT;
        if (time[0] < 0 || time[1] < 0)
            return -EINVAL;
        deadline = time[0] || time[1] ? poll_after(time[0] + time[1] / 1000000,
                                            time[1] % 1000000 * 1000)
                                      : POLL_LOOK;
    }
    return select_program(t, frame, deadline);
}

UNIX_HANDLER(pselect6)
{
    int64_t deadline, error = poll_deadline(argument_pointer(frame, 4), &deadline);
    struct { const void *mask; uint64_t size; } sixth = {0};

    if (!error && argument(frame, 5) && take(&sixth, argument_pointer(frame, 5),
            sizeof(sixth)))
        return -EFAULT;
    if (!error)
        error = poll_mask(t, sixth.mask);
    return error ? error : select_program(t, frame, deadline);
}

/* --- sleep ---------------------------------------- */

static int64_t sleep_until(struct uxrt_thread *t, int64_t deadline)
{
    return deadline == POLL_LOOK ? 0 : poll_files(t, NULL, 0, deadline);
}

/* Sleeps; a signal ends that, and the program is told what was left. */
static int64_t sleep_program(struct uxrt_thread *t, const void *user, void *rest)
{
    int64_t deadline, result = poll_deadline(user, &deadline);

    if (!result)
        result = sleep_until(t, deadline);
    if (result != -EINTR || !rest)
        return result;
    int64_t now = clock_uptime(), left = deadline > now ? deadline - now : 0;
    const struct linux_timespec time = {left / SECOND, left % SECOND};

    return give(rest, &time, sizeof(time)) ? -EFAULT : result;
}

UNIX_HANDLER(nanosleep)
{
    return sleep_program(t, argument_pointer(frame, 0), argument_pointer(frame, 1));
}

UNIX_HANDLER(clock_nanosleep)
{
    struct linux_timespec time;
    int64_t deadline, error;

    if (!(argument(frame, 1) & TIMER_ABSTIME))
        return sleep_program(t, argument_pointer(frame, 2), argument_pointer(frame, 3));
    error = poll_deadline(argument_pointer(frame, 2), &deadline);
    if (error)
        return error;
    if (take(&time, argument_pointer(frame, 2), sizeof(time)))
        return -EFAULT;
    deadline = time.seconds * SECOND + time.nanoseconds;
    if (unix_is_realtime(argument(frame, 0)))
        deadline -= unix_realtime() - clock_uptime();
    return sleep_until(t, deadline > 0 ? deadline : 1);
}

UNIX_HANDLER(pause)
{
    return poll_files(t, NULL, 0, POLL_FOREVER);
}
