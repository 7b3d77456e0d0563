/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slot is believed only if its own entry names the service, so that one word of the
 * cache can be overwritten at any time. Entries hold the service number + 1. A slot is
 * used again after the end of its service; whoever has a buffer there then has none.
 */
#include <transport/connection.h>

#include <transport/client.h>
#include <transport/lock.h>
#include <util/errno.h>

enum { CACHE_SIZE = 64 };

static uint32_t services[SLOTS];
static uint8_t cache[CACHE_SIZE];

static unsigned slots_end = SLOT_CONNECTION;    /* none was ever used from here on */

static uint64_t threads;        /* that are there: bit n for number n */
static uint32_t lock;           /* of them */
_Static_assert(THREADS_MAX <= 64, "a bit for each");

static bool leads_to(unsigned slot, uint32_t service)
{
    return __atomic_load_n(&services[slot], __ATOMIC_ACQUIRE) == service + 1;
}

uint32_t connection_service(unsigned slot)
{
    if (slot == SLOT_PROC) {
        return SERVICE_PROC;
    }
    return slot < SLOTS ? services[slot] - 1 : NO_SERVICE;
}

unsigned connection_slots_end(void)
{
    return __atomic_load_n(&slots_end, __ATOMIC_RELAXED);
}

void connection_inherit(unsigned slot, uint32_t service)
{
    if (slot >= SLOT_CONNECTION && slot < SLOTS) {
        if (slot >= slots_end) {
            __atomic_store_n(&slots_end, slot + 1, __ATOMIC_RELAXED);
        }
        __atomic_store_n(&services[slot], service + 1, __ATOMIC_RELEASE);
        cache[service % CACHE_SIZE] = (uint8_t)slot;
    }
}

static void no_buffer(struct uxrt_thread *t, unsigned slot)
{
    t->buffer_place[slot] = 0;
    t->buffer_size[slot] = 0;
}

void connection_thread_begins(struct uxrt_thread *t)
{
    for (unsigned slot = SLOT_CONNECTION; slot < connection_slots_end(); slot++) {
        no_buffer(t, slot);
    }
    lock_take(&lock);
    threads |= UINT64_C(1) << t->number;
    lock_release(&lock);
}

void connection_thread_ends(struct uxrt_thread *t)
{
    lock_take(&lock);
    threads &= ~(UINT64_C(1) << t->number);
    lock_release(&lock);
}

/* The slot leads to this service; if it led to another one, which has
 * ended, then the buffers are no good any more. */
static void lead_to(unsigned slot, uint32_t service)
{
    lock_take(&lock);
    if (services[slot] && !leads_to(slot, service)) {
        for (unsigned number = 0; number < THREADS_MAX; number++) {
            if (threads >> number & 1) {
                no_buffer(thread_numbered(number), slot);
            }
        }
    }
    connection_inherit(slot, service);
    lock_release(&lock);
}

static int connect(struct uxrt_thread *t, uint32_t service)
{
    uint64_t word = service;
    int result = client_proc(t, PROC_CONNECT, &word, 1, NULL, 0);
    uint64_t slot = t->shared->result[0];

    if (result < 0) {
        return result;
    }
    if (slot >= SLOTS) {
        return -EIO;
    }
    lead_to((unsigned)slot, service);
    return (int)slot;
}

int connection_slot(struct uxrt_thread *t, uint32_t service)
{
    unsigned slot = cache[service % CACHE_SIZE];

    if (service == SERVICE_PROC) {
        return SLOT_PROC;
    }
    return leads_to(slot, service) ? (int)slot : connect(t, service);
}

void connection_after_fork(const bool used[SLOTS])
{
    lock = 0;
    threads = 0;
    for (unsigned slot = SLOT_CONNECTION; slot < connection_slots_end(); slot++) {
        if (!used[slot]) {
            services[slot] = 0;
        }
    }
}
