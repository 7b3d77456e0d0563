/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readiness of several files. Every file is asked and armed in one step, so a change after
 * the question wakes this thread: no wake-up is lost. A file that cannot say is ready.
 */
#include <transport/poll.h>

#include <stddef.h>

#include <transport/clock.h>
#include <transport/client.h>
#include <transport/descriptor.h>
#include <transport/table.h>
#include <util/errno.h>

enum { READY_ALWAYS = UXRT_READY_ERROR | UXRT_READY_HANGUP };

static int64_t ask(struct uxrt_thread *t, const struct file *file, uint32_t arm,
    uint32_t *ready)
{
    int64_t result;

    if (file->kind != FILE_CONNECTION) {
        return -EINVAL;
    }
    result = client_read(t, file->slot, file->id, ready, sizeof(*ready),
        (int64_t)attribute_address(ATTR_READY, arm));
    return result < 0 || result == sizeof(*ready) ? result : -EIO;
}

/* Fills in what one file is ready for; true if that is of interest. */
static bool look(struct uxrt_thread *t, struct uxrt_poll *poll, bool arm)
{
    const struct file *file = descriptor_file(poll->file);
    uint32_t ready = 0, interest = poll->wanted | READY_ALWAYS;

    poll->ready = 0;
    if (poll->file < 0) {
        return false;
    }
    if (!file || ask(t, file, arm ? interest : 0, &ready) < 0) {
        ready = UXRT_READY_ERROR;
    }
    poll->ready = ready & interest;
    return poll->ready != 0;
}

/* Once one is ready, the others need not be armed. */
static int look_at_all(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count,
    bool arm)
{
    int ready = 0;

    for (unsigned i = 0; i < count; i++) {
        ready += look(t, &files[i], arm && !ready);
    }
    return ready;
}

static int64_t set_alarm(struct uxrt_thread *t, int64_t deadline)
{
    const uint64_t words[] = {(uint64_t)deadline};

    return client_proc(t, PROC_ALARM, words, 1, NULL, 0);
}

int poll_files(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count,
    int64_t deadline)
{
    bool timed = deadline != POLL_LOOK && deadline != POLL_FOREVER;
    int ready = look_at_all(t, files, count, deadline != POLL_LOOK);

    if (ready || deadline == POLL_LOOK || (timed && set_alarm(t, deadline))) {
        return ready;
    }
    /* An alarm that was set before may still have come: the clock decides. */
    while (!ready && (!timed || clock_uptime() < deadline)) {
        if (client_signalled(t)) {
            ready = -EINTR;
            break;
        }
        client_wait(t);
        ready = look_at_all(t, files, count, true);
    }
    if (timed) {
        set_alarm(t, 0);
    }
    return ready;
}

int library_poll(struct uxrt_thread *t, struct uxrt_poll *files, unsigned count, int wait)
{
    return poll_files(t, files, count, wait ? POLL_FOREVER : POLL_LOOK);
}
