/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fork. Each server in use is asked for a snapshot of the open files; the process server
 * makes the child with connections that have them. The child goes on in context_resume,
 * with a copy of the thread's stack in the library, and forgets what is not its own. So the
 * library's state is always the child's own, even if the program's memory is the parent's.
 */
#include <transport/fork.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/context.h>
#include <transport/descriptor.h>
#include <transport/resolve.h>
#include <transport/table.h>
#include <transport/trace.h>
#include <util/errno.h>

enum { FIRST_PAIR = 4, WORDS_MAX = SHORT_WRITE_MAX / 8,
       PAIRS_MAX = (WORDS_MAX - FIRST_PAIR) / 2 };

static bool program_shared;

bool fork_program_shared(void)
{
    return program_shared;
}

/* The snapshot of one server, as a pair of slot and token: how many pairs there are then. A
 * server that is gone has none, and one that makes none is a new one to the child: *used is
 * false then. */
static int get_token(struct uxrt_thread *t, unsigned slot, bool *used, uint64_t *pairs,
    int count)
{
    uint64_t token;

    *used = *used
        && client_read(t, slot, CONTROL_FILE, &token, sizeof(token),
               (int64_t)attribute_address(ATTR_FORK, 0)) == sizeof(token);
    if (!*used) {
        return count;
    }
    if (count == PAIRS_MAX) {
        return -EAGAIN;
    }
    pairs[2 * count] = slot;
    pairs[2 * count + 1] = token;
    return count + 1;
}

/* There will be no child: what the snapshots hold is let go. */
static void drop_tokens(struct uxrt_thread *t, const uint64_t *pairs, int count)
{
    for (int i = 0; i < count; i++) {
        (void)client_write(t, (unsigned)pairs[2 * i], CONTROL_FILE, &pairs[2 * i + 1],
            sizeof(*pairs), (int64_t)attribute_address(ATTR_FORK, 0));
    }
}

static int get_tokens(struct uxrt_thread *t, bool used[SLOTS], uint64_t *pairs)
{
    int count = get_token(t, SLOT_PROC, &used[SLOT_PROC], pairs, 0);

    for (unsigned slot = SLOT_CONNECTION; slot < connection_slots_end(); slot++) {
        int more = get_token(t, slot, &used[slot], pairs, count);

        if (more < 0) {
            drop_tokens(t, pairs, count);
            return more;
        }
        count = more;
    }
    return count;
}

static void begin_child(struct uxrt_thread *t, const bool used[SLOTS])
{
    thread_prepare(t->number);
    t->unusual = 0;
    t->counts = (struct uxrt_counts){0};
    trace_thread(t);
    t->reply_count = 0;
    t->reply_free = 0;
    connection_after_fork(used);
    connection_thread_begins(t);
    descriptor_after_fork(true);
    current_after_fork();
}

/* True once if the event has come; others stay for who waits for them. */
static bool take_event(struct uxrt_thread *t, uint32_t event)
{
    return __atomic_fetch_and(&t->shared->events, ~event, __ATOMIC_ACQ_REL) & event;
}

/* Its frame is the one that the child goes on in. */
static __attribute__((noinline)) int64_t split(struct uxrt_thread *t,
    const bool used[SLOTS], uint64_t *words, unsigned count)
{
    struct context context;
    uint32_t in_lib = t->shared->in_lib;    /* not of a native program */
    bool share = words[2] & PROC_FORK_SHARE;
    int64_t result;

    words[0] = (uint64_t)context_resume;
    words[1] = (uint64_t)&context;
    if (context_save(&context)) {
        begin_child(t, used);
        t->shared->in_lib = in_lib;
        program_shared = share;
        return 0;
    }
    (void)take_event(t, EVENT_FORK);
    result = client_proc(t, PROC_FORK, words, FIRST_PAIR + 2 * count, NULL, 0);
    if (result < 0) {
        drop_tokens(t, words + FIRST_PAIR, (int)count);
    }
    descriptor_after_fork(false);
    return result < 0 ? result : (int64_t)t->shared->result[0];
}

/* Within descriptor_before_fork(), so that the snapshots have what the child's table has. */
static int fork_locked(struct uxrt_thread *t, bool used[SLOTS], unsigned flags)
{
    uint64_t words[WORDS_MAX];
    int count = get_tokens(t, used, words + FIRST_PAIR), pid;

    if (count < 0) {
        descriptor_after_fork(false);
        return count;
    }
    words[2] = flags;
    words[3] = (uint64_t)count;
    pid = (int)split(t, used, words, (unsigned)count);
    while (pid > 0 && flags & PROC_FORK_TELL && !take_event(t, EVENT_FORK)) {
        client_sleep(t);
    }
    return pid;
}

int fork_with(struct uxrt_thread *t, bool used[SLOTS], unsigned flags)
{
    descriptor_before_fork();
    return fork_locked(t, used, flags);
}

int fork_all(struct uxrt_thread *t, unsigned flags)
{
    bool used[SLOTS] = {false};

    descriptor_before_fork();
    if (trace_file()) {
        used[trace_file()->slot] = true;
    }
    for (int i = descriptor_limit(); i-- > 0;) {
        for (const struct file *file = descriptor_file(i); file; file = file_next(file)) {
            if (file->kind == FILE_CONNECTION) {
                used[file->slot] = true;
            }
        }
    }
    return fork_locked(t, used, flags);
}

int library_fork(struct uxrt_thread *t)
{
    return fork_all(t, 0);
}
