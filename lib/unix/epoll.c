/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll: sets of files, each a file of the library's own (FILE_SET). What a set watches is
 * in one table for all. A file that was found not ready, and is armed, is asked again only
 * when its bit has come since (poll_woken); for EPOLLET its server counts changes. A child
 * of fork has its own copy of each set.
 */
#include <transport/clock.h>
#include <transport/cold.h>
#include <transport/lock.h>
#include <transport/poll.h>
#include <unix/poll.h>
#include <unix/thread.h>

enum { SETS_MAX = 64, WATCHED_MAX = 4096, EVENTS_MAX = 64, DEPTH_MAX = 4 };
enum { EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3, EPOLL_CLOEXEC = 02000000 };
#define EPOLLIN      UINT32_C(1)
#define EPOLLPRI     UINT32_C(2)
#define EPOLLOUT     UINT32_C(4)
#define EPOLLALWAYS  (UINT32_C(8) | UINT32_C(16))
#define EPOLLRDNORM  UINT32_C(0x40)
#define EPOLLWRNORM  UINT32_C(0x100)
#define EPOLLRDHUP   UINT32_C(0x2000)
#define EPOLLONESHOT (UINT32_C(1) << 30)
#define EPOLLET      (UINT32_C(1) << 31)

struct linux_event {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));

struct watched {
    struct file *file;          /* null: a free place */
    uint64_t data;
    uint32_t events, serial;    /* serial: differs when the place is used again */
    uint32_t changes[2];        /* of the file, at the last report */
    uint32_t woken;             /* poll_count() when it was asked */
    int fd;
    uint8_t set;
    bool armed;                 /* nothing to report unless it is woken */
    bool fresh;                 /* not reported yet */
    bool done;                  /* EPOLLONESHOT: reported */
};

COLD_DATA static struct watched table[WATCHED_MAX];
static unsigned limit;          /* places from here on are free */
COLD_DATA static struct set {
    bool used;
    unsigned next;              /* where the next look begins, so that all have their turn */
    uint64_t waiting;           /* threads that wait, as bits */
} sets[SETS_MAX];
static unsigned set_limit;      /* sets from here on were never used */
static uint32_t lock;

void epoll_after_fork(void)
{
    lock = 0;
    for (unsigned i = 0; i < limit; i++)
        table[i].armed = false;
    for (unsigned i = 0; i < set_limit; i++)
        sets[i].waiting = 0;
}

/* --- sets ---------------------------------------- */

static int64_t create(struct uxrt_thread *t, bool close_on_exec)
{
    struct file *file = file_create(FILE_SET, 0, UXRT_READ | UXRT_WRITE);
    unsigned set = 0;

    if (!file)
        return -ENFILE;
    lock_take(&lock);
    while (set < SETS_MAX && sets[set].used)
        set++;
    if (set < SETS_MAX)
        sets[set] = (struct set){.used = true};
    if (set >= set_limit && set < SETS_MAX)
        set_limit = set + 1;
    lock_release(&lock);
    if (set == SETS_MAX) {
        file_forget(file);
        return -EMFILE;
    }
    file->root = (uint16_t)set;
    int fd = descriptor_create(file, 0, close_on_exec);

    if (fd < 0)
        file_close(t, file);
    return fd;
}

UNIX_HANDLER(epoll_create)
{
    return argument_int(frame, 0) <= 0 ? -EINVAL : create(t, false);
}

UNIX_HANDLER(epoll_create1)
{
    if (argument(frame, 0) & ~(uint64_t)EPOLL_CLOEXEC)
        return -EINVAL;
    return create(t, argument(frame, 0) != 0);
}

static void remove(struct watched *w)
{
    uint32_t serial = w->serial + 1;

    *w = (struct watched){.serial = serial};
    while (limit && !table[limit - 1].file)
        limit--;
}

void local_closed(const struct file *file)
{
    lock_take(&lock);
    for (unsigned i = limit; i-- > 0;) {
        struct watched *w = &table[i];

        if (w->file && (w->file == file
                        || (file->kind == FILE_SET && w->set == file->root)))
            remove(w);
    }
    if (file->kind == FILE_SET)
        sets[file->root].used = false;
    lock_release(&lock);
}

/* --- changing them ---------------------------------------- */

/* Locked. */
static struct watched *find(unsigned set, const struct file *file, int fd)
{
    for (unsigned i = 0; i < limit; i++) {
        if (table[i].file == file && table[i].fd == fd && table[i].set == set)
            return &table[i];
    }
    return NULL;
}

/* Does `file`, a set, watch the other set, over at most so many others? Locked. */
static bool leads_to(const struct file *file, unsigned set, unsigned depth)
{
    if (file->root == set || !depth)
        return true;
    for (unsigned i = 0; i < limit; i++) {
        const struct watched *w = &table[i];

        if (w->file && w->set == file->root && w->file->kind == FILE_SET
            && leads_to(w->file, set, depth - 1))
            return true;
    }
    return false;
}

