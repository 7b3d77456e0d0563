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

/* The thread waits behind all others. */
static void enter(struct thread *thread, const struct futex_wait *wait)
{
    struct thread **place = chain_of(wait);

    while (*place) {
        place = &(*place)->futex.next;
    }
    *place = thread;
    thread->futex = (struct futex_wait){.object = wait->object, .place = wait->place};
}

/* Wakes some of those who wait for a word, then moves some to another one, or none if that
 * is null; how many were woken, and moved. */
static void serve(const struct futex_wait *from, uint64_t wake, const struct futex_wait *to,
    uint64_t move, uint64_t counts[2])
{
    struct thread *next;

    counts[0] = counts[1] = 0;
    for (struct thread *at = *chain_of(from); at; at = next) {
        next = at->futex.next;
        if (at->futex.object != from->object || at->futex.place != from->place) {
            continue;
        }
        if (counts[0] < wake) {
            futex_leave(at);
            thread_wake(at, EVENT_FUTEX);
            counts[0]++;
        } else if (to && counts[1] < move) {
            futex_leave(at);
            enter(at, to);
            counts[1]++;
        } else {
            return;
        }
    }
}

/* address: the thread waits from now on; EVENT_FUTEX comes to it */
int call_futex_wait(struct call *call)
{
    struct futex_wait wait = {0};

    futex_leave(call->thread);
    if (!find(call->process, call->words[0], &wait)) {
        return -EINVAL;
    }
    enter(call->thread, &wait);
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

    if (!find(call->process, call->words[0], &wait)) {
        return -EINVAL;
    }
    serve(&wait, call->words[1], NULL, 0, call->result);
    return 0;
}

/* address, another, count, second count -> how many were woken, how many moved */
int call_futex_requeue(struct call *call)
{
    struct futex_wait from, to;
    bool same;

    if (!find(call->process, call->words[0], &from)
        || !find(call->process, call->words[1], &to)) {
        return -EINVAL;
    }
    same = from.object == to.object && from.place == to.place;
    serve(&from, call->words[2], same ? NULL : &to, call->words[3], call->result);
    return 0;
}

/* --- the end of a process ---------------------------------------- */

enum { ENTRIES_MAX = 2048 };
#define OWNER_DIED UINT32_C(0x40000000)
#define WAITERS    UINT32_C(0x80000000)
#define OWNER      UINT32_C(0x3fffffff)

/* As Linux has it: entries are linked, the last one to the head; the word of each mutex is
 * so far from its entry. Bit 0 of a link says something about the mutex. */
struct robust_list {
    uint64_t first;
    int64_t offset;
    uint64_t pending;           /* the one that was being taken or given back */
};

static bool read_words(struct thread *thread, uint64_t address, void *to, size_t bytes)
{
    return space_read(thread->process->space, address, to, bytes) == (int64_t)bytes;
}

/* The owner of the mutex is dead, if it was this thread; somebody who waits is woken. */
static void give_up(struct thread *thread, uint64_t address)
{
    struct futex_wait wait;
    uint64_t counts[2];
    uint32_t word;

    if (!find(thread->process, address, &wait)
        || !read_words(thread, address, &word, sizeof(word))
        || (word & OWNER) != thread->tid) {
        return;
    }
    word = (word & WAITERS) | OWNER_DIED;
    if (space_write(thread->process->space, address, &word, sizeof(word)) > 0) {
        serve(&wait, 1, NULL, 0, counts);
    }
}

void futex_thread_ends(struct thread *thread)
{
    uint64_t head = thread->page ? thread->page->robust : 0, at, next;
    struct robust_list list;

    if (!head || !thread->process->space || !read_words(thread, head, &list, sizeof(list))) {
        return;
    }
    at = list.first & ~UINT64_C(1);
    for (unsigned i = 0; at != head && i < ENTRIES_MAX; i++) {
        if (!read_words(thread, at, &next, sizeof(next))) {
            return;
        }
        if (at != (list.pending & ~UINT64_C(1))) {
            give_up(thread, at + (uint64_t)list.offset);
        }
        at = next & ~UINT64_C(1);
    }
    if (list.pending & ~UINT64_C(1)) {
        give_up(thread, (list.pending & ~UINT64_C(1)) + (uint64_t)list.offset);
    }
}
