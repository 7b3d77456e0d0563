/* SPDX-License-Identifier: BSD-2-Clause */
/* File systems as a whole, room in files, files without a name, and advice. */
#include <unix/size.h>

enum { TYPE_MASK = 0170000, TYPE_REGULAR = 0100000, TYPE_FIFO = 0010000 };

/* --- statfs ---------------------------------------- */

struct linux_statfs {
    int64_t type, block_size;
    uint64_t blocks, free, available, files, free_files;
    int32_t id[2];
    int64_t name_most, fragment_size, flags, spare[4];
};
_Static_assert(sizeof(struct linux_statfs) == 120, "as <asm/statfs.h> says");

/* What programs look for in the type: files in memory, or the process server's. */
enum { TMPFS_MAGIC = 0x01021994, PROC_MAGIC = 0x9fa0, ST_RELATIME = 0x1000,
       ST_VALID = 0x20 };

static int64_t give_statfs(struct uxrt_thread *t, int fd, void *user)
{
    const struct file *file = descriptor_file(fd);
    struct uxrt_statfs from;
    struct uxrt_stat stat;
    int64_t result = library_get(t, fd, ATTR_STATFS, 0, &from, sizeof(from));

    if (result >= 0)
        result = library_fstat(t, fd, &stat);
    if (result < 0)
        return result;
    const struct linux_statfs to = {
        .type = file->slot == SLOT_PROC ? PROC_MAGIC : TMPFS_MAGIC,
        .block_size = (int64_t)from.block_size, .fragment_size = (int64_t)from.block_size,
        .blocks = from.blocks, .free = from.free, .available = from.free,
        .files = from.files, .free_files = from.free_files,
        .id = {(int32_t)stat.device, 0}, .name_most = (int64_t)from.name_max,
        .flags = ST_VALID | ST_RELATIME,
    };
    return give(user, &to, sizeof(to));
}

UNIX_HANDLER(fstatfs)
{
    if (!descriptor_file(argument_int(frame, 0)))
        return -EBADF;
    return give_statfs(t, argument_int(frame, 0), argument_pointer(frame, 1));
}

UNIX_HANDLER(statfs)
{
    char name[TEXT_SIZE];
    int error = name_in(name, argument_pointer(frame, 0));
    int fd = error ? error : library_open(t, name, UXRT_PATH, 0);
    int64_t result;

    if (fd < 0)
        return fd;
    result = give_statfs(t, fd, argument_pointer(frame, 1));
    library_close(t, fd);
    return result;
}

/* Servers keep nothing back. */
UNIX_HANDLER(sync)
{
    return 0;
}

UNIX_HANDLER(syncfs)
{
    return descriptor_file(argument_int(frame, 0)) ? 0 : -EBADF;
}

/* --- room ---------------------------------------- */

enum { FALLOC_KEEP_SIZE = 1, FALLOC_PUNCH_HOLE = 2, FALLOC_ZERO_RANGE = 16,
       ZERO_CHUNK = 4096 };

/* Writes zeros from `from` to `end`. */
static int64_t write_zeros(struct uxrt_thread *t, int fd, uint64_t from, uint64_t end)
{
    static const char zeros[ZERO_CHUNK];

    while (from < end) {
        uint64_t part = end - from < sizeof(zeros) ? end - from : sizeof(zeros);
        int64_t put = library_pwrite(t, fd, zeros, part, (int64_t)from);

        if (put < 0)
            return put;
        from += (uint64_t)put;
    }
    return 0;
}

/* Room is not set aside: files are sparse until they are written. A hole is zeros. */
static int64_t allocate(struct uxrt_thread *t, int fd, uint64_t mode, uint64_t from,
    uint64_t end)
{
    struct uxrt_change change = {.what = UXRT_SET_SIZE, .size = end};
    struct uxrt_stat stat;
    int64_t error = library_fstat(t, fd, &stat);

    if (error)
        return error;
    if ((stat.mode & TYPE_MASK) != TYPE_REGULAR)
        return (stat.mode & TYPE_MASK) == TYPE_FIFO ? -ESPIPE : -ENODEV;
    if (mode & (FALLOC_PUNCH_HOLE | FALLOC_ZERO_RANGE))
        error = write_zeros(t, fd, from, end < stat.size ? end : stat.size);
    if (!error && !(mode & FALLOC_KEEP_SIZE) && end > stat.size)
        error = library_change(t, fd, &change);
    return error;
}

