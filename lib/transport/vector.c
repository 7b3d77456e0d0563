/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes with the data in several places. They are one request each if they fit
 * a message or VECTOR_BUFFER bytes of the shared buffer; longer ones are one for each
 * place, up to the first that is short.
 */
#include <transport/copy.h>
#include <transport/data.h>
#include <transport/plain.h>
#include <transport/table.h>

enum { VECTOR_MAX = 1024, VECTOR_BUFFER = 64 * 1024 };

static bool load(const struct uxrt_iovec *v, int n, struct uxrt_iovec *one)
{
    return copy_in(one, v + n, sizeof(*one));
}

/* Bytes in all, or a negative error. */
static int64_t total_of(const struct uxrt_iovec *v, int count)
{
    struct uxrt_iovec one;
    uint64_t total = 0;

    if (count < 0 || count > VECTOR_MAX) {
        return -EINVAL;
    }
    for (int i = 0; i < count; i++) {
        if (!load(v, i, &one)) {
            return -EFAULT;
        }
        if (one.length > INT64_MAX - total) {
            return -EINVAL;
        }
        total += one.length;
    }
    return (int64_t)total;
}

/* Copies `left` bytes between the places and memory of one piece. The places may have
 * changed since they were summed up: never more than that. */
static bool move(const struct uxrt_iovec *v, int count, char *piece, size_t left,
    bool out)
{
    struct uxrt_iovec one;

    for (int i = 0; i < count && left > 0; i++) {
        if (!load(v, i, &one)) {
            return false;
        }
        size_t bytes = one.length < left ? one.length : left;

        if (!(out ? copy_out(one.base, piece, bytes) : copy_in(piece, one.base, bytes))) {
            return false;
        }
        piece += bytes;
        left -= bytes;
    }
    return true;
}

/* Is there room at all places? Nothing is read that would then be lost. */
static bool have_room(const struct uxrt_iovec *v, int count)
{
    struct uxrt_iovec one;

    for (int i = 0; i < count; i++) {
        if (!load(v, i, &one) || !copy_touch(one.base, one.length, true)) {
            return false;
        }
    }
    return true;
}

/* A request for each place. */
static int64_t one_by_one(struct uxrt_thread *t, const struct file *file,
    const struct uxrt_iovec *v, int count, int64_t offset, bool write)
{
    struct uxrt_iovec one;
    int64_t total = 0;

    for (int i = 0; i < count; i++) {
        int64_t at = offset == UXRT_CURRENT ? offset : offset + total;
        int64_t done = -EFAULT;

        if (load(v, i, &one)) {
            if (one.length == 0) {
                continue;
            }
            done = write ? data_write(t, file, one.base, one.length, at)
                         : data_read(t, file, one.base, one.length, at);
        }
        if (done < 0) {
            return total ? total : done;
        }
        total += done;
        if ((uint64_t)done < one.length) {
            break;
        }
    }
    return total;
}

static int64_t read_vector(struct uxrt_thread *t, int descriptor,
    const struct uxrt_iovec *v, int count, int64_t offset)
{
    const struct file *file = descriptor_file(descriptor);
    int64_t total = total_of(v, count), done;
    char *piece = (char *)t->ipc->msg;

    if (!file) {
        return -EBADF;
    }
    if (total < 0) {
        return total;
    }
    if (file->kind == FILE_SERVICE) {
        return plain_receive(t, file, v, count);
    }
    if (count == 1 || total > VECTOR_BUFFER || file->kind != FILE_CONNECTION) {
        return one_by_one(t, file, v, count, offset, false);
    }
    if (!have_room(v, count)) {
        return -EFAULT;
    }
    if (total <= SHORT_READ_MAX) {
        done = library_read_short(t, descriptor, (size_t)total, offset);
    } else {
        piece = library_buffer(t, descriptor, (size_t)total);
        if (!piece) {
            return one_by_one(t, file, v, count, offset, false);
        }
        done = library_read_long(t, descriptor, 0, (size_t)total, offset);
    }
    if (done <= 0) {
        return done;
    }
    data_counted(t, (size_t)done);
    return move(v, count, piece, (size_t)done, true) ? done : -EFAULT;
}

static int64_t write_vector(struct uxrt_thread *t, int descriptor,
    const struct uxrt_iovec *v, int count, int64_t offset)
{
    const struct file *file = descriptor_file(descriptor);
    int64_t total = total_of(v, count);
    char *piece = (char *)&t->ipc->msg[1];

    if (!file) {
        return -EBADF;
    }
    if (total < 0) {
        return total;
    }
    if (file->kind == FILE_SERVICE) {
        return plain_answer(t, file, v, count);
    }
    if (total > SHORT_WRITE_MAX && count > 1 && total <= VECTOR_BUFFER) {
        piece = library_buffer(t, descriptor, (size_t)total);
    }
    if (count == 1 || total > VECTOR_BUFFER || file->kind != FILE_CONNECTION || !piece) {
        return one_by_one(t, file, v, count, offset, true);
    }
    data_counted(t, (size_t)total);
    if (total <= SHORT_WRITE_MAX) {
        t->ipc->msg[words_of((size_t)total)] = 0;   /* nothing else goes along */
    }
    if (!move(v, count, piece, (size_t)total, false)) {
        return -EFAULT;
    }
    return total <= SHORT_WRITE_MAX
        ? library_write_short(t, descriptor, (size_t)total, offset)
        : library_write_long(t, descriptor, 0, (size_t)total, offset);
}

int64_t library_readv(struct uxrt_thread *t, int descriptor, const struct uxrt_iovec *v,
    int count)
{
    return read_vector(t, descriptor, v, count, UXRT_CURRENT);
}

int64_t library_writev(struct uxrt_thread *t, int descriptor, const struct uxrt_iovec *v,
    int count)
{
    return write_vector(t, descriptor, v, count, UXRT_CURRENT);
}

int64_t library_preadv(struct uxrt_thread *t, int descriptor, const struct uxrt_iovec *v,
    int count, int64_t offset)
{
    return offset < UXRT_CURRENT ? -EINVAL : read_vector(t, descriptor, v, count, offset);
}

int64_t library_pwritev(struct uxrt_thread *t, int descriptor, const struct uxrt_iovec *v,
    int count, int64_t offset)
{
    return offset < UXRT_CURRENT ? -EINVAL
        : write_vector(t, descriptor, v, count, offset);
}
