/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of the calls that move data, shared by the plain, short and long forms.
 */
#pragma once

#include <transport/client.h>
#include <transport/descriptor.h>
#include <util/errno.h>

#define LIKELY(condition) __builtin_expect(!!(condition), 1)

/* Register 0 for this offset; sets the label's bit for the file's own position. */
static inline uint64_t data_place(int64_t offset, uint64_t *label)
{
    if (offset == UXRT_CURRENT) {
        *label |= REQUEST_CURRENT;
        return 0;
    }
    return (uint64_t)offset;
}

/* True if the call is to be made again, after a wait: the server had nothing yet. Else
 * *result is what the program gets. */
bool data_again(struct uxrt_thread *t, int64_t *result);

/* A read or write of any length on a file of any kind, or null (EBADF); waits. */
int64_t data_read(struct uxrt_thread *t, const struct file *file, void *data,
    size_t count, int64_t offset);
int64_t data_write(struct uxrt_thread *t, const struct file *file, const void *data,
    size_t count, int64_t offset);

static inline void data_counted(struct uxrt_thread *t, size_t count)
{
    t->counts.copies++;
    t->counts.copied += count;
}

/* client_call with an offset, again and again until there is something: the result. */
int64_t data_call(struct uxrt_thread *t, const struct file *file, uint64_t label,
    int64_t offset, uint64_t second, unsigned length);
