/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> on open files that are neither data nor names:
 * descriptors, positions, attributes.
 */
#include <stddef.h>

#include <transport/client.h>
#include <transport/descriptor.h>
#include <transport/names.h>
#include <transport/table.h>
#include <util/errno.h>

/* The file behind a descriptor, which a server serves; or null. */
static struct file *served(int descriptor)
{
    struct file *file = descriptor_file(descriptor);

    return file && file->kind == FILE_CONNECTION ? file : NULL;
}

int library_close(struct uxrt_thread *t, int file)
{
    return descriptor_close(t, file);
}

int library_dup(struct uxrt_thread *t, int file)
{
    (void)t;
    return descriptor_copy(file, 0, false);
}

int library_dup_to(struct uxrt_thread *t, int file, int number)
{
    struct file *from = descriptor_file(file);

    if (!from) {
        return -EBADF;
    }
    return file == number ? number : descriptor_place(t, from, number, false);
}

/* A name in a record that leads on, by a link or to another service, is none of this
 * server's. */
static int64_t here(int64_t result)
{
    return result <= -ERROR_LINK ? -EXDEV : result;
}

int64_t library_get(struct uxrt_thread *t, int descriptor, unsigned attribute,
    uint64_t argument, void *data, size_t count)
{
    const struct file *file = served(descriptor);
    int64_t result;

    if (!file) {
        return -EBADF;
    }
    do {
        result = client_read(t, file->slot, file->id, data, count,
            (int64_t)attribute_address(attribute, argument));
    } while (client_again(t, &result));
    return here(result);
}

/* What has to be done by the functions for it, which know the ids. */
static bool makes_files(unsigned attribute)
{
    return attribute == ATTR_OPEN || attribute == ATTR_CLONE || attribute == ATTR_CLOSE;
}

int64_t library_set(struct uxrt_thread *t, int descriptor, unsigned attribute,
    uint64_t argument, const void *data, size_t count)
{
    const struct file *file = served(descriptor);
    int64_t result;

    if (!file) {
        return -EBADF;
    }
    if (makes_files(attribute)) {
        return -EINVAL;
    }
    do {
        result = client_write(t, file->slot, file->id, data, count,
            (int64_t)attribute_address(attribute, argument));
    } while (client_again(t, &result));
    return result <= -ERROR_LINK ? -EIO : result;      /* there was no name */
}

int64_t library_rpc(struct uxrt_thread *t, int file, const void *request, size_t count,
    void *answer, size_t size)
{
    int64_t result = library_set(t, file, ATTR_RPC, t->tid, request, count);

    if (result < 0) {
        return result;
    }
    if ((size_t)result != count) {
        return -EMSGSIZE;
    }
    return library_get(t, file, ATTR_RPC, t->tid, answer, size);
}

int64_t library_seek(struct uxrt_thread *t, int file, int64_t offset, int whence)
{
    const struct uxrt_seek seek = {offset, (uint64_t)whence};
    int64_t position, result;

    if (whence < 0 || whence > 2) {
        return -EINVAL;
    }
    result = library_set(t, file, ATTR_POSITION, 0, &seek, sizeof(seek));
    if (result < 0 || whence == 0) {
        return result < 0 ? result : offset;
    }
    result = library_get(t, file, ATTR_POSITION, 0, &position, sizeof(position));
    if (result < 0) {
        return result;
    }
    return result == sizeof(position) && position >= 0 ? position : -EIO;
}

int library_fstat(struct uxrt_thread *t, int file, struct uxrt_stat *stat)
{
    int64_t result = library_get(t, file, ATTR_STAT, 0, stat, sizeof(*stat));

    if (result < 0) {
        return (int)result;
    }
    return result == sizeof(*stat) ? 0 : -EIO;
}

int library_change(struct uxrt_thread *t, int file, const struct uxrt_change *change)
{
    int64_t result = library_set(t, file, ATTR_SET, 0, change, sizeof(*change));

    return result < 0 ? (int)result : 0;
}

int64_t library_readdir(struct uxrt_thread *t, int directory, void *data, size_t count,
    uint64_t cookie)
{
    struct file *file = served(directory);

    if (!file) {
        return -EBADF;
    }
    if (file->next) {
        return union_readdir(t, file, data, count, cookie);
    }
    return library_get(t, directory, ATTR_READDIR, cookie, data, count);
}
