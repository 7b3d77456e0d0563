/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals: what is pending, default actions, stopping and going on. signal_thread.c makes
 * a thread look.
 */
#include <process/signal.h>

#include <stddef.h>

#include <process/connection.h>
#include <process/group.h>
#include <process/pending.h>
#include <process/posix_timer.h>
#include <process/signal_thread.h>
#include <process/thread.h>
#include <util/errno.h>

#define STOP_SIGNALS (signal_bit(SIGNAL_STOP) | signal_bit(SIGNAL_TSTP) \
    | signal_bit(SIGNAL_TTIN) | signal_bit(SIGNAL_TTOU))
#define IGNORED_SIGNALS (signal_bit(SIGNAL_CHILD) | signal_bit(SIGNAL_CONTINUE) \
    | signal_bit(SIGNAL_URGENT) | signal_bit(SIGNAL_WINDOW))
#define FAULT_SIGNALS (signal_bit(SIGNAL_ILL) | signal_bit(SIGNAL_TRAP) \
    | signal_bit(SIGNAL_BUS) | signal_bit(SIGNAL_FPE) | signal_bit(SIGNAL_SEGV))
#define NEVER_BLOCKED (signal_bit(SIGNAL_KILL) | signal_bit(SIGNAL_STOP))

static bool is_ignored(const struct process *process, unsigned signal)
{
    uint64_t ignored = process->signals.ignored
                       | (IGNORED_SIGNALS & ~process->signals.handled);

    return ignored & signal_bit(signal);
}

static uint64_t blocked(const struct thread *thread)
{
    return __atomic_load_n(&thread->page->blocked, __ATOMIC_ACQUIRE) & ~NEVER_BLOCKED;
}

/* What the thread could take now. */
static uint64_t ready(const struct thread *thread)
{
    return (thread->process->signals.pending | thread->pending) & ~blocked(thread);
}

/* Writes into the threads' pages what is pending; servers park nothing for a process that
 * has something to do. */
static void refresh(struct process *process)
{
    uint64_t stop = process->signals.stopped ? signal_bit(SIGNAL_STOP) : 0;
    bool any = stop;

    for (unsigned i = 0; i < THREADS_MAX; i++) {
        struct thread *thread = process->threads[i];

        if (thread) {
            __atomic_store_n(&thread->page->pending,
                process->signals.pending | thread->pending | stop, __ATOMIC_SEQ_CST);
            any = any || ready(thread);
            if (thread->page->pending & thread->page->waited) {
                thread_wake(thread, EVENT_SIGNAL);
            }
        }
    }
    connection_interrupt(process, any);
}

void signal_parent(struct process *child, int code, int status)
{
    struct process *parent = child->parent;
    const struct signal_info info = {
        .code = code, .status = status, .pid = child->pid,
        .uid = child->page ? child->page->uid : 0,
    };

    if (!parent) {
        return;
    }
    process_wake(parent, EVENT_CHILD);
    if (code < CHILD_STOPPED || !parent->signals.no_stops) {
        signal_send(parent, NULL, SIGNAL_CHILD, &info);
    }
    if (child->zombie && (parent->signals.no_zombies
            || parent->signals.ignored & signal_bit(SIGNAL_CHILD))) {
        parent->children_used += child->used + child->children_used;
        process_discard(child);
    }
}

static void stop(struct process *process, unsigned signal)
{
    struct signals *signals = &process->signals;

    if (signals->stopped) {
        return;
    }
    signals->stopped = true;
    signals->stop_signal = (uint8_t)signal;
    signals->report_stop = true;
    signals->report_continue = false;
    refresh(process);
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (process->threads[i]) {
            signal_thread_stop(process->threads[i]);
        }
    }
    signal_parent(process, CHILD_STOPPED, (int)signal);
}

static void go_on(struct process *process)
{
    struct signals *signals = &process->signals;

    if (!signals->stopped) {
        return;
    }
    signals->stopped = false;
    signals->report_stop = false;
    signals->report_continue = true;
    refresh(process);
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (process->threads[i]) {
            signal_thread_continue(process->threads[i]);
        }
    }
    signal_parent(process, CHILD_CONTINUED, SIGNAL_CONTINUE);
}

/* What happens without a handler. The process may have ended. */
static void act(struct process *process, unsigned signal)
{
    if (is_ignored(process, signal)) {
        return;
    }
    if (signal_bit(signal) & STOP_SIGNALS) {
        if (signal == SIGNAL_STOP || !group_is_orphaned(process->page->pgid)) {
            stop(process, signal);
        }
    } else {
        process_kill(process, (int)signal);
    }
}

/* The first of these: those of faults come before others. */
static unsigned first_of(uint64_t set)
{
    uint64_t faults = set & FAULT_SIGNALS;

    return (unsigned)__builtin_ctzll(faults ? faults : set) + 1;
}

/* Does what needs no handler; true if there is something left for the thread. Nothing is
 * done while the process is stopped. */
static bool act_all(struct thread *thread)
{
    struct process *process = thread->process;
    uint64_t set;

    while (!process->zombie && !process->signals.stopped && (set = ready(thread) & ~process->signals.handled) != 0) {
        unsigned signal = first_of(set);
        struct signal_info info;

        pending_take(thread, signal, &info);
        act(process, signal);
    }
    return !process->zombie && ready(thread) != 0;
}

