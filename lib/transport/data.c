/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plain reads and writes of any length. Small ones have a path of their own: small.c.
 */
#include <transport/data.h>

#include <transport/copy.h>
#include <transport/plain.h>
#include <transport/poll.h>
#include <transport/small.h>
#include <transport/table.h>

bool data_again(struct uxrt_thread *t, int64_t *result)
{
    if (client_limited(t, *result)) {
        return client_again_limited(t, result);
    }
    if (LIKELY(*result >= 0)) {
        return false;
    }
    if (*result == -ERROR_WAIT || *result == -EINTR) {
        bool wait = *result == -ERROR_WAIT;

        if (!client_signalled(t)) {
            if (wait) {
                client_wait(t);
            }
            return true;
        }
        *result = -EINTR;
    } else if (*result <= -ERROR_WAIT) {
        *result = -EIO;
    }
    return false;
}

/* What is still to be done after `done` bytes of a piece: 0 ends the loop. */
static size_t rest(size_t left, int64_t done)
{
    return done == (int64_t)REQUEST_COUNT_MAX ? left - (size_t)done : 0;
}

int64_t data_read(struct uxrt_thread *t, const struct file *file, void *data,
    size_t count, int64_t offset)
{
    int64_t total = 0, done;
    size_t left = count;

    if (!file || file->kind == FILE_NONE) {
        return -EBADF;
    }
    if (file->kind == FILE_SET || file->kind == FILE_SIGNALS) {
        return local_read(t, file, data, count);
    }
    if (file->kind == FILE_SERVICE) {
        return plain_receive(t, file, &(struct uxrt_iovec){data, count}, 1);
    }
    if (count <= SHORT_READ_MAX && !copy_touch(data, count, true)) {
        return -EFAULT;             /* else what is read would be lost */
    }
    do {
        do {
            done = client_read(t, file->slot, file->id, (char *)data + total, left,
                offset == UXRT_CURRENT ? offset : offset + total);
        } while (data_again(t, &done));
        if (done < 0) {
            return total ? total : done;
        }
        total += done;
        left = rest(left, done);
    } while (left);
    return total;
}

int64_t data_write(struct uxrt_thread *t, const struct file *file, const void *data,
    size_t count, int64_t offset)
{
    int64_t total = 0, done;
    size_t left = count;

    if (!file || file->kind == FILE_NONE) {
        return -EBADF;
    }
    if (file->kind == FILE_SET || file->kind == FILE_SIGNALS) {
        return -EINVAL;
    }
    if (file->kind == FILE_SERVICE) {
        return plain_answer(t, file, &(struct uxrt_iovec){(void *)data, count}, 1);
    }
    do {
        do {
            done = client_write(t, file->slot, file->id, (const char *)data + total, left,
                offset == UXRT_CURRENT ? offset : offset + total);
        } while (data_again(t, &done));
        if (done < 0) {
            return total ? total : done;
        }
        total += done;
        left = rest(left, done);
    } while (left);
    return total;
}

int64_t library_read(struct uxrt_thread *t, int descriptor, void *data, size_t count)
{
    return small_read(descriptor, data, count, t);
}

int64_t library_write(struct uxrt_thread *t, int descriptor, const void *data,
    size_t count)
{
    return small_write(descriptor, data, count, t);
}

int64_t library_pread(struct uxrt_thread *t, int descriptor, void *data, size_t count,
    int64_t offset)
{
    return small_pread(descriptor, data, count, offset, t);
}

int64_t library_pwrite(struct uxrt_thread *t, int descriptor, const void *data,
    size_t count, int64_t offset)
{
    return small_pwrite(descriptor, data, count, offset, t);
}
