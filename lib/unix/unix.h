/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Linux x86-64 system call interface, made of the library's own functions. A handler
 * gets the program's registers and returns what the program finds in rax: a value, or a
 * negative error number. table.c lists the handlers by number; each file has one subject.
 * Memory of the program is used through copy_in, copy_out and text_in only, which end in
 * EFAULT and not in a fault.
 */
#pragma once

#include <transport/client.h>
#include <transport/descriptor.h>
#include <transport/foreign.h>
#include <transport/names.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

#define UNIX_HANDLER(name) \
    int64_t unix_##name(struct uxrt_thread *t, struct foreign_frame *frame); \
    int64_t unix_##name( \
        __attribute__((unused)) struct uxrt_thread *t, \
        __attribute__((unused)) struct foreign_frame *frame)

/* Arguments as the program gave them. */
static inline uint64_t argument(const struct foreign_frame *frame, unsigned n)
{
    const uint64_t words[] = {frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8,
                              frame->r9};

    return words[n];
}

static inline int argument_int(const struct foreign_frame *frame, unsigned n)
{
    return (int)argument(frame, n);
}

static inline void *argument_pointer(const struct foreign_frame *frame, unsigned n)
{
    return (void *)argument(frame, n);
}

/* Copies a text and its NUL from the program: its length, -EFAULT, or -ENAMETOOLONG if it
 * does not fit. */
int64_t text_in(char *to, const char *from, size_t size);

/* Copies a name for an *at call: -ENOENT if it is empty. */
int name_in(char name[TEXT_SIZE], const void *from);

/* 0, or -EFAULT. */
static inline int64_t give(void *to, const void *from, size_t size)
{
    return copy_out(to, from, size) ? 0 : -EFAULT;
}

static inline int64_t take(void *to, const void *from, size_t size)
{
    return copy_in(to, from, size) ? 0 : -EFAULT;
}

/* "Here", for calls with a directory. */
enum { LINUX_AT_FDCWD = -100 };

/* Flags of the *at calls. */
enum {
    LINUX_AT_SYMLINK_NOFOLLOW = 0x100, LINUX_AT_REMOVEDIR = 0x200,
    LINUX_AT_SYMLINK_FOLLOW = 0x400, LINUX_AT_EMPTY_PATH = 0x1000,
};

struct linux_timespec {
    int64_t seconds, nanoseconds;
};

/* After a write of several places at this offset, which did not do all: goes on until all
 * is done, or nothing more can be. The bytes in all. */
int64_t message_write_rest(struct uxrt_thread *t, int fd, const struct uxrt_iovec *vector,
    uint64_t count, int64_t done, int64_t place);

/* The result of a write; EPIPE sends SIGPIPE to the thread. */
int64_t unix_written(struct uxrt_thread *t, int64_t result);

/* Nanoseconds since 1970. */
int64_t unix_realtime(void);
bool unix_is_realtime(uint64_t clock);