/* Does what is pending without a handler, and lets a thread do the rest. */
static void look(struct process *process)
{
    refresh(process);
    for (unsigned i = 0; i < THREADS_MAX && !process->zombie; i++) {
        struct thread *thread = process->threads[i];

        if (thread && act_all(thread) && !process->signals.stopped) {
            signal_thread_interrupt(thread);
            break;
        }
    }
    if (!process->zombie) {
        refresh(process);
    }
}

/* Something is pending that was not. A parent hears of what its child does, its own parent
 * of what it does then: they look one by one, however long the chain. */
static void post(struct process *process)
{
    static struct process *posted, **last = &posted;
    static bool busy;

    if (process->signals.posted) {
        return;
    }
    process->signals.posted = true;
    process->signals.next_posted = NULL;
    *last = process;
    last = &process->signals.next_posted;
    if (busy) {
        return;
    }
    busy = true;
    while (posted) {
        process = posted;
        posted = process->signals.next_posted;
        last = posted ? last : &posted;
        process->signals.posted = false;
        if (!process->zombie) {
            look(process);
        }
    }
    busy = false;
}

static bool somebody_blocks(const struct process *process, unsigned signal)
{
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (process->threads[i]
            && (blocked(process->threads[i]) & signal_bit(signal))) {
            return true;
        }
    }
    return false;
}

static int send(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info, bool queued)
{
    int error;

    if (process->zombie || !process->parent) {
        return 0;
    }
    if (signal == SIGNAL_KILL) {
        process_kill(process, SIGNAL_KILL);
        return 0;
    }
    if (signal == SIGNAL_CONTINUE) {
        pending_drop(process, STOP_SIGNALS);
        go_on(process);
        if (!process->zombie) {     /* its parent may have ended of it, and it of that */
            post(process);
        }
        if (process->zombie) {
            return 0;
        }
    } else if (signal_bit(signal) & STOP_SIGNALS) {
        pending_drop(process, signal_bit(SIGNAL_CONTINUE));
    }
    if (is_ignored(process, signal) && !somebody_blocks(process, signal)) {
        return 1;
    }
    error = pending_add(process, thread, signal, info, queued);
    if (!error || !queued) {
        post(process);
    }
    return error;
}

void signal_send(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info)
{
    (void)send(process, thread, signal, info, false);
}

int signal_queue(struct process *process, struct thread *thread, unsigned signal,
    const struct signal_info *info)
{
    return send(process, thread, signal, info, true);
}

void signal_of_kernel(struct process *process, unsigned signal)
{
    const struct signal_info info = {.code = SIGNAL_KERNEL};

    signal_send(process, NULL, signal, &info);
}

bool signal_is_kept_off(const struct process *process, unsigned signal)
{
    if (is_ignored(process, signal)) {
        return true;
    }
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (process->threads[i]
            && !(blocked(process->threads[i]) & signal_bit(signal))) {
            return false;
        }
    }
    return true;
}

int signal_take_of(struct thread *thread, uint64_t set, struct signal_info *info)
{
    struct process *process = thread->process;
    uint64_t found = (process->signals.pending | thread->pending) & set;
    unsigned signal;

    if (!found) {
        return 0;
    }
    signal = first_of(found);
    pending_take(thread, signal, info);
    refresh(process);
    return (int)signal;
}

int signal_take(struct thread *thread, struct signal_info *info)
{
    struct process *process = thread->process;

    act_all(thread);
    if (process->zombie) {
        return 0;
    }
    refresh(process);
    return process->signals.stopped ? -ERROR_WAIT
                                    : signal_take_of(thread, ready(thread), info);
}

void signal_action(struct process *process, unsigned signal, unsigned action)
{
    uint64_t bit = signal_bit(signal);

    process->signals.handled &= ~bit;
    process->signals.ignored &= ~bit;
    if (action & PROC_HANDLED) {
        process->signals.handled |= bit;
    } else if (action & PROC_IGNORED) {
        process->signals.ignored |= bit;
    }
    if (signal == SIGNAL_CHILD) {
        process->signals.no_stops = action & PROC_NO_STOPS;
        process->signals.no_zombies = action & PROC_NO_ZOMBIES;
    }
    process->page->ignored = process->signals.ignored;
    if (is_ignored(process, signal)) {
        pending_drop(process, bit);
    }
    refresh(process);
}

void signal_exec(struct process *process)
{
    process->signals.handled = 0;
    process->signals.no_stops = process->signals.no_zombies = false;
    posix_timer_drop_all(process);
    refresh(process);
}

void signal_fork(struct process *child, const struct process *parent)
{
    child->signals.handled = parent->signals.handled;
    child->signals.ignored = parent->signals.ignored;
    child->signals.no_stops = parent->signals.no_stops;
    child->signals.no_zombies = parent->signals.no_zombies;
}

void signal_end(struct process *process)
{
    interval_end(process);
    posix_timer_drop_all(process);
    pending_drop(process, UINT64_MAX);
}

bool signal_fault(struct thread *thread, unsigned signal, const struct signal_info *info)
{
    struct process *process = thread->process;

    if (!(process->signals.handled & signal_bit(signal) & ~blocked(thread))) {
        return false;
    }
    (void)pending_add(process, thread, signal, info, false);
    refresh(process);
    return signal_thread_redirect(thread);
}
