/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing: these calls are the transport's as they are. */
#include <unix/size.h>

UNIX_HANDLER(read)
{
    return library_read(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2));
}

UNIX_HANDLER(write)
{
    const struct uxrt_iovec one = {argument_pointer(frame, 1), argument(frame, 2)};
    int fd = argument_int(frame, 0);

    if (size_limited())
        return unix_written(t, size_write(t, fd, &one, 1, UXRT_CURRENT));
    int64_t result = library_write(t, fd, one.base, one.length);

    if (result > 0 && (uint64_t)result < one.length)
        result = message_write_rest(t, fd, &one, 1, result, UXRT_CURRENT);
    return unix_written(t, result);
}

UNIX_HANDLER(readv)
{
    return library_readv(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_int(frame, 2));
}

UNIX_HANDLER(writev)
{
    const struct uxrt_iovec *vector = argument_pointer(frame, 1);
    int fd = argument_int(frame, 0), count = argument_int(frame, 2);

    if (size_limited() && count >= 0)
        return unix_written(t, size_write(t, fd, vector, (uint64_t)count, UXRT_CURRENT));
    int64_t result = library_writev(t, fd, vector, count);

    if (result > 0)
        result = message_write_rest(t, fd, vector, (uint64_t)count, result, UXRT_CURRENT);
    return unix_written(t, result);
}

/* The offset that stands for the file's position is none of Linux's. */
static int64_t offset_of(const struct foreign_frame *frame)
{
    return (int64_t)argument(frame, 3);
}

UNIX_HANDLER(pread64)
{
    return offset_of(frame) < 0 ? -EINVAL
           : library_pread(t, argument_int(frame, 0), argument_pointer(frame, 1),
                 argument(frame, 2), offset_of(frame));
}

UNIX_HANDLER(pwrite64)
{
    const struct uxrt_iovec one = {argument_pointer(frame, 1), argument(frame, 2)};

    return offset_of(frame) < 0 ? -EINVAL
           : size_limited()
           ? size_write(t, argument_int(frame, 0), &one, 1, offset_of(frame))
           : library_pwrite(t, argument_int(frame, 0), argument_pointer(frame, 1),
                 argument(frame, 2), offset_of(frame));
}

UNIX_HANDLER(preadv)
{
    return offset_of(frame) < 0 ? -EINVAL
           : library_preadv(t, argument_int(frame, 0), argument_pointer(frame, 1),
                 argument_int(frame, 2), offset_of(frame));
}

UNIX_HANDLER(pwritev)
{
    return offset_of(frame) < 0 || argument_int(frame, 2) < 0 ? -EINVAL
           : size_limited()
           ? size_write(t, argument_int(frame, 0), argument_pointer(frame, 1),
                 argument(frame, 2), offset_of(frame))
           : library_pwritev(t, argument_int(frame, 0), argument_pointer(frame, 1),
                 argument_int(frame, 2), offset_of(frame));
}

/* With flags of which none is known; offset -1 is the file's position. */
static int64_t vector2(struct uxrt_thread *t, const struct foreign_frame *frame,
    bool write)
{
    int fd = argument_int(frame, 0), count = argument_int(frame, 2);
    void *v = argument_pointer(frame, 1);
    int64_t offset = offset_of(frame);

    if (argument(frame, 5))
        return -EOPNOTSUPP;
    if (offset < -1)
        return -EINVAL;
    if (write)
        return unix_written(t, offset < 0 ? library_writev(t, fd, v, count)
                                          : library_pwritev(t, fd, v, count, offset));
    return offset < 0 ? library_readv(t, fd, v, count)
                      : library_preadv(t, fd, v, count, offset);
}

UNIX_HANDLER(preadv2)
{
    return vector2(t, frame, false);
}

UNIX_HANDLER(pwritev2)
{
    return vector2(t, frame, true);
}

enum { SEEK_DATA = 3, SEEK_HOLE = 4, TYPE_MASK = 0170000, TYPE_DIRECTORY = 0040000,
       TYPE_REGULAR = 0100000 };

/* A file is told as one piece of data, and a hole behind its end. */
static int64_t seek_data(struct uxrt_thread *t, int fd, const struct uxrt_stat *stat,
    int64_t offset, int whence)
{
    if (offset < 0 || (uint64_t)offset >= stat->size)
        return -ENXIO;
    return library_seek(t, fd, whence == SEEK_DATA ? offset : (int64_t)stat->size, 0);
}

