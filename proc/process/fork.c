/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fork: the child is made complete before anybody hears of it. It has the calling thread
 * only, with a copy of its block, and connections in the slots where the parent had them.
 * The program's memory is a copy, or (vfork) the parent's own until the child execs.
 */
#include <process/call.h>

#include <stddef.h>

#include <kcall/invoke.h>
#include <process/connection.h>
#include <process/thread.h>
#include <util/errno.h>

enum { FIRST_PAIR = 4, FLAGS = PROC_FORK_SHARE | PROC_FORK_TELL };

/* The parent's token for this slot, if it has named it. */
static bool find_token(const struct call *call, unsigned slot, uint64_t *token)
{
    for (uint64_t i = 0; i < call->words[3]; i++) {
        if (call->words[FIRST_PAIR + 2 * i] == slot) {
            *token = call->words[FIRST_PAIR + 2 * i + 1];
            return true;
        }
    }
    return false;
}

static int copy_connections(const struct call *call, struct process *child)
{
    const struct process *process = call->process;

    for (unsigned slot = connection_slot(process, 0); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        uint32_t index = process->connections[slot];
        uint64_t token = 0;
        bool named = find_token(call, slot, &token);
        int result;

        if (!named && slot != SLOT_PROC) {
            continue;
        }
        result = connection_inherit(child, connection_at(index)->service, slot,
            named ? connection_badge(index) : 0, token);
        if (result < 0) {
            return result;
        }
    }
    return 0;
}

/* Up to where the caller uses the stack in its block. */
static uint64_t stack_of(const struct call *call)
{
    uint64_t stack = thread_block(call->thread->number) + BLOCK_STACK;

    return call->words[1] - stack < BLOCK_SIZE - BLOCK_STACK ? call->words[1] : stack;
}

static int copy_memory(const struct call *call, struct process *child)
{
    struct space *space = call->process->space;

    child->space = call->words[2] & PROC_FORK_SHARE ? space_borrow(space, stack_of(call))
                                                    : space_fork(space, stack_of(call));
    if (!child->space || !process_map_pages(child, child->space)
        || !handle_copy_all(call->process, child)) {
        return -ENOMEM;
    }
    return 0;
}

/* It goes on with the segment bases of its parent. */
static int start(const struct call *call, struct process *child)
{
    struct thread *thread = thread_create(child, call->thread->number, child->pid);
    struct user_context regs;

    if (!thread || kc_tcb_read_registers(call->thread->tcb, false, 0, USER_CONTEXT_WORDS,
            &regs) != ERROR_NONE) {
        return -ENOMEM;
    }
    regs.rip = call->words[0];
    regs.rsp = call->words[1];
    return thread_start(thread, &regs) ? 0 : -ENOMEM;
}

static void tell(struct thread *thread, struct process *child)
{
    if (thread->child) {
        thread->child->maker = NULL;
    }
    thread->child = child;
    child->maker = thread;
}

void fork_done(struct process *child)
{
    if (child->maker) {
        child->maker->child = NULL;
        thread_wake(child->maker, EVENT_FORK);
        child->maker = NULL;
    }
}

/* entry, stack pointer, flags, count, pairs of slot and token -> pid */
int call_fork(struct call *call)
{
    struct process *child;
    int error;

    if (call->words[2] > FLAGS || call->words[3] > (call->word_count - FIRST_PAIR) / 2) {
        return -EINVAL;
    }
    child = process_create(call->process);
    if (!child) {
        return -EAGAIN;
    }
    error = copy_memory(call, child);
    if (error == 0) {
        error = copy_connections(call, child);
    }
    if (error == 0) {
        error = start(call, child);
    }
    if (error < 0) {
        process_abandon(child);
        return error == -ENFILE ? -EAGAIN : error;
    }
    if (call->words[2] & PROC_FORK_TELL) {
        tell(call->thread, child);
    }
    call->result[0] = child->pid;
    return 0;
}
