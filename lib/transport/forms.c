/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short and the long form of a client's reads and writes: the bytes are where they
 * are to be already, so nothing is copied here.
 */
#include <transport/data.h>
#include <transport/reply.h>
#include <transport/table.h>

/* The open file if it is at a server, else null. */
static const struct file *file_at_server(int descriptor)
{
    const struct file *file = descriptor_file(descriptor);

    return file && file->kind == FILE_CONNECTION ? file : NULL;
}

int64_t data_call(struct uxrt_thread *t, const struct file *file, uint64_t label,
    int64_t offset, uint64_t second, unsigned length)
{
    uint64_t first = data_place(offset, &label);
    int64_t result;

    do {
        result = reply_result(client_call(t, file->slot, label, first, second, length));
    } while (data_again(t, &result));
    return result;
}

int64_t library_read_short(struct uxrt_thread *t, int descriptor, size_t count,
    int64_t offset)
{
    const struct file *file = file_at_server(descriptor);

    if (!file) {
        return -EBADF;
    }
    if (count > SHORT_READ_MAX) {
        return -EMSGSIZE;
    }
    return data_call(t, file, request_label(false, FORM_MESSAGE, file->id, count),
        offset, 0, 1);
}

int64_t library_write_short(struct uxrt_thread *t, int descriptor, size_t count,
    int64_t offset)
{
    const struct file *file = file_at_server(descriptor);

    if (!file) {
        return -EBADF;
    }
    if (count > SHORT_WRITE_MAX) {
        return -EMSGSIZE;
    }
    return data_call(t, file, request_label(true, FORM_MESSAGE, file->id, count),
        offset, 0, 1 + (unsigned)words_of(count));
}

/* Asks the process server for a buffer of at least this size. */
static bool new_buffer(struct uxrt_thread *t, unsigned slot, size_t size)
{
    uint64_t words[2] = {slot, (size + 4095) & ~UINT64_C(4095)};

    if (client_proc(t, PROC_BUFFER, words, 2, NULL, 0) < 0) {
        return false;
    }
    t->buffer_place[slot] = (uint32_t)(t->shared->result[0] >> 12);
    t->buffer_size[slot] = (uint32_t)t->shared->result[1];
    return true;
}

void *library_buffer(struct uxrt_thread *t, int descriptor, size_t size)
{
    const struct file *file = file_at_server(descriptor);

    if (!file || size > BUFFER_STRIDE) {
        return NULL;
    }
    if (t->buffer_size[file->slot] == 0 || t->buffer_size[file->slot] < size) {
        if (!new_buffer(t, file->slot, size > BUFFER_FIRST ? size : BUFFER_FIRST)) {
            return NULL;
        }
    }
    return (char *)BUFFER_AREA + ((uint64_t)t->buffer_place[file->slot] << 12);
}

static inline int64_t call_long(struct uxrt_thread *t, int descriptor, bool write,
    size_t place, size_t count, int64_t offset)
{
    const struct file *file = file_at_server(descriptor);
    uint64_t start;

    if (!file) {
        return -EBADF;
    }
    if (place > t->buffer_size[file->slot]
        || count > t->buffer_size[file->slot] - place) {
        return -EMSGSIZE;
    }
    start = (uint64_t)t->buffer_place[file->slot] << 12;
    return data_call(t, file, request_label(write, FORM_BUFFER, file->id, count), offset,
        start + place, 2);
}

int64_t library_read_long(struct uxrt_thread *t, int descriptor, size_t place,
    size_t count, int64_t offset)
{
    return call_long(t, descriptor, false, place, count, offset);
}

int64_t library_write_long(struct uxrt_thread *t, int descriptor, size_t place,
    size_t count, int64_t offset)
{
    return call_long(t, descriptor, true, place, count, offset);
}
