/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals that wait to be taken: see pending.h. */
#include <process/pending.h>

#include <stddef.h>

#include <process/posix_timer.h>
#include <process/signal.h>
#include <util/errno.h>
#include <util/heap.h>

struct queued {
    struct queued *next;
    struct thread *thread;      /* null: for the process */
    unsigned signal;
    struct signal_info info;
};

static uint64_t *bits_of(struct process *process, struct thread *thread)
{
    return thread ? &thread->pending : &process->signals.pending;
}

static struct queued *enter(struct process *process, struct thread *thread,
    unsigned signal, const struct signal_info *info)
{
    struct signals *signals = &process->signals;
    bool limited = signal >= SIGNAL_REAL_TIME
                   && signals->queue_count >= process->page->limits[LIMIT_SIGNALS].soft;
    struct queued *entry = limited ? NULL : heap_zero(1, sizeof(*entry));
    struct queued **end = &signals->queue;

    if (!entry) {
        return NULL;
    }
    entry->thread = thread;
    entry->signal = signal;
    entry->info = *info;
    while (*end) {
        end = &(*end)->next;
    }
    *end = entry;
    signals->queue_count++;
    return entry;
}

/* Takes it out, and tells what there is to tell. */
static void leave(struct process *process, struct queued **place, struct signal_info *info)
{
    struct queued *entry = *place;

    *info = entry->info;
    *place = entry->next;
    process->signals.queue_count--;
    heap_free(entry);
    if (info->code == SIGNAL_TIMER) {
        posix_timer_taken(process, info);
    }
}

int pending_add(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info, bool queued)
{
    uint64_t *bits = bits_of(process, thread), bit = signal_bit(signal);
    bool entered;

    if (signal < SIGNAL_REAL_TIME && *bits & bit) {
        return 0;
    }
    entered = enter(process, thread, signal, info) != NULL;
    if (entered || !queued) {
        *bits |= bit;
    }
    return entered ? 0 : -EAGAIN;
}

/* The first entry for this target; `more` is set if there is another one. */
static struct queued **find(struct process *process, const struct thread *thread,
    unsigned signal, bool *more)
{
    struct queued **found = NULL;

    *more = false;
    for (struct queued **at = &process->signals.queue; *at && !*more; at = &(*at)->next) {
        if ((*at)->signal == signal && (*at)->thread == thread) {
            *more = found != NULL;
            found = found ? found : at;
        }
    }
    return found;
}

void pending_take(struct thread *thread, unsigned signal, struct signal_info *info)
{
    struct process *process = thread->process;
    bool own = thread->pending & signal_bit(signal), more;
    struct queued **place = find(process, own ? thread : NULL, signal, &more);

    *info = (struct signal_info){.code = SIGNAL_USER};
    if (place) {
        leave(process, place, info);
    }
    if (!more) {
        *bits_of(process, own ? thread : NULL) &= ~signal_bit(signal);
    }
}

void pending_drop(struct process *process, uint64_t set)
{
    struct queued **at = &process->signals.queue;
    struct signal_info info;

    while (*at) {
        if (signal_bit((*at)->signal) & set) {
            leave(process, at, &info);
        } else {
            at = &(*at)->next;
        }
    }
    process->signals.pending &= ~set;
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (process->threads[i]) {
            process->threads[i]->pending &= ~set;
        }
    }
}

void pending_drop_thread(struct thread *thread)
{
    struct queued **at = &thread->process->signals.queue;
    struct signal_info info;

    while (*at) {
        if ((*at)->thread == thread) {
            leave(thread->process, at, &info);
        } else {
            at = &(*at)->next;
        }
    }
}