static struct watched *free_place(void)
{
    for (unsigned i = 0; i < WATCHED_MAX; i++) {
        if (!table[i].file) {
            limit = i < limit ? limit : i + 1;
            return &table[i];
        }
    }
    return NULL;
}

static void watch(struct watched *w, const struct linux_event *event)
{
    w->events = event->events;
    w->data = event->data;
    w->serial++;
    w->armed = w->done = false;
    w->fresh = true;
}

/* Locked. */
static int64_t add(unsigned set, struct file *file, int fd, const struct linux_event *event)
{
    if (find(set, file, fd))
        return -EEXIST;
    if (file->kind == FILE_SET && leads_to(file, set, DEPTH_MAX))
        return -ELOOP;
    struct watched *w = free_place();

    if (!w)
        return -ENOSPC;
    *w = (struct watched){.file = file, .fd = fd, .set = (uint8_t)set, .serial = w->serial};
    file->flags |= FILE_WATCHED;
    watch(w, event);
    return 0;
}

static int64_t change(unsigned set, int operation, struct file *file, int fd,
    const struct linux_event *event)
{
    struct watched *w = find(set, file, fd);

    if (operation == EPOLL_CTL_ADD)
        return add(set, file, fd, event);
    if (!w)
        return -ENOENT;
    if (operation == EPOLL_CTL_DEL)
        remove(w);
    else
        watch(w, event);
    return 0;
}

/* Regular files and directories are always ready; Linux refuses them. */
static bool can_be_watched(struct uxrt_thread *t, const struct file *file, int fd)
{
    struct uxrt_stat stat;

    if (file->kind != FILE_CONNECTION || file->flags & FILE_SOCKET)
        return file->kind != FILE_SERVICE;
    if (library_fstat(t, fd, &stat))
        return true;
    return (stat.mode & 0170000) != 0100000 && (stat.mode & 0170000) != 0040000;
}

UNIX_HANDLER(epoll_ctl)
{
    int operation = argument_int(frame, 1), fd = argument_int(frame, 2);
    struct file *set = descriptor_file(argument_int(frame, 0)), *file = descriptor_file(fd);
    struct linux_event event = {0, 0};

    if (operation != EPOLL_CTL_DEL
        && take(&event, argument_pointer(frame, 3), sizeof(event)))
        return -EFAULT;
    if (!set || !file)
        return -EBADF;
    if (set->kind != FILE_SET || set == file || operation < EPOLL_CTL_ADD
        || operation > EPOLL_CTL_MOD)
        return -EINVAL;
    if (operation == EPOLL_CTL_ADD && !can_be_watched(t, file, fd))
        return -EPERM;
    lock_take(&lock);
    int64_t result = change(set->root, operation, file, fd, &event);
    uint64_t waiting = sets[set->root].waiting;

    lock_release(&lock);
    if (!result && waiting)
        client_proc(t, PROC_THREAD_WAKE, &waiting, 1, NULL, 0);
    return result;
}

/* --- looking ---------------------------------------- */

/* What of a file's readiness is to be reported. */
static uint32_t news(const struct watched *w, const struct uxrt_ready *ready)
{
    uint32_t hit = ready->ready & (w->events | EPOLLALWAYS) & ~EPOLLET & ~EPOLLONESHOT;

    hit |= hit & EPOLLIN ? EPOLLRDNORM & w->events : 0;
    hit |= ready->ready & EPOLLOUT ? EPOLLWRNORM & w->events : 0;
    if (!(w->events & EPOLLET) || w->fresh
        || ready->changes[0] == POLL_UNCOUNTED)
        return hit;
    if ((w->events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP) && ready->changes[0] != w->changes[0])
        || (w->events & EPOLLOUT && ready->changes[1] != w->changes[1]))
        return hit;
    return 0;
}

/* What is written back after a file was asked: only if the place is still the same. */
static void settle(struct watched *place, const struct watched *asked,
    const struct uxrt_ready *ready, uint32_t events, bool arm, bool report)
{
    lock_take(&lock);
    if (place->serial == asked->serial && place->file) {
        place->woken = asked->woken;
        place->armed = arm && (!events || (asked->events & EPOLLET && report))
                       && place->file->kind == FILE_CONNECTION;
        if (report && events) {
            place->changes[0] = ready->changes[0];
            place->changes[1] = ready->changes[1];
            place->fresh = false;
            place->done = asked->events & EPOLLONESHOT;
        }
    }
    lock_release(&lock);
}

