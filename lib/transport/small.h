/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small requests of a client: up to 24 bytes written or 32 read, which stay in processor
 * registers on their way. Here is what small.c and tests share: the message info.
 */
#pragma once

#include <transport/client.h>
#include <transport/descriptor.h>
#include <transport/reply.h>

enum { SMALL_READ = 32, SMALL_WRITE = 24 };

/* The message info of a small request on a descriptor. */
static inline uint64_t small_info(uint64_t word, bool write, size_t count, bool current)
{
    uint64_t label = count | (write ? REQUEST_WRITE : 0)
                     | (current ? REQUEST_CURRENT : 0);

    return ((word & ~UINT64_C(0xfff)) | label << 12)
           + 1 + (write ? words_of(count) : 0);
}

/* Does this info say that all of `count` has been done, with so many words, and no
 * more? */
static inline bool small_done(uint64_t info, size_t count, uint64_t words)
{
    return __builtin_expect(info == (REPLY_SERVED << 12 | count << 12 | words), 1);
}

/* Up to 32 bytes in registers to memory: what arrived, or -EFAULT. */
int64_t small_put(char *to, size_t count, uint64_t first, uint64_t second, uint64_t third,
    uint64_t fourth);

/* Up to 24 bytes of memory to words, which are 0 beyond; false: it is not there. */
bool small_take(uint64_t words[3], const char *from, size_t count);
