/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * splice, tee and vmsplice: moving bytes to and from pipes, which here are copies. A piece
 * is no longer than a pipe takes as a whole, and is read when there is room for it, so that
 * none is lost.
 */
#include <transport/pipe.h>
#include <transport/poll.h>
#include <unix/unix.h>

enum { PIECE = 4096, SPLICE_NOW = 2, SPLICE_FLAGS = 15, VECTOR_MAX = 1024 };

static bool is_pipe(struct uxrt_thread *t, int fd)
{
    uint32_t size;

    return library_get(t, fd, ATTR_CONTROL, PIPE_SIZE, &size, sizeof(size)) == sizeof(size);
}

/* Can it be read, or written, without waiting? */
static bool is_ready(struct uxrt_thread *t, int fd, uint32_t wanted)
{
    struct uxrt_poll one = {.file = fd, .wanted = wanted};

    return poll_files(t, &one, 1, POLL_LOOK) > 0;
}

struct splice {
    int from, to;
    int64_t *from_offset, *to_offset;   /* or null: the file's own position */
    uint64_t count;
    bool now;                           /* do not wait */
    bool keep;                          /* tee: the bytes stay */
};

/* Reads the next piece, after `done` bytes. */
static int64_t take_piece(struct uxrt_thread *t, const struct splice *s, uint64_t done,
    char *piece, uint64_t count)
{
    uint64_t peek = PIPE_PEEK | done << PIPE_SKIP_SHIFT;

    if (s->keep)
        return library_get(t, s->from, ATTR_CONTROL, peek, piece, count);
    return s->from_offset ? library_pread(t, s->from, piece, count, *s->from_offset)
                          : library_read(t, s->from, piece, count);
}

static int64_t put_piece(struct uxrt_thread *t, const struct splice *s, const char *piece,
    uint64_t count)
{
    uint64_t done = 0;
    int64_t part = 1;

    while (done < count && part > 0) {
        part = s->to_offset
            ? library_pwrite(t, s->to, piece + done, count - done,
                  *s->to_offset + (int64_t)done)
            : library_write(t, s->to, piece + done, count - done);
        done += part > 0 ? (uint64_t)part : 0;
    }
    return done ? (int64_t)done : unix_written(t, part);
}

/* One piece: its bytes, 0 at the end, or an error. Only the first one waits. */
static int64_t move_piece(struct uxrt_thread *t, const struct splice *s, uint64_t done)
{
    uint64_t left = s->count - done, count = left < PIECE ? left : PIECE;
    char piece[PIECE];

    if ((done || s->now)
        && (!is_ready(t, s->to, UXRT_READY_WRITE) || !is_ready(t, s->from, UXRT_READY_READ)))
        return -EAGAIN;
    if (s->keep && !done) {
        struct uxrt_poll one = {.file = s->from, .wanted = UXRT_READY_READ};
        int error = poll_files(t, &one, 1, POLL_FOREVER);

        if (error < 0)
            return error;
    }
    int64_t got = take_piece(t, s, done, piece, count);

    if (got <= 0)
        return got;
    got = put_piece(t, s, piece, (uint64_t)got);
    if (got > 0 && s->from_offset)
        *s->from_offset += got;
    if (got > 0 && s->to_offset)
        *s->to_offset += got;
    return got;
}

static int64_t move(struct uxrt_thread *t, const struct splice *s)
{
    uint64_t done = 0;

    while (done < s->count) {
        int64_t part = move_piece(t, s, done);

        if (part <= 0)
            return done ? (int64_t)done : part;
        done += (uint64_t)part;
    }
    return (int64_t)done;
}

/* Are the descriptors there, and open the right way? */
static int64_t check(const struct splice *s)
{
    const struct file *from = descriptor_file(s->from), *to = descriptor_file(s->to);

    return from && to && from->flags & UXRT_READ && to->flags & UXRT_WRITE ? 0 : -EBADF;
}

/* The program's offset of an end: none of a pipe. */
static int64_t offset_in(const int64_t *user, bool pipe, int64_t *offset, int64_t **place)
{
    *place = user ? offset : NULL;
    if (!user)
        return 0;
    if (pipe)
        return -ESPIPE;
    if (take(offset, user, sizeof(*offset)))
        return -EFAULT;
    return *offset < 0 ? -EINVAL : 0;
}

/* Are they ends of one pipe? */
static bool same_pipe(struct uxrt_thread *t, const struct splice *s)
{
    struct uxrt_stat from, to;

    return !library_fstat(t, s->from, &from) && !library_fstat(t, s->to, &to)
           && from.device == to.device && from.node == to.node;
}

UNIX_HANDLER(splice)
{
    struct splice s = {
        .from = argument_int(frame, 0), .to = argument_int(frame, 2),
        .count = argument(frame, 4), .now = argument(frame, 5) & SPLICE_NOW,
    };
    int64_t *user[2] = {argument_pointer(frame, 1), argument_pointer(frame, 3)};
    int64_t offsets[2], error = check(&s), result;

    if (error)
        return error;
    bool pipes[2] = {is_pipe(t, s.from), is_pipe(t, s.to)};

    error = offset_in(user[0], pipes[0], &offsets[0], &s.from_offset);
    if (!error)
        error = offset_in(user[1], pipes[1], &offsets[1], &s.to_offset);
    if (error)
        return error;
    if ((!pipes[0] && !pipes[1]) || (pipes[0] && pipes[1] && same_pipe(t, &s))
        || argument(frame, 5) & ~(uint64_t)SPLICE_FLAGS
        || descriptor_file(s.to)->flags & UXRT_APPEND)
        return -EINVAL;
    result = move(t, &s);
    for (unsigned i = 0; i < 2 && result > 0; i++) {
        if (user[i] && give(user[i], &offsets[i], sizeof(offsets[i])))
            return -EFAULT;
    }
    return result;
}

UNIX_HANDLER(tee)
{
    const struct splice s = {
        .from = argument_int(frame, 0), .to = argument_int(frame, 1),
        .count = argument(frame, 2), .now = argument(frame, 3) & SPLICE_NOW, .keep = true,
    };
    int64_t error = check(&s);

    if (error)
        return error;
    if (!is_pipe(t, s.from) || !is_pipe(t, s.to) || same_pipe(t, &s)
        || argument(frame, 3) & ~(uint64_t)SPLICE_FLAGS)
        return -EINVAL;
    return move(t, &s);
}

/* To a pipe, or from one. */
UNIX_HANDLER(vmsplice)
{
    int fd = argument_int(frame, 0);
    const struct file *file = descriptor_file(fd);
    const struct uxrt_iovec *vector = argument_pointer(frame, 1);
    bool write = file && file->flags & UXRT_WRITE;

    if (!file || !is_pipe(t, fd))
        return -EBADF;
    if (argument(frame, 2) > VECTOR_MAX || argument(frame, 3) & ~(uint64_t)SPLICE_FLAGS)
        return -EINVAL;
    if (!argument(frame, 2))
        return 0;
    if (argument(frame, 3) & SPLICE_NOW
        && !is_ready(t, fd, write ? UXRT_READY_WRITE : UXRT_READY_READ))
        return -EAGAIN;
    return write ? unix_written(t, library_writev(t, fd, vector, argument_int(frame, 2)))
                 : library_readv(t, fd, vector, argument_int(frame, 2));
}