/* Asks one file: the events to report, 0 for none. */
static uint32_t look_at(struct uxrt_thread *t, struct watched *place, bool arm, bool report)
{
    struct uxrt_ready ready = {0};
    uint64_t bits;

    lock_take(&lock);
    struct watched w = *place;

    lock_release(&lock);
    if (!w.file || w.done)
        return 0;
    uint32_t woken = poll_count(w.file);

    if (w.armed && w.woken == woken)
        return 0;
    w.woken = woken;
    bits = (w.events & (EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP)) | EPOLLALWAYS;
    if (w.events & EPOLLET)
        bits |= UXRT_READY_CHANGES;
    if (poll_ask(t, w.file, arm ? bits : 0, &ready) < 0)
        ready.ready = UXRT_READY_ERROR;
    uint32_t events = news(&w, &ready);

    if (arm || events)
        settle(place, &w, &ready, events, arm, report);
    return events;
}

static int collect(struct uxrt_thread *t, unsigned set, struct linux_event *events, int most,
    bool arm)
{
    unsigned end = __atomic_load_n(&limit, __ATOMIC_ACQUIRE), next = sets[set].next;
    int count = 0;

    poll_woken(t);
    for (unsigned i = 0; i < end && count < most; i++) {
        struct watched *w = &table[(next + i) % end];
        uint64_t data = w->data;

        if (!w->file || w->set != set)
            continue;
        uint32_t now = look_at(t, w, arm, true);

        if (now) {
            events[count++] = (struct linux_event){now, data};
            sets[set].next = (next + i + 1) % end;
        }
    }
    return count;
}

/* A set is ready to read if one of its files has something to report. */
static uint32_t set_ready(struct uxrt_thread *t, unsigned set, bool arm)
{
    uint32_t any = 0;

    poll_woken(t);
    for (unsigned i = 0; i < limit && !any; i++) {
        if (table[i].file && table[i].set == set)
            any = look_at(t, &table[i], arm, false);
    }
    return any ? UXRT_READY_READ : 0;
}

int local_ready(struct uxrt_thread *t, const struct file *file, uint64_t arm,
    struct uxrt_ready *ready)
{
    *ready = (struct uxrt_ready){.changes = {POLL_UNCOUNTED, POLL_UNCOUNTED}};
    if (file->kind == FILE_SET)
        ready->ready = set_ready(t, file->root, arm != 0);
    else
        ready->ready = signals_ready(t, file, arm != 0);
    return 0;
}

/* --- waiting ---------------------------------------- */

static int wait(struct uxrt_thread *t, unsigned set, struct linux_event *events, int most,
    int64_t deadline)
{
    bool timed = deadline != POLL_LOOK && deadline != POLL_FOREVER;
    int count = collect(t, set, events, most, deadline != POLL_LOOK);

    if (count || deadline == POLL_LOOK || (timed && poll_alarm(t, deadline)))
        return count;
    while (!count && (!timed || clock_uptime() < deadline)) {
        bool signalled = client_signalled(t);

        if (!signalled)
            client_wait(t);
        count = collect(t, set, events, most, true);
        if (signalled && !count)
            count = -EINTR;
    }
    if (timed)
        poll_alarm(t, 0);
    return count;
}

static int64_t wait_program(struct uxrt_thread *t, const struct foreign_frame *frame,
    int64_t deadline)
{
    const struct file *file = descriptor_file(argument_int(frame, 0));
    struct linux_event events[EVENTS_MAX];
    uint64_t self = UINT64_C(1) << t->number;
    int most = argument_int(frame, 2), count;

    if (!file)
        return -EBADF;
    if (file->kind != FILE_SET || most <= 0)
        return -EINVAL;
    unsigned set = file->root;

    __atomic_fetch_or(&sets[set].waiting, self, __ATOMIC_SEQ_CST);
    count = wait(t, set, events, most < EVENTS_MAX ? most : EVENTS_MAX, deadline);
    __atomic_fetch_and(&sets[set].waiting, ~self, __ATOMIC_SEQ_CST);
    t->shared->waited = 0;
    if (count > 0 && give(argument_pointer(frame, 1), events,
            (size_t)count * sizeof(events[0])))
        return -EFAULT;
    return count;
}

static int64_t deadline_of(const struct foreign_frame *frame)
{
    int milliseconds = argument_int(frame, 3);

    return milliseconds < 0 ? POLL_FOREVER : !milliseconds ? POLL_LOOK
           : poll_after(0, milliseconds * INT64_C(1000000));
}

UNIX_HANDLER(epoll_wait)
{
    return wait_program(t, frame, deadline_of(frame));
}

UNIX_HANDLER(epoll_pwait)
{
    int64_t error = poll_mask(t, argument_pointer(frame, 4));

    return error ? error : wait_program(t, frame, deadline_of(frame));
}

UNIX_HANDLER(epoll_pwait2)
{
    int64_t deadline, error = poll_deadline(argument_pointer(frame, 3), &deadline);

    if (!error)
        error = poll_mask(t, argument_pointer(frame, 4));
    return error ? error : wait_program(t, frame, deadline);
}