UNIX_HANDLER(fallocate)
{
    const struct file *file = descriptor_file(argument_int(frame, 0));
    uint64_t mode = argument(frame, 1), end;
    int64_t from = (int64_t)argument(frame, 2), count = (int64_t)argument(frame, 3);

    if (!file || !(file->flags & UXRT_WRITE))
        return -EBADF;
    if (from < 0 || count <= 0)
        return -EINVAL;
    end = (uint64_t)from + (uint64_t)count;
    if (end > INT64_MAX)
        return -EFBIG;
    if (size_limited() && end > size_limit())
        return size_refuse(t);
    if (mode & ~(uint64_t)(FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE | FALLOC_ZERO_RANGE)
        || (mode & FALLOC_PUNCH_HOLE && mode != (FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE)))
        return -EOPNOTSUPP;
    return allocate(t, argument_int(frame, 0), mode, (uint64_t)from, end);
}

/* --- files without a name ---------------------------------------- */

enum { MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2, MEMFD_NAME = 249 };

/* A name in /tmp that nobody has. */
static void make_name(struct uxrt_thread *t, char name[32])
{
    static uint32_t last;
    uint64_t number = (uint64_t)t->tid << 32
                      | __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    static const char begin[] = "/tmp/.memory-";
    char *to = name + sizeof(begin) - 1;

    memcpy(name, begin, sizeof(begin));
    for (int shift = 60; shift >= 0; shift -= 4)
        *to++ = "0123456789abcdef"[number >> shift & 15];
    *to = 0;
}

/* A file of /tmp that loses its name at once. Seals cannot be put on it. */
UNIX_HANDLER(memfd_create)
{
    char name[MEMFD_NAME + 1];
    int64_t length = text_in(name, argument_pointer(frame, 0), sizeof(name));
    uint64_t flags = argument(frame, 1);

    if (length < 0)
        return length == -EFAULT ? -EFAULT : -EINVAL;
    if (flags & ~(uint64_t)(MFD_CLOEXEC | MFD_ALLOW_SEALING))
        return -EINVAL;
    make_name(t, name);
    int fd = library_open(t, name,
        UXRT_READ | UXRT_WRITE | UXRT_CREATE | UXRT_EXCLUSIVE
            | (flags & MFD_CLOEXEC ? UXRT_CLOSE_ON_EXEC : 0), 0600);
    if (fd >= 0)
        name_remove(t, UXRT_AT_CURRENT, name, false);
    return fd;
}

/* --- advice ---------------------------------------- */

enum { ADVICE_MOST = 5 };

UNIX_HANDLER(fadvise64)
{
    struct uxrt_stat stat;
    int error = library_fstat(t, argument_int(frame, 0), &stat);

    if (error)
        return error;
    if ((stat.mode & TYPE_MASK) == TYPE_FIFO)
        return -ESPIPE;
    return argument(frame, 3) > ADVICE_MOST ? -EINVAL : 0;
}

UNIX_HANDLER(readahead)
{
    const struct file *file = descriptor_file(argument_int(frame, 0));

    return file && file->flags & UXRT_READ ? 0 : -EBADF;
}

UNIX_HANDLER(sync_file_range)
{
    return descriptor_file(argument_int(frame, 0)) ? 0 : -EBADF;
}

/* There is no swapping. */
UNIX_HANDLER(mlock)
{
    return 0;
}

/* --- extended attributes: no file has them ---------------------------------------- */

static int64_t no_attribute(struct uxrt_thread *t, const struct foreign_frame *frame,
    unsigned flags)
{
    char name[TEXT_SIZE];
    int error = name_in(name, argument_pointer(frame, 0));
    struct uxrt_stat stat;

    if (!error)
        error = name_stat(t, UXRT_AT_CURRENT, name, flags, &stat);
    return error ? error : -EOPNOTSUPP;
}

UNIX_HANDLER(xattr)
{
    return no_attribute(t, frame, 0);
}

UNIX_HANDLER(lxattr)
{
    return no_attribute(t, frame, UXRT_NOFOLLOW);
}

UNIX_HANDLER(fxattr)
{
    return descriptor_file(argument_int(frame, 0)) ? -EOPNOTSUPP : -EBADF;
}
