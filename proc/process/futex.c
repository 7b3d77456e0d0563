/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of several processes that wait for a word of memory that they share. A word is
 * known by its object and its place there; what it holds is the libraries' matter. Waking
 * somebody in vain does no harm, so nothing here keeps the object.
 */
#include <process/futex.h>

#include <process/call.h>
#include <process/thread.h>
#include <util/errno.h>

enum { CHAINS = 64, WORD = 4 };

static struct thread *chains[CHAINS];       /* who waited first stands first */

static struct thread **chain_of(const struct futex_wait *wait)
{
    return &chains[((uint64_t)wait->object >> 6 ^ wait->place >> 2) % CHAINS];
}

/* The word at an address of the process; false: it is not shared. */
static bool find(const struct process *process, uint64_t address, struct futex_wait *wait)
{
    struct region_info region;

    if (address % WORD || !space_next_region(process->space, address, &region)
        || region.start > address || !(region.flags & REGION_SHARED) || !region.object
        || region.flags & REGION_SYSTEM) {
        return false;
    }
    wait->object = region.object;
    wait->place = (uint64_t)region.offset * PAGE_SIZE + (address - region.start);
    return true;
}

bool futex_leave(struct thread *thread)
{
    struct futex_wait *wait = &thread->futex;
    struct thread **place = wait->object ? chain_of(wait) : NULL;

    if (!place) {
        return false;
    }
    while (*place != thread) {
        place = &(*place)->futex.next;
    }
    *place = wait->next;
    wait->object = NULL;
    return true;
}

/* address: the thread waits from now on; EVENT_FUTEX comes to it */
int call_futex_wait(struct call *call)
{
    struct futex_wait wait = {0};
    struct thread **place;

    futex_leave(call->thread);
    if (!find(call->process, call->words[0], &wait)) {
        return -EINVAL;
    }
    call->thread->futex = wait;
    place = chain_of(&wait);
    while (*place) {
        place = &(*place)->futex.next;
    }
    *place = call->thread;
    return 0;
}

/* -> 1 if the thread was still waiting; it does not any more */
int call_futex_leave(struct call *call)
{
    call->result[0] = futex_leave(call->thread);
    return 0;
}

/* address, count -> how many were woken */
int call_futex_wake(struct call *call)
{
    struct futex_wait wait;
    struct thread *next;
    uint64_t woken = 0;

    if (!find(call->process, call->words[0], &wait)) {
        return -EINVAL;
    }
    for (struct thread *at = *chain_of(&wait); at && woken < call->words[1]; at = next) {
        next = at->futex.next;
        if (at->futex.object == wait.object && at->futex.place == wait.place) {
            futex_leave(at);
            thread_wake(at, EVENT_FUTEX);
            woken++;
        }
    }
    call->result[0] = woken;
    return 0;
}
