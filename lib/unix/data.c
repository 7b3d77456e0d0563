/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing: these calls are the transport's as they are. */
#include <unix/unix.h>

UNIX_HANDLER(read)
{
    return library_read(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2));
}

UNIX_HANDLER(write)
{
    return unix_written(t, library_write(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2)));
}

UNIX_HANDLER(readv)
{
    return library_readv(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_int(frame, 2));
}

UNIX_HANDLER(writev)
{
    return unix_written(t, library_writev(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_int(frame, 2)));
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
    return offset_of(frame) < 0 ? -EINVAL
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
    return offset_of(frame) < 0 ? -EINVAL
           : library_pwritev(t, argument_int(frame, 0), argument_pointer(frame, 1),
                 argument_int(frame, 2), offset_of(frame));
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
    if (error || (stat.mode & 0170000) != 0040000)
        return error ? error : library_seek(t, fd, offset, argument_int(frame, 2));
    if (argument(frame, 2) != 0)
        return -EINVAL;
    file->cookie = (uint64_t)offset;
    return offset;
}

enum { COPY_CHUNK = 4096 };

/* Copies from one file to another by way of a piece of memory. */
static int64_t copy_files(struct uxrt_thread *t, int from, int to, int64_t *offset,
    uint64_t count)
{
    char piece[COPY_CHUNK];
    uint64_t done = 0;

    while (done < count) {
        uint64_t want = count - done < sizeof(piece) ? count - done : sizeof(piece);
        int64_t got = offset ? library_pread(t, from, piece, want, *offset)
                             : library_read(t, from, piece, want);
        if (got <= 0)
            return done ? (int64_t)done : got;
        int64_t put = unix_written(t, library_write(t, to, piece, (size_t)got));
        if (put < 0)
            return done ? (int64_t)done : put;
        done += (uint64_t)put;
        if (offset)
            *offset += put;
        if (put < got || (uint64_t)got < want)
            break;
    }
    return (int64_t)done;
}

UNIX_HANDLER(sendfile)
{
    int64_t offset, *user = argument_pointer(frame, 2), result;

    if (!user)
        return copy_files(t, argument_int(frame, 1), argument_int(frame, 0), NULL,
            argument(frame, 3));
    if (take(&offset, user, sizeof(offset)))
        return -EFAULT;
    result = copy_files(t, argument_int(frame, 1), argument_int(frame, 0), &offset,
        argument(frame, 3));
    return give(user, &offset, sizeof(offset)) ? -EFAULT : result;
}

UNIX_HANDLER(fsync)
{
    int64_t result = library_set(t, argument_int(frame, 0), ATTR_SYNC, 0, NULL, 0);

    return result < 0 ? result : 0;
}