UNIX_HANDLER(lseek)
{
    int fd = argument_int(frame, 0);
    int64_t offset = (int64_t)argument(frame, 1);
    struct file *file = descriptor_file(fd);
    struct uxrt_stat stat;

    if (!file)
        return -EBADF;
    int64_t error = library_fstat(t, fd, &stat);
    if (error)
        return error;
    int whence = argument_int(frame, 2);
    if (whence == SEEK_DATA || whence == SEEK_HOLE)
        return seek_data(t, fd, &stat, offset, whence);
    if ((stat.mode & TYPE_MASK) != TYPE_DIRECTORY)
        return library_seek(t, fd, offset, whence);
    if (whence != 0 || offset < 0)
        return -EINVAL;
    file->cookie = (uint64_t)offset;
    return offset;
}

enum { COPY_CHUNK = 4096 };

/* Copies from one file to another by way of a piece of memory, at their positions or at
 * these, which go on. */
static int64_t copy_files(struct uxrt_thread *t, int from, int to, int64_t *offset,
    int64_t *to_offset, uint64_t count)
{
    char piece[COPY_CHUNK];
    uint64_t done = 0;

    while (done < count) {
        uint64_t want = count - done < sizeof(piece) ? count - done : sizeof(piece);
        int64_t got = offset ? library_pread(t, from, piece, want, *offset)
                             : library_read(t, from, piece, want);
        if (got <= 0)
            return done ? (int64_t)done : got;
        const struct uxrt_iovec one = {piece, (uint64_t)got};
        int64_t at = to_offset ? *to_offset : UXRT_CURRENT;
        int64_t put = unix_written(t, size_limited() ? size_write(t, to, &one, 1, at)
            : to_offset ? library_pwrite(t, to, piece, (size_t)got, at)
            : library_write(t, to, piece, (size_t)got));
        if (put < 0)
            return done ? (int64_t)done : put;
        done += (uint64_t)put;
        if (offset)
            *offset += put;
        if (to_offset)
            *to_offset += put;
        if (put < got || (uint64_t)got < want)
            break;
    }
    return (int64_t)done;
}

UNIX_HANDLER(sendfile)
{
    const struct file *to = descriptor_file(argument_int(frame, 0));
    const struct file *from = descriptor_file(argument_int(frame, 1));
    int64_t offset, *user = argument_pointer(frame, 2), result;

    if (!to || !from || !(to->flags & UXRT_WRITE) || !(from->flags & UXRT_READ))
        return -EBADF;

    if (!user)
        return copy_files(t, argument_int(frame, 1), argument_int(frame, 0), NULL,
            NULL, argument(frame, 3));
    if (take(&offset, user, sizeof(offset)))
        return -EFAULT;
    if (offset < 0)
        return -EINVAL;
    result = copy_files(t, argument_int(frame, 1), argument_int(frame, 0), &offset,
        NULL, argument(frame, 3));
    return give(user, &offset, sizeof(offset)) ? -EFAULT : result;
}

/* Regular files only, not opened for appending. */
static int64_t check_range(struct uxrt_thread *t, int from, int to)
{
    const struct file *file = descriptor_file(to);
    const int files[] = {from, to};
    struct uxrt_stat stat;

    for (unsigned i = 0; i < 2; i++) {
        int error = library_fstat(t, files[i], &stat);

        if (error)
            return error;
        if ((stat.mode & TYPE_MASK) != TYPE_REGULAR)
            return (stat.mode & TYPE_MASK) == TYPE_DIRECTORY ? -EISDIR : -EINVAL;
    }
    return file && file->flags & UXRT_WRITE && !(file->flags & UXRT_APPEND) ? 0 : -EBADF;
}

/* Each end has its own position, or the program's. */
UNIX_HANDLER(copy_file_range)
{
    int from = argument_int(frame, 0), to = argument_int(frame, 2);
    int64_t offsets[2];
    int64_t *user[2] = {argument_pointer(frame, 1), argument_pointer(frame, 3)};
    int64_t result;

    if (argument(frame, 5))
        return -EINVAL;
    for (unsigned i = 0; i < 2; i++) {
        if (user[i] && take(&offsets[i], user[i], sizeof(offsets[i])))
            return -EFAULT;
    }
    result = check_range(t, from, to);
    if (!result)
        result = copy_files(t, from, to, user[0] ? &offsets[0] : NULL,
            user[1] ? &offsets[1] : NULL, argument(frame, 4));
    for (unsigned i = 0; i < 2; i++) {
        if (user[i] && give(user[i], &offsets[i], sizeof(offsets[i])))
            return -EFAULT;
    }
    return result;
}

UNIX_HANDLER(fsync)
{
    int64_t result = library_set(t, argument_int(frame, 0), ATTR_SYNC, 0, NULL, 0);

    return result < 0 ? result : 0;
}
