/* SPDX-License-Identifier: BSD-2-Clause */
/* What a request meets; see world.h. */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <abi/invocation.h>
#include <kcall/syscall.h>
#include <transport/copy.h>
#include <transport/trace.h>

struct world_window world_window;
static struct ipc_buffer ipc;
static struct thread_page page;
static struct uxrt_thread thread;

/* Memory at a fixed place, zeroed. */
static void place(uint64_t address, size_t size)
{
    int fixed = MAP_FIXED_NOREPLACE;
    static uint64_t done[8];

    for (unsigned i = 0; i < 8; i++) {
        if (done[i] == address || !done[i]) {
            fixed = done[i] ? MAP_FIXED : fixed;
            done[i] = address;
            break;
        }
    }
    if (mmap((void *)address, size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0) != (void *)address) {
        abort();
    }
}

struct uxrt_thread *world_begin(void)
{
    struct identity *identity = (struct identity *)IDENTITY_TABLE;

    place(IDENTITY_TABLE, sizeof(struct identity) << 20);
    place(BUFFER_TABLE, sizeof(struct buffer_entry) * BUFFERS_MAX);
    place(BUFFER_AREA, BUFFER_STRIDE * 8);
    identity[WORLD_CONNECTION].generation = WORLD_GENERATION;
    identity[WORLD_CONNECTION].state = IDENTITY_LIVE;
    *world_buffer_entry(WORLD_BUFFER) = (struct buffer_entry){world_badge(), WORLD_SIZE};
    memset(&ipc, 0, sizeof(ipc));
    memset(&world_window, 0, sizeof(world_window));
    world_window.step = world_window.missing = SIZE_MAX;
    thread = (struct uxrt_thread){.ipc = &ipc, .shared = &page, .identities = identity};
    return &thread;
}

uint64_t world_badge(void)
{
    return badge_of(WORLD_CONNECTION, WORLD_GENERATION);
}

struct buffer_entry *world_buffer_entry(unsigned number)
{
    return (struct buffer_entry *)BUFFER_TABLE + number;
}

char *world_buffer(void)
{
    return (char *)BUFFER_AREA + WORLD_BUFFER * BUFFER_STRIDE;
}

/* A copy through the window, as window(7) says. */
static uint64_t window_copy(uint64_t mr[4])
{
    uint64_t offset = mr[0], length = mr[2], done = length;

    world_window.calls++;
    if (offset > world_window.length || length > world_window.length - offset) {
        return message_info(ERROR_RANGE, 0, 0, 2);
    }
    if (done > world_window.step) {
        done = world_window.step;
    }
    if (offset + done > world_window.missing) {
        done = offset < world_window.missing ? world_window.missing - offset : 0;
    }
    if (mr[3] == WINDOW_READ) {
        memcpy((void *)mr[1], world_window.memory + offset, done);
    } else {
        memcpy(world_window.memory + offset, (void *)mr[1], done);
    }
    mr[0] = done;
    return message_info(ERROR_NONE, 0, 0, 1);
}

/* The process server is asked only for memory. */
static uint64_t process_call(uint64_t info, uint64_t mr[4])
{
    if (ATTRIBUTE_OF(mr[0]) != ATTR_PROC + PROC_MAP) {
        return message_info(reply_label(REPLY_COUNT(message_label(info))), 0, 0, 0);
    }
    page.result[0] = (uint64_t)mmap(NULL, mr[2], PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return message_info(reply_label(REPLY_COUNT(message_label(info))), 0, 0, 0);
}

uint64_t kc_trap(int64_t number, uint64_t *cap, uint64_t info, uint64_t mr[4])
{
    (void)number;
    if (*cap == cap_at(SLOT_PROC)) {
        return process_call(info, mr);
    }
    if (message_label(info) != INVOKE_REPLY_WINDOW_COPY) {
        abort();
    }
    return window_copy(mr);
}

uint64_t kc_trap_reply(int64_t number, uint64_t *cap_badge, uint64_t info, uint64_t mr[4],
    uint64_t reply, uint64_t dest)
{
    (void)number; (void)cap_badge; (void)info; (void)mr; (void)reply; (void)dest;
    abort();
}

void kc_trap_null(int64_t number)
{
    (void)number;
    abort();
}

bool copy_in(void *to, const void *from, size_t count)
{
    if (count) {
        memcpy(to, from, count);
    }
    return true;
}

bool copy_out(void *to, const void *from, size_t count)
{
    if (count) {
        memcpy(to, from, count);
    }
    return true;
}

bool copy_touch_read(const void *byte)
{
    return byte != NULL;
}

bool copy_touch_write(const void *byte)
{
    return byte != NULL;
}

/* No thread here is traced. */
struct uxrt_trace trace_before(struct uxrt_thread *t, unsigned slot, uint64_t label,
    uint64_t first)
{
    (void)t, (void)slot, (void)label, (void)first;
    abort();
}

uint64_t trace_after(struct uxrt_thread *t, struct uxrt_trace *record, uint64_t reply)
{
    (void)t, (void)record;
    return reply;
}
