/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RLIMIT_FSIZE: how far a process may write its regular files. It is the process's own
 * restraint, so it is looked at here; without a limit that is one comparison.
 */
#include <unix/signal.h>
#include <unix/size.h>

enum { TYPE_MASK = 0170000, TYPE_REGULAR = 0100000 };

int64_t size_refuse(struct uxrt_thread *t)
{
    signal_to_thread(t, SIGXFSZ);
    return -EFBIG;
}

/* Where a write would begin. */
static int64_t place_of(struct uxrt_thread *t, int fd, int64_t offset, uint64_t size)
{
    const struct file *file = descriptor_file(fd);
    uint32_t flags = 0;
    int64_t position = 0, result;

    if (!file)
        return -EBADF;
    result = library_get(t, fd, ATTR_FLAGS, 0, &flags, sizeof(flags));
    if (result >= 0 && flags & UXRT_APPEND)
        return (int64_t)size;
    if (offset != UXRT_CURRENT)
        return offset;
    if (result >= 0)
        result = library_get(t, fd, ATTR_POSITION, 0, &position, sizeof(position));
    return result < 0 ? result : position;
}

int64_t size_room(struct uxrt_thread *t, int fd, int64_t offset, uint64_t count)
{
    uint64_t limit = size_limit();
    struct uxrt_stat stat;
    int64_t place;

    if (library_fstat(t, fd, &stat) || (stat.mode & TYPE_MASK) != TYPE_REGULAR || !count)
        return (int64_t)count;
    place = place_of(t, fd, offset, stat.size);
    if (place < 0)
        return place;
    if ((uint64_t)place >= limit)
        return size_refuse(t);
    return (int64_t)(count < limit - (uint64_t)place ? count : limit - (uint64_t)place);
}

int64_t size_write(struct uxrt_thread *t, int fd, const struct uxrt_iovec *vector,
    uint64_t count, int64_t offset)
{
    struct uxrt_iovec one;
    int64_t done = 0;

    for (uint64_t i = 0; i < count; i++) {
        int64_t at = offset == UXRT_CURRENT ? offset : offset + done, room, part;

        if (take(&one, vector + i, sizeof(one)))
            return done ? done : -EFAULT;
        room = done && !one.length ? 0 : size_room(t, fd, at, one.length);
        if (room < 0)
            return done ? done : room;
        part = offset == UXRT_CURRENT
            ? library_write(t, fd, one.base, (uint64_t)room)
            : library_pwrite(t, fd, one.base, (uint64_t)room, at);
        if (part < 0)
            return done ? done : part;
        done += part;
        if ((uint64_t)part < one.length)
            break;
    }
    return done;
}
