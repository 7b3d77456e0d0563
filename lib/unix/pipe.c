/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes: those of uxrt_pipe. */
#include <unix/unix.h>

enum { O_NONBLOCK = 04000, O_CLOEXEC = 02000000, O_DIRECT = 040000 };

static int64_t make_pipe(struct uxrt_thread *t, int *files, uint64_t theirs)
{
    unsigned flags = (theirs & O_NONBLOCK ? UXRT_NONBLOCK : 0)
                     | (theirs & O_CLOEXEC ? UXRT_CLOSE_ON_EXEC : 0);

    if (theirs & ~(uint64_t)(O_NONBLOCK | O_CLOEXEC | O_DIRECT))
        return -EINVAL;
    return library_pipe(t, files, flags);
}

UNIX_HANDLER(pipe)
{
    return make_pipe(t, argument_pointer(frame, 0), 0);
}

UNIX_HANDLER(pipe2)
{
    return make_pipe(t, argument_pointer(frame, 0), argument(frame, 1));
}
