/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exec: a fresh space with a pristine library, which loads the program. What can fail is
 * done before the old space is given up; after that the process can only end.
 */
#include <memory/slot.h>
#include <process/call.h>

#include <stddef.h>

#include <process/connection.h>
#include <process/image.h>
#include <process/signal.h>
#include <process/thread.h>
#include <transport/start.h>
#include <util/errno.h>
#include <util/string.h>

enum { NAME_READ = 1024 };

/* The bytes are the process's own, so they may be anything. */
void process_take_name(struct process *process, uint64_t address, size_t bytes)
{
    static char text[NAME_READ];
    struct start start;
    uint64_t offset;
    int64_t count;
    const char *last;

    if (space_read(process->space, address, &start, sizeof(start)) != sizeof(start)) {
        return;
    }
    offset = sizeof(start) + (uint64_t)start.connections * sizeof(struct start_connection)
             + (uint64_t)start.files * sizeof(struct start_file);
    if (start.magic != START_MAGIC || offset >= bytes) {
        return;
    }
    bytes -= offset;
    count = space_read(process->space, address + offset, text,
        bytes < NAME_READ ? bytes : NAME_READ);
    if (count <= 0) {
        return;
    }
    text[count - 1] = '\0';
    last = strrchr(text, '/');
    last = last ? last + 1 : text;
    memset(process->name, 0, sizeof(process->name));
    memcpy(process->name, last, strnlen(last, sizeof(process->name) - 1));
}

/* Connections stay, but in the new space there is no buffer yet. */
static void leave_buffers(struct process *process)
{
    for (unsigned slot = connection_slot(process, 0); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        buffer_leave_client(connection_at(process->connections[slot]));
    }
    buffer_drop_left(process);
}

/* What the first thread's page keeps. */
struct kept {
    uint64_t blocked;
    uint32_t death_signal;
};

/* The thread that has made the call, if it may go on as the first one; else a new one. */
static struct thread *begin(struct process *process, struct thread *caller)
{
    if (!caller) {
        return thread_create(process, 0, process->pid);
    }
    if (!thread_enter_space(caller)) {
        thread_end(caller, true);
        return NULL;
    }
    return caller;
}

static void run(struct process *process, struct thread *thread, uint64_t address,
    uint64_t bytes, const struct kept *kept)
{
    struct user_context regs = {
        .rip = image_header()->start, .rsp = thread_block(0) + BLOCK_PRIVATE,
        .rdi = address, .rsi = bytes,
    };

    if (thread) {
        thread->page->blocked = kept->blocked;
        thread->page->death_signal = kept->death_signal;
        signal_exec(process);
    }
    if (!thread || !thread_start(thread, &regs)) {
        process_kill(process, SIGNAL_KILL);
    }
}

/* All that belonged to the old image goes. The caller stays if it is the first thread, and
 * has nothing to do with a service. */
static struct thread *leave(struct process *process, struct thread *caller)
{
    bool stays = caller->number == 0 && caller->tid == process->pid && !caller->bound;

    connection_drop_buffers(caller, true);
    if (stays) {
        thread_leave_space(caller);
    }
    process_strip(process, stays ? caller : NULL);
    leave_buffers(process);
    return stays ? caller : NULL;
}

/* address, size */
int call_exec(struct call *call)
{
    struct process *process = call->process;
    uint64_t address = call->words[0], size = call->words[1];
    uint64_t pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);
    struct kept kept;
    struct thread *thread;
    struct space *space, *old = process->space;
    int error = -ENOMEM;

    if (address % PAGE_SIZE || address < PROGRAM_BASE || address >= PROGRAM_END
        || size == 0 || size > PROGRAM_END - address) {
        return -EINVAL;
    }
    if (size > START_BYTES_MAX) {
        return -E2BIG;
    }
    space = space_create();
    if (!space) {
        return -ENOMEM;
    }
    if (!process_map_pages(process, space) || !image_map(space)
        || (error = space_move(process->space, space, address, pages)) < 0) {
        space_destroy(space);
        return error;
    }
    image_begin(space, address, pages);
    kept = (struct kept){
        call->thread->page->blocked, call->thread->page->death_signal,
    };
    thread = leave(process, call->thread);
    process->space = space;
    process->executed = true;
    process_take_name(process, address, size);
    thread = begin(process, thread);
    space_destroy(old);
    fork_done(process);
    run(process, thread, address, size, &kept);
    return CALL_NO_ANSWER;
}
