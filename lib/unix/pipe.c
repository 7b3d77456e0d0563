/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes: pipe(4)'s `new` is opened for the reading end, and the same file once more, by no
 * name relative to itself, for the writing end.
 */
#include <unix/unix.h>

enum { O_NONBLOCK = 04000, O_CLOEXEC = 02000000, O_DIRECT = 040000 };

/* A second open file of what `end` stands for, for writing. */
static int open_other(struct uxrt_thread *t, const struct file *end, unsigned flags)
{
    uint32_t mode = 0;
    struct file *file = file_create(FILE_CONNECTION, end->slot, (uint16_t)flags);

    if (!file)
        return -ENFILE;
    uint64_t how = file->id
                   | (uint64_t)(flags & ~(unsigned)UXRT_CLOSE_ON_EXEC) << REQUEST_FILE_BITS;
    int64_t result = client_write_two(t, end->slot, end->id,
        (int64_t)attribute_address(ATTR_OPEN, how), &mode, sizeof(mode), NULL, 0);
    if (result < 0) {
        file_forget(file);
        return (int)result;
    }
    int fd = descriptor_create(file, 0, flags & UXRT_CLOSE_ON_EXEC);
    if (fd < 0)
        file_close(t, file);
    return fd;
}

static int64_t make_pipe(struct uxrt_thread *t, void *user, uint64_t theirs)
{
    unsigned flags = (theirs & O_NONBLOCK ? UXRT_NONBLOCK : 0)
                     | (theirs & O_CLOEXEC ? UXRT_CLOSE_ON_EXEC : 0);
    int ends[2];

    if (theirs & ~(uint64_t)(O_NONBLOCK | O_CLOEXEC | O_DIRECT))
        return -EINVAL;
    ends[0] = library_open(t, "/srv/pipe/new", UXRT_READ | flags, 0);
    if (ends[0] < 0)
        return ends[0];
    ends[1] = open_other(t, descriptor_file(ends[0]), UXRT_WRITE | flags);
    if (ends[1] >= 0 && !give(user, ends, sizeof(ends)))
        return 0;
    library_close(t, ends[0]);
    if (ends[1] < 0)
        return ends[1];
    library_close(t, ends[1]);
    return -EFAULT;
}

UNIX_HANDLER(pipe)
{
    return make_pipe(t, argument_pointer(frame, 0), 0);
}

UNIX_HANDLER(pipe2)
{
    return make_pipe(t, argument_pointer(frame, 0), argument(frame, 1));
}
