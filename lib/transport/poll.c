/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readiness of several files. Every file is asked and armed in one step, so a change after
 * the question wakes this thread: no wake-up is lost. After a wake-up only those are asked
 * again whose bit came. A file that cannot say is ready.
 */
#include <transport/poll.h>

#include <stddef.h>

#include <transport/clock.h>
#include <transport/client.h>
#include <transport/table.h>
#include <util/errno.h>

enum { READY_ALWAYS = UXRT_READY_ERROR | UXRT_READY_HANGUP };

static uint32_t counts[64];     /* how often each bit has come */

uint64_t poll_woken(struct uxrt_thread *t)
{
    uint64_t woken = __atomic_exchange_n(&t->shared->woken, 0, __ATOMIC_ACQ_REL);

    for (uint64_t left = woken; left; left &= left - 1) {
        __atomic_fetch_add(&counts[__builtin_ctzll(left)], 1, __ATOMIC_ACQ_REL);
    }
    return woken;
}

uint32_t poll_count(const struct file *file)
{
    return __atomic_load_n(&counts[file->id % 64], __ATOMIC_ACQUIRE);
}

int poll_ask(struct uxrt_thread *t, const struct file *file, uint64_t arm,
    struct uxrt_ready *ready)
{
    int64_t result;

    if (file->kind == FILE_SET || file->kind == FILE_SIGNALS) {
        return local_ready(t, file, arm, ready);
    }
    if (file->kind != FILE_CONNECTION) {
        return -EINVAL;
    }
    result = client_read(t, file->slot, file->id, ready, sizeof(*ready),
        (int64_t)attribute_address(ATTR_READY, arm));
    if (result == sizeof(ready->ready)) {
        ready->changes[0] = ready->changes[1] = POLL_UNCOUNTED;
        return 0;
    }
    return result < 0 ? (int)result : result == sizeof(*ready) ? 0 : -EIO;
}

/* Fills in what one file is ready for; true if that is of interest. */
static bool look(struct uxrt_thread *t, struct uxrt_poll *poll, bool arm)
{
    const struct file *file = descriptor_file(poll->file);
    uint32_t interest = poll->wanted | READY_ALWAYS;
    struct uxrt_ready now = {0};

    poll->ready = 0;
    if (poll->file < 0) {
        return false;
    }
    if (!file || poll_ask(t, file, arm ? interest : 0, &now) < 0) {
        now.ready = UXRT_READY_ERROR;
    }
    poll->ready = now.ready & interest;
    return poll->ready != 0;
}

/* Is it to be asked again, when the files with these bits may have changed? */
static bool is_woken(const struct uxrt_poll *poll, uint64_t woken)
{
    const struct file *file = descriptor_file(poll->file);

    return !file || file->kind != FILE_CONNECTION || woken & poll_bit(file);
}

/* Once one is ready, the others need not be armed. */
static int look_at_all(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count,
    uint64_t woken, bool arm)
{
    int ready = 0;

    for (unsigned i = 0; i < count; i++) {
        if (is_woken(&files[i], woken)) {
            ready += look(t, &files[i], arm && !ready);
        }
    }
    return ready;
}

int64_t poll_alarm(struct uxrt_thread *t, int64_t deadline)
{
    const uint64_t words[] = {(uint64_t)deadline};

    return client_proc(t, PROC_ALARM, words, 1, NULL, 0);
}

int poll_files(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count,
    int64_t deadline)
{
    bool timed = deadline != POLL_LOOK && deadline != POLL_FOREVER;
    int ready = look_at_all(t, files, count, UINT64_MAX, deadline != POLL_LOOK);

    if (ready || deadline == POLL_LOOK || (timed && poll_alarm(t, deadline))) {
        goto done;
    }
    /* An alarm that was set before may still have come: the clock decides. */
    while (!ready && (!timed || clock_uptime() < deadline)) {
        if (client_signalled(t)) {  /* perhaps one that is read from a file */
            ready = look_at_all(t, files, count, 0, true);
            ready = ready ? ready : -EINTR;
            break;
        }
        client_wait(t);
        ready = look_at_all(t, files, count, poll_woken(t), true);
    }
    if (timed) {
        poll_alarm(t, 0);
    }
done:
    t->shared->waited = 0;          /* files of signals have put theirs there */
    return ready;
}

int library_poll(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count, int wait)
{
    return poll_files(t, files, count, wait ? POLL_FOREVER : POLL_LOOK);
}
