/* SPDX-License-Identifier: BSD-2-Clause */
/* What processes have used: see usage.h; and the calls that tell. */
#include <process/usage.h>

#include <stddef.h>

#include <boot/boot.h>
#include <kcall/invoke.h>
#include <memory/untyped.h>
#include <process/call.h>
#include <util/errno.h>

static uint64_t used_by_ended;

/* The kernel counts from question to question. */
uint64_t usage_of_thread(struct thread *thread)
{
    uint64_t more = 0;

    if (thread->sc && kc_sched_context_consumed(thread->sc, &more) == ERROR_NONE) {
        thread->used += more;
    }
    return thread->used;
}

uint64_t usage_of(struct process *process)
{
    uint64_t used = process->used;

    for (unsigned i = 0, left = process->thread_count; left > 0; i++) {
        if (process->threads[i]) {
            used += usage_of_thread(process->threads[i]);
            left--;
        }
    }
    return used;
}

uint64_t usage_of_all(void)
{
    uint64_t used = used_by_ended;

    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        used += usage_of(process) - process->used;
    }
    return used;
}

uint64_t usage_migrations(unsigned core)
{
    uint64_t count = 0;

    (void)kc_sched_control_migrations(boot_sched_control(core), &count);
    return count;
}

void usage_end(struct thread *thread)
{
    uint64_t used = usage_of_thread(thread);

    thread->process->used += used;
    used_by_ended += used;
}

uint64_t usage_bytes(const struct process *process)
{
    struct region_info region;
    uint64_t bytes = 0;

    for (uint64_t at = 0; process->space
         && space_next_region(process->space, at, &region) && region.start < PROGRAM_END;
         at = region.end) {
        bytes += region.end - region.start;
    }
    return bytes;
}

uint64_t usage_data(const struct process *process, uint64_t from, uint64_t to,
    bool writable)
{
    struct region_info region;
    uint64_t bytes = 0;

    for (; from < to && space_next_region(process->space, from, &region)
         && region.start < to; from = region.end) {
        uint64_t start = region.start > from ? region.start : from;
        uint64_t end = region.end < to ? region.end : to;

        if (!(region.flags & REGION_SHARED)
            && !(region.protection & PROC_WRITE) == !writable) {
            bytes += end - start;
        }
    }
    return bytes;
}

/* PROC_USAGE_ -> microseconds, pages */
int call_usage(struct call *call)
{
    struct process *process = call->process;

    call->result[1] = space_resident(process->space);
    switch (call->words[0]) {
    case PROC_USAGE_SELF:
        call->result[0] = usage_of(process);
        return 0;
    case PROC_USAGE_CHILDREN:
        call->result[0] = process->children_used;
        call->result[1] = 0;
        return 0;
    case PROC_USAGE_THREAD:
        call->result[0] = usage_of_thread(call->thread);
        return 0;
    default:
        return -EINVAL;
    }
}

/* -> pages, free pages, processes */
int call_system(struct call *call)
{
    uint64_t left = untyped_left() / PAGE_SIZE;

    call->result[0] = frame_total() + left;
    call->result[1] = frame_unused() + left;
    call->result[2] = process_total();
    return 0;
}
