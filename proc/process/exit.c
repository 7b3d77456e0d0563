/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a process ends. Nobody is asked and nobody is waited for: what it held is taken
 * away in an order in which each part is already without users.
 */
#include <stddef.h>

#include <boot/log.h>
#include <files/files.h>
#include <memory/slot.h>
#include <process/call.h>
#include <process/connection.h>
#include <process/device.h>
#include <process/futex.h>
#include <process/group.h>
#include <process/hold.h>
#include <process/namespace.h>
#include <process/signal.h>
#include <process/thread.h>
#include <process/tty.h>
#include <util/errno.h>

enum { STATUS_SIGNAL = 0x7f, STATUS_SHIFT = 8 };

/* Whoever waits for an answer through the process's reply objects gets label 0: EIO. */
static void drop_replies(struct process *process)
{
    static const uint64_t nothing[MESSAGE_FAST_REGISTERS];

    for (unsigned i = 0; i < REPLIES_MAX; i++) {
        if (process->replies[i]) {
            kc_send(process->replies[i], message_info(0, 0, 0, 0), nothing);
            pool_return(POOL_REPLY, process->replies[i]);
            process->replies[i] = 0;
        }
    }
}

static void drop_threads(struct process *process, const struct thread *kept)
{
    for (unsigned i = 0, left = process->thread_count; left > 0; i++) {
        left -= process->threads[i] != NULL;
        if (process->threads[i]) {
            futex_thread_ends(process->threads[i]);
        }
        if (process->threads[i] && process->threads[i] != kept) {
            connection_drop_buffers(process->threads[i], false);
            thread_end(process->threads[i], false);
        }
    }
}

void process_strip(struct process *process, const struct thread *kept)
{
    drop_threads(process, kept);
    for (unsigned i = 0; i < SERVICES_MAX; i++) {
        if (process->services[i]) {
            service_end(process->services[i]);
        }
    }
    drop_replies(process);
    device_drop(process);
    hold_end_process(process);
    handle_drop_all(process);
}

/* A child may have wished for a signal when its parent ends. */
static void tell_death(struct process *child, const struct signal_info *info)
{
    uint32_t signal = 0;

    for (unsigned i = 0; i < THREADS_MAX && !child->zombie && !signal; i++) {
        signal = child->threads[i] ? child->threads[i]->page->death_signal : 0;
    }

    if (signal && signal <= SIGNALS) {
        signal_send(child, NULL, signal, info);
    }
}

/* The first process takes over orphans, and hears of those that have ended. */
static void give_children(struct process *process)
{
    const struct signal_info info = {.code = SIGNAL_USER, .pid = process->pid};
    struct process *first = process_find(1);
    bool ended = false;

    while (process->children) {
        struct process *child = process->children;

        process->children = child->sibling;
        child->parent = first;
        child->sibling = first->children;
        first->children = child;
        child->page->ppid = first->pid;
        ended = ended || child->zombie;
        tell_death(child, &info);
    }
    if (ended) {
        process_wake(first, EVENT_CHILD);
    }
}

/* All its capabilities go at once, so no request of its connections can come when servers
 * hear that they end. */
static void drop_memory(struct process *process)
{
    if (process->cspace) {
        pool_return(POOL_CSPACE, process->cspace);
        process->cspace = 0;
    }
    for (unsigned slot = connection_slot(process, 0); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        connection_end(process->connections[slot]);
    }
    buffer_drop_left(process);
    if (process->space) {
        space_destroy(process->space);
        process->space = NULL;
    }
    if (process->namespace) {
        namespace_put(process->namespace);
        process->namespace = NULL;
    }
}

/* What it held goes, and its relatives hear of it. */
static void end(struct process *process)
{
    int status = process->status;
    uint32_t groups[GROUPS_OF_CHILDREN];
    unsigned count = group_list_children(process, groups);

    signal_end(process);
    tty_process_ends(process);
    process_strip(process, NULL);
    drop_memory(process);
    fork_done(process);
    give_children(process);
    group_orphan(groups, count);
    files_process_ended(process->pid);
    signal_parent(process, status & STATUS_SIGNAL ? CHILD_KILLED : CHILD_EXITED,
        status & STATUS_SIGNAL ? status & STATUS_SIGNAL : status >> STATUS_SHIFT);
}

/* The end of one can be that of others: these follow one by one, however long the chain. */
void process_kill(struct process *process, int status)
{
    static struct process *ending, **last = &ending;
    static bool busy;

    if (process->zombie) {
        return;
    }
    if (!process->parent) {
        panic("the first process has ended, status", (unsigned)status);
    }
    process->zombie = true;
    process->status = status;
    *last = process;
    last = &process->next_ending;
    if (busy) {
        return;
    }
    busy = true;
    while (ending) {
        process = ending;
        ending = process->next_ending;
        last = ending ? last : &ending;
        end(process);
    }
    busy = false;
}

/* A child that could not be made complete goes without a trace. */
void process_abandon(struct process *process)
{
    process->zombie = true;
    process_strip(process, NULL);
    drop_memory(process);
    process_free(process);
}
