/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes, of the service `pipe`: two opens in the connection to it (pipe(4)). The number
 * of the service is kept, so that no name is resolved.
 */
#include <transport/client.h>
#include <transport/connection.h>
#include <transport/descriptor.h>
#include <transport/table.h>
#include <util/errno.h>

static uint32_t pipe_service = NO_SERVICE;

/* The slot of the connection to the service; asks for its number again if `again`. */
static int find_slot(struct uxrt_thread *t, bool again)
{
    if (again || pipe_service == NO_SERVICE) {
        int error = (int)client_proc(t, PROC_LOOKUP, NULL, 0, "pipe", 4);

        if (error < 0) {
            return error == -ENOENT ? -ENOSYS : error;
        }
        pipe_service = (uint32_t)t->shared->result[0];
    }
    return connection_slot(t, pipe_service);
}

/* Opens a name relative to a file of the connection; its descriptor. */
static int open_end(struct uxrt_thread *t, unsigned slot, uint32_t base, const char *name,
    size_t length, unsigned flags)
{
    const uint32_t mode = 0;
    struct file *file = file_create(FILE_CONNECTION, (uint8_t)slot, (uint16_t)flags);
    uint64_t opening = flags & ~(unsigned)UXRT_CLOSE_ON_EXEC;
    int64_t result;

    if (!file) {
        return -ENFILE;
    }
    opening = file->id | opening << REQUEST_FILE_BITS;
    result = client_write_two(t, slot, base,
        (int64_t)attribute_address(ATTR_OPEN, opening), &mode, sizeof(mode), name,
        length);
    if (result < 0) {
        file_forget(file);
        return result <= -ERROR_WAIT ? -EIO : (int)result;
    }
    result = descriptor_create(file, 0, flags & UXRT_CLOSE_ON_EXEC);
    if (result < 0) {
        file_close(t, file);
    }
    return (int)result;
}

static int open_pipe(struct uxrt_thread *t, unsigned flags, bool again)
{
    int slot = find_slot(t, again);

    if (slot < 0) {
        return slot;
    }
    return open_end(t, (unsigned)slot, ROOT_FILE, "new", 3, flags | UXRT_READ);
}

int library_pipe(struct uxrt_thread *t, int *files, unsigned flags)
{
    const struct file *reading;
    int pair[2];

    if (flags & ~(unsigned)(UXRT_NONBLOCK | UXRT_CLOSE_ON_EXEC)) {
        return -EINVAL;
    }
    pair[0] = open_pipe(t, flags, false);
    if (pair[0] == -ENOENT || pair[0] == -EIO) {
        pair[0] = open_pipe(t, flags, true);    /* the server has been started again */
    }
    reading = pair[0] < 0 ? NULL : descriptor_file(pair[0]);
    if (!reading) {
        return pair[0] < 0 ? pair[0] : -EBADF;
    }
    pair[1] = open_end(t, reading->slot, reading->id, "", 0, flags | UXRT_WRITE);
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
