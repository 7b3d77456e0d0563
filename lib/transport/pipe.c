/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes, of the service `pipe`: two opens in the connection to it (pipe(4)). */
#include <transport/client.h>
#include <transport/service.h>
#include <transport/table.h>
#include <util/errno.h>

static struct known_service pipe_service = {"pipe", NO_SERVICE};

int library_pipe(struct uxrt_thread *t, int *files, unsigned flags)
{
    const struct file *reading;
    int pair[2];

    if (flags & ~(unsigned)(UXRT_NONBLOCK | UXRT_CLOSE_ON_EXEC)) {
        return -EINVAL;
    }
    pair[0] = service_open(t, &pipe_service, "new", flags | UXRT_READ);
    reading = pair[0] < 0 ? NULL : descriptor_file(pair[0]);
    if (!reading) {
        return pair[0] < 0 ? pair[0] : -EBADF;
    }
    pair[1] = service_open_at(t, reading, flags | UXRT_WRITE);
    if (pair[1] < 0) {
        (void)descriptor_close(t, pair[0]);
        return pair[1];
    }
    if (!copy_out(files, pair, sizeof(pair))) {
        (void)descriptor_close(t, pair[0]);
        (void)descriptor_close(t, pair[1]);
        return -EFAULT;
    }
    return 0;
}
