/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * futex: threads that wait until a word of memory changes. The queue is the process's own,
 * so waking makes a call only if there is somebody to wake; that of words which processes
 * share is the process server's.
 */
#include <transport/clock.h>
#include <transport/cold.h>
#include <transport/lock.h>
#include <transport/poll.h>
#include <unix/thread.h>
#include <unix/unix.h>

enum { FUTEX_WAIT, FUTEX_WAKE, FUTEX_REQUEUE = 3, FUTEX_CMP_REQUEUE, FUTEX_WAIT_BITSET = 9,
       FUTEX_WAKE_BITSET, FUTEX_OPERATION = 127, FUTEX_PRIVATE = 128, FUTEX_CLOCK_REALTIME = 256 };
#define EVERYBODY UINT32_MAX
#define SECOND    INT64_C(1000000000)

/* Of each thread, by number: where it waits (0: it does not), for which bits, since when. */
COLD_DATA static struct waiter {
    uint64_t address, ticket;
    uint32_t bits;
} waiters[THREADS_MAX];
static uint64_t tickets;
static uint32_t lock;

void futex_after_fork(void)
{
    if (tickets)                /* somebody has waited */
        memset(waiters, 0, sizeof(waiters));
    lock = 0;
}

/* Who has waited longest; null: nobody. Locked. */
static struct waiter *first_waiter(uint64_t address, uint32_t bits)
{
    struct waiter *first = NULL;

    for (unsigned i = 0; i < THREADS_MAX; i++) {
        struct waiter *w = &waiters[i];
        if (w->address == address && w->bits & bits && (!first || w->ticket < first->ticket))
            first = w;
    }
    return first;
}

int64_t futex_wake(struct uxrt_thread *t, uint64_t address, uint64_t count, uint32_t bits)
{
    uint64_t woken = 0, wake = 0;

    lock_take(&lock);
    for (struct waiter *w; woken < count && (w = first_waiter(address, bits)); woken++) {
        w->address = 0;
        wake |= UINT64_C(1) << (w - waiters);
    }
    lock_release(&lock);
    if (wake)
        client_proc(t, PROC_THREAD_WAKE, &wake, 1, NULL, 0);
    return (int64_t)woken;
}

/* Enters the queue if the word is still what it was: 0, -EAGAIN or -EFAULT. */
static int64_t enqueue(struct uxrt_thread *t, uint64_t address, uint32_t old, uint32_t bits)
{
    uint32_t now;
    int64_t result = 0;

    lock_take(&lock);
    if (!copy_in(&now, (const void *)address, sizeof(now)))
        result = -EFAULT;
    else if (now != old)
        result = -EAGAIN;
    else
        waiters[t->number] = (struct waiter){address, tickets++, bits};
    lock_release(&lock);
    return result;
}

static bool is_waiting(const struct uxrt_thread *t)
{
    return __atomic_load_n(&waiters[t->number].address, __ATOMIC_ACQUIRE) != 0;
}

/* Leaves the queue; false: it was woken already. */
static bool dequeue(const struct uxrt_thread *t)
{
    lock_take(&lock);
    bool waited = waiters[t->number].address != 0;
    waiters[t->number].address = 0;
    lock_release(&lock);
    return waited;
}

static int64_t futex_wait(struct uxrt_thread *t, uint64_t address, uint32_t old,
    uint32_t bits, int64_t deadline)
{
    bool timed = deadline != POLL_FOREVER;
    int64_t result = enqueue(t, address, old, bits);

    if (result)
        return result;
    if (timed)
        client_proc(t, PROC_ALARM, (const uint64_t[]){(uint64_t)deadline}, 1, NULL, 0);
    while (is_waiting(t) && !client_signalled(t)
           && (!timed || clock_uptime() < deadline))
        client_wait(t);
    if (timed)
        client_proc(t, PROC_ALARM, (const uint64_t[]){0}, 1, NULL, 0);
    if (!dequeue(t))
        return 0;
    return timed && clock_uptime() >= deadline ? -ETIMEDOUT : -EINTR;
}

/* --- shared words ---------------------------------------- */

static bool shared;             /* the process has, or had, memory that others may have */

void futex_memory_is_shared(void)
{
    shared = true;
}

static bool leave_shared(struct uxrt_thread *t)
{
    return client_proc(t, PROC_FUTEX_LEAVE, NULL, 0, NULL, 0) == 0
           && t->shared->result[0];
}

/* Waits at the process server: 1 if the word's memory is not shared. */
static int64_t wait_shared(struct uxrt_thread *t, uint64_t address, uint32_t old,
    int64_t deadline)
{
    bool timed = deadline != POLL_FOREVER;
    uint32_t now = old, events = 0;

    if (client_proc(t, PROC_FUTEX_WAIT, &address, 1, NULL, 0))
        return 1;
    int64_t error = take(&now, (const void *)address, sizeof(now));

    if (error || now != old) {
        leave_shared(t);
        return error ? error : -EAGAIN;
    }
    if (timed)
        poll_alarm(t, deadline);
    while (!(events & EVENT_FUTEX) && !client_signalled(t)
           && (!timed || clock_uptime() < deadline))
        events = client_wait(t);
    if (timed)
        poll_alarm(t, 0);
    if (events & EVENT_FUTEX || !leave_shared(t))
        return 0;
    return timed && clock_uptime() >= deadline ? -ETIMEDOUT : -EINTR;
}

