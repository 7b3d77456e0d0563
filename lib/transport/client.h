/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests as a client, below descriptors: a connection slot and a file id. Results are a
 * count or a negative error number; -ERROR_WAIT, -ERROR_LINK and -ERROR_MOUNT come back as
 * they are, with the reply's bytes in the message registers (uxrt_registers_in).
 * A label without REPLY_SERVED is the kernel's: -EIO.
 */
#pragma once

#include <stdbool.h>

#include <transport/process.h>
#include <transport/thread.h>
#include <util/errno.h>

/* One round trip with everything given: `label` from request_label(), `first` is message
 * register 0, `length` the words of the message (the bytes are in uxrt_registers_out for
 * form MESSAGE). Returns the reply's label. The primitive under all others; also checks
 * the reply (count done <= asked). */
uint64_t client_call(struct uxrt_thread *t, unsigned slot, uint64_t label, uint64_t first,
    uint64_t second, unsigned length);

/* Data in any memory, of any length; chooses the form. offset may be UXRT_CURRENT or an
 * attribute address. Up to one window or message; no loop. `end` may be null. Touches pages
 * and repeats when told; -EFAULT if that fails (fix-up table). */
int64_t client_read(struct uxrt_thread *t, unsigned slot, uint32_t file, void *data,
    size_t count, int64_t offset);
int64_t client_write(struct uxrt_thread *t, unsigned slot, uint32_t file, const void *data,
    size_t count, int64_t offset);

/* A write whose bytes are a head and a tail (a mode, then a name) in one message; EMSGSIZE
 * if they do not fit. */
int64_t client_write_two(struct uxrt_thread *t, unsigned slot, uint32_t file,
    int64_t offset, const void *head, size_t head_count, const void *tail,
    size_t tail_count);

/* A read of an attribute of a name below the file; EMSGSIZE if the name is longer than
 * SHORT_NAME_MAX, or `count` than SHORT_READ_MAX. */
int64_t client_read_named(struct uxrt_thread *t, unsigned slot, uint32_t file,
    int64_t address, const char *name, size_t length, void *data, size_t count);

/* A call of the process server (process.h): words, then bytes. 0 or a negative error; the
 * results are in t->shared->result. */
int64_t client_proc(struct uxrt_thread *t, enum proc_call call, const uint64_t *words,
    unsigned count, const void *bytes, size_t byte_count);

/* Waits for this thread's notification; clears and returns thread_page.events.
 * While there is a signal to take, it does not wait: EVENT_SIGNAL. */
uint32_t client_wait(struct uxrt_thread *t);
/* Waits for the notification once, whatever is there. */
void client_sleep(struct uxrt_thread *t);

/* Is there a signal to take before anything is waited for? Then waits end with EINTR. */
static inline bool client_signalled(const struct uxrt_thread *t)
{
    return __atomic_load_n(&t->shared->pending, __ATOMIC_ACQUIRE)
           & (~t->shared->blocked | t->shared->waited);
}

/* Waits that the server limits (ERROR_TIMED): has this result to do with one? Then as
 * client_again; -EAGAIN when the time is over. */
static inline bool client_limited(const struct uxrt_thread *t, int64_t result)
{
    return result == -ERROR_TIMED || t->wait_end;
}
bool client_again_limited(struct uxrt_thread *t, int64_t *result);

/* After a result of a request: true if it has to be made again, because the server had
 * nothing yet. -EINTR if there is a signal. */
static inline bool client_again(struct uxrt_thread *t, int64_t *result)
{
    if (*result != -ERROR_WAIT) {
        return client_limited(t, *result) && client_again_limited(t, result);
    }
    if (client_signalled(t)) {
        *result = -EINTR;
        return false;
    }
    client_wait(t);
    return true;
}

/* The result of a request without a name, as a program may see it: what only the library
 * understands is a fault of the server there. */
static inline int64_t client_told(int64_t result)
{
    return result <= -ERROR_WAIT ? -EIO : result;
}

/* client_read until the server has it: a count, or an error that a program may see. */
static inline int64_t client_get(struct uxrt_thread *t, unsigned slot, uint32_t file,
    void *data, size_t count, int64_t offset)
{
    int64_t result;

    do {
        result = client_read(t, slot, file, data, count, offset);
    } while (client_again(t, &result));
    return client_told(result);
}

/* memcpy from or to program memory; false instead of a fault (fix-up table). */
bool copy_in(void *to, const void *from, size_t count);
bool copy_out(void *to, const void *from, size_t count);
