/* SPDX-License-Identifier: BSD-2-Clause */
/* fcntl: what a descriptor is, and the open file behind it. */
#include <transport/pipe.h>
#include <unix/open.h>

enum {
    F_DUPFD = 0, F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_SETOWN = 8,
    F_GETOWN = 9, F_DUPFD_CLOEXEC = 1030, F_SETPIPE_SZ = 1031, F_GETPIPE_SZ = 1032,
    FD_CLOEXEC = 1,
};

/* The flags that live in the server's open file, as UXRT_. */
static unsigned changing_flags(struct uxrt_thread *t, int fd, const struct file *file)
{
    uint32_t flags = 0;

    if (file->kind != FILE_CONNECTION)
        flags = file->flags;
    else if (!(file->flags & UXRT_PATH))
        library_get(t, fd, ATTR_FLAGS, 0, &flags, sizeof(flags));
    return flags & (UXRT_APPEND | UXRT_NONBLOCK);
}

static int64_t status_flags(struct uxrt_thread *t, int fd)
{
    const struct file *file = descriptor_file(fd);
    unsigned fixed = file ? file->flags & ~(unsigned)(UXRT_APPEND | UXRT_NONBLOCK) : 0;

    return file ? (int64_t)flags_for_open(fixed | changing_flags(t, fd, file)) : -EBADF;
}

static int64_t set_status_flags(struct uxrt_thread *t, int fd, unsigned flags)
{
    struct file *file = descriptor_file(fd);
    uint32_t word = flags;

    if (file && file->kind == FILE_SIGNALS) {
        file->flags = (uint16_t)((file->flags & ~UXRT_NONBLOCK) | (flags & UXRT_NONBLOCK));
        return 0;
    }
    int64_t result = library_set(t, fd, ATTR_FLAGS, 0, &word, sizeof(word));

    return result < 0 ? result : 0;
}

int64_t set_nonblock(struct uxrt_thread *t, int fd, bool nonblock)
{
    const struct file *file = descriptor_file(fd);

    if (!file)
        return -EBADF;
    unsigned flags = changing_flags(t, fd, file) & ~(unsigned)UXRT_NONBLOCK;

    return set_status_flags(t, fd, flags | (nonblock ? UXRT_NONBLOCK : 0));
}

static int64_t pipe_size(struct uxrt_thread *t, int fd, bool set, uint32_t size)
{
    int64_t result = set ? library_set(t, fd, ATTR_CONTROL, PIPE_SIZE, &size, sizeof(size))
                         : 0;

    if (result >= 0)
        result = library_get(t, fd, ATTR_CONTROL, PIPE_SIZE, &size, sizeof(size));
    return result == -ENOTTY ? -EBADF : result < 0 ? result : (int64_t)size;
}

static int64_t duplicate(int fd, int command, uint64_t least)
{
    return least >= files_most() ? -EINVAL
           : descriptor_copy(fd, (int)least, command == F_DUPFD_CLOEXEC);
}

static int64_t control(struct uxrt_thread *t, int fd, int command, uint64_t value)
{
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return duplicate(fd, command, value);
    case F_GETFD:
        return descriptor_close_on_exec(fd);
    case F_SETFD:
        return descriptor_set_close_on_exec(fd, value & FD_CLOEXEC);
    case F_GETFL:
        return status_flags(t, fd);
    case F_SETFL:
        return set_status_flags(t, fd,
            flags_of_open((unsigned)value) & (UXRT_APPEND | UXRT_NONBLOCK));
    case F_SETPIPE_SZ:
        return (int32_t)value < 0 ? -EINVAL : pipe_size(t, fd, true, (uint32_t)value);
    case F_GETPIPE_SZ:
        return pipe_size(t, fd, false, 0);
    case F_GETOWN:
    case F_SETOWN:          /* SIGIO does not come from anything */
        return 0;
    default:
        return -EINVAL;
    }
}

UNIX_HANDLER(fcntl)
{
    int fd = argument_int(frame, 0), command = argument_int(frame, 1);

    if (!descriptor_file(fd))
        return -EBADF;
    if ((command >= F_GETLK && command <= F_SETLKW)
        || (command >= F_OFD_GETLK && command <= F_OFD_SETLKW))
        return lock_control(t, fd, command, argument_pointer(frame, 2));
    return control(t, fd, command, argument(frame, 2));
}
