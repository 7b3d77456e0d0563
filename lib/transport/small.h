/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shortest paths of a client's plain reads and writes. small.c: up to 24 bytes
 * written or 32 read, which stay in processor registers on their way; large.c: more than
 * a message holds. Here is what they and tests share.
 */
#pragma once

#include <transport/client.h>
#include <transport/data.h>
#include <transport/descriptor.h>
#include <transport/reply.h>

enum { SMALL_READ = 32, SMALL_WRITE = 24 };

/* May a request on this descriptor go one of these paths? */
static inline bool small_goes(uint64_t word, int64_t offset)
{
    return LIKELY((word & DESCRIPTOR_CONNECTION)
                  && (offset >= 0 || offset == UXRT_CURRENT));
}

static inline uint64_t small_cap(uint64_t word)
{
    return CAP_BASE + (word & DESCRIPTOR_SLOT);
}

/* For the call that follows: how to make it again. */
static inline void small_note(struct uxrt_thread *t, int descriptor, int64_t offset)
{
    t->small_descriptor = descriptor;
    t->small_offset = offset;
}

/* The message info of a request on a descriptor. */
static inline uint64_t small_info(uint64_t word, bool write, enum request_form form,
    size_t count, bool current)
{
    uint64_t label = count | (write ? REQUEST_WRITE : 0)
                     | (uint64_t)form << REQUEST_FORM_SHIFT
                     | (current ? REQUEST_CURRENT : 0);

    return ((word & ~UINT64_C(0xfff)) | label << 12)
           + 1 + (write && form == FORM_MESSAGE ? words_of(count) : 0);
}

/* Does this info say that all of `count` has been done, with so many words, and no
 * more? */
static inline bool small_done(uint64_t info, size_t count, uint64_t words)
{
    return __builtin_expect(info == (REPLY_SERVED << 12 | count << 12 | words), 1);
}

/* Requests with a reply window; the arguments are where the program put them. */
int64_t large_read(int descriptor, void *data, size_t count, int64_t offset,
    struct uxrt_thread *t);
int64_t large_write(int descriptor, const void *data, size_t count, int64_t offset,
    struct uxrt_thread *t);

/* Up to 32 bytes in registers to memory: what arrived, or -EFAULT. */
int64_t small_put(char *to, size_t count, uint64_t first, uint64_t second, uint64_t third,
    uint64_t fourth);

/* Up to 24 bytes of memory to words, which are 0 beyond; false: it is not there. */
bool small_take(uint64_t words[3], const char *from, size_t count);