int64_t futex_wake_all(struct uxrt_thread *t, uint64_t address, uint64_t count,
    uint32_t bits)
{
    int64_t woken = futex_wake(t, address, count, bits);
    const uint64_t words[] = {address, count - (uint64_t)woken};

    if (shared && words[1] && !client_proc(t, PROC_FUTEX_WAKE, words, 2, NULL, 0))
        woken += (int64_t)t->shared->result[0];
    return woken;
}

/* --- calls ---------------------------------------- */

/* WAIT's time is an interval, WAIT_BITSET's a time of one of the clocks. */
static int64_t deadline_of(const struct foreign_frame *frame, bool absolute,
    int64_t *deadline)
{
    struct linux_timespec time;
    int64_t now = clock_uptime(), base;

    *deadline = POLL_FOREVER;
    if (!argument(frame, 3))
        return 0;
    if (take(&time, argument_pointer(frame, 3), sizeof(time)))
        return -EFAULT;
    if (time.seconds < 0 || time.nanoseconds < 0 || time.nanoseconds >= SECOND)
        return -EINVAL;
    if (time.seconds > POLL_FOREVER / SECOND / 2)
        return 0;
    base = !absolute ? now
           : argument(frame, 1) & FUTEX_CLOCK_REALTIME ? now - unix_realtime() : 0;
    *deadline = base + time.seconds * SECOND + time.nanoseconds;
    if (*deadline <= now)
        *deadline = now;
    return 0;
}

static int64_t wait_call(struct uxrt_thread *t, const struct foreign_frame *frame,
    bool bitset)
{
    uint32_t bits = bitset ? (uint32_t)argument(frame, 5) : EVERYBODY;
    int64_t deadline, error = deadline_of(frame, bitset, &deadline);

    if (error || !bits)
        return error ? error : -EINVAL;
    if (shared && !(argument(frame, 1) & FUTEX_PRIVATE)) {
        error = wait_shared(t, argument(frame, 0), (uint32_t)argument(frame, 2), deadline);
        if (error <= 0)
            return error;
    }
    return futex_wait(t, argument(frame, 0), (uint32_t)argument(frame, 2), bits, deadline);
}

static int64_t wake_call(struct uxrt_thread *t, const struct foreign_frame *frame)
{
    bool bitset = (argument(frame, 1) & FUTEX_OPERATION) == FUTEX_WAKE_BITSET;
    uint32_t bits = bitset ? (uint32_t)argument(frame, 5) : EVERYBODY;

    return argument(frame, 1) & FUTEX_PRIVATE
           ? futex_wake(t, argument(frame, 0), (uint32_t)argument(frame, 2), bits)
           : futex_wake_all(t, argument(frame, 0), (uint32_t)argument(frame, 2), bits);
}

/* The same of words that processes share: -1 if they are not. */
static int64_t requeue_shared(struct uxrt_thread *t, const struct foreign_frame *frame)
{
    const uint64_t words[] = {argument(frame, 0), argument(frame, 4),
        (uint32_t)argument(frame, 2), (uint32_t)argument(frame, 3)};

    if (client_proc(t, PROC_FUTEX_REQUEUE, words, 4, NULL, 0))
        return -1;
    return (int64_t)(t->shared->result[0] + t->shared->result[1]);
}

/* Wakes some, lets others wait elsewhere. */
static int64_t requeue(struct uxrt_thread *t, const struct foreign_frame *frame)
{
    uint64_t from = argument(frame, 0), to = argument(frame, 4), moved = 0;
    struct waiter *w;

    if (to % 4 || !to || argument_int(frame, 2) < 0 || argument_int(frame, 3) < 0)
        return -EINVAL;
    if (shared && !(argument(frame, 1) & FUTEX_PRIVATE)) {
        int64_t result = requeue_shared(t, frame);

        if (result >= 0)
            return result;
    }
    int64_t woken = futex_wake(t, from, (uint32_t)argument(frame, 2), EVERYBODY);

    lock_take(&lock);
    for (; moved < (uint32_t)argument(frame, 3) && from != to
         && (w = first_waiter(from, EVERYBODY)); moved++)
        w->address = to;
    lock_release(&lock);
    return woken + (int64_t)moved;
}

UNIX_HANDLER(futex)
{
    uint64_t address = argument(frame, 0);
    uint32_t now;

    if (address % 4 || !address)
        return -EINVAL;
    switch (argument(frame, 1) & FUTEX_OPERATION) {
    case FUTEX_WAIT:
        return wait_call(t, frame, false);
    case FUTEX_WAIT_BITSET:
        return wait_call(t, frame, true);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
        return wake_call(t, frame);
    case FUTEX_CMP_REQUEUE:
        if (take(&now, argument_pointer(frame, 0), sizeof(now)))
            return -EFAULT;
        return now == (uint32_t)argument(frame, 5) ? requeue(t, frame) : -EAGAIN;
    case FUTEX_REQUEUE:
        return requeue(t, frame);
    default:
        return -ENOSYS;
    }
}
