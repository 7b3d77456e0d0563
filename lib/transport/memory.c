/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> on memory. Everything is checked by the process
 * server; what is done here is rounding, and the copying of files that cannot be mapped.
 */
#include <transport/memory.h>

#include <stddef.h>

#include <transport/table.h>
#include <util/errno.h>

enum { PAGE = 4096 };

static bool round_up(size_t *size)
{
    if (*size == 0 || *size > PROGRAM_END) {
        return false;
    }
    *size = (*size + PAGE - 1) & ~(size_t)(PAGE - 1);
    return true;
}

int64_t memory_map(struct uxrt_thread *t, uint64_t address, size_t size,
    unsigned protection, unsigned flags, uint64_t source, uint64_t offset)
{
    const uint64_t words[] = {address, size, protection, flags, source, offset};
    int result = client_proc(t, PROC_MAP, words, 6, NULL, 0);

    return result < 0 ? result : (int64_t)t->shared->result[0];
}

int memory_unmap(struct uxrt_thread *t, uint64_t address, size_t size)
{
    const uint64_t words[] = {address, size};

    return client_proc(t, PROC_UNMAP, words, 2, NULL, 0);
}

int memory_protect(struct uxrt_thread *t, uint64_t address, size_t size,
    unsigned protection)
{
    const uint64_t words[] = {address, size, protection};

    return client_proc(t, PROC_PROTECT, words, 3, NULL, 0);
}

/* Reads until `bytes` or the end of the file. */
static int64_t read_all(struct uxrt_thread *t, const struct file *file, char *data,
    size_t bytes, uint64_t offset)
{
    size_t done = 0;

    while (done < bytes) {
        int64_t result = client_get(t, file->slot, file->id, data + done,
            bytes - done, (int64_t)(offset + done));

        if (result <= 0) {
            return result ? result : (int64_t)done;
        }
        done += (size_t)result;
    }
    return (int64_t)done;
}

static int64_t map_copy(struct uxrt_thread *t, uint64_t address, size_t bytes,
    unsigned protection, unsigned flags, const struct file *file, uint64_t offset)
{
    size_t size = bytes;
    int64_t place, result;

    if (flags & PROC_MAP_SHARED) {
        return -ENODEV;
    }
    if (!round_up(&size)) {
        return -EINVAL;
    }
    place = memory_map(t, address, size, PROC_READ | PROC_WRITE, flags,
        PROC_SOURCE_NONE, 0);
    if (place < 0) {
        return place;
    }
    result = read_all(t, file, (char *)place, bytes, offset);
    if (result >= 0) {
        result = memory_protect(t, (uint64_t)place, size, protection);
    }
    if (result < 0) {
        memory_unmap(t, (uint64_t)place, size);
        return result;
    }
    return place;
}

/* Has this server no memory objects, at least for this file? */
static bool means_no_object(int64_t error)
{
    return error == -ENODEV || error == -EINVAL || error == -EPERM || error == -ENOTTY
           || error == -ENOSYS || error == -EOPNOTSUPP;
}

int64_t memory_map_file(struct uxrt_thread *t, uint64_t address, size_t bytes,
    unsigned protection, unsigned flags, const struct file *file, uint64_t offset)
{
    struct uxrt_object object;
    unsigned wanted = protection | PROC_READ;
    size_t size = bytes;
    int64_t result;

    /* What can be written may become writable later. */
    if (flags & PROC_MAP_SHARED && file->flags & UXRT_WRITE) {
        wanted |= PROC_WRITE;
    }
    if (!(flags & PROC_MAP_SHARED)) {
        wanted &= ~(unsigned)PROC_WRITE;
    }
    if (!round_up(&size)) {
        return -EINVAL;
    }
    result = client_read(t, file->slot, file->id, &object, sizeof(object),
        (int64_t)attribute_address(ATTR_OBJECT, wanted));
    if (result < (int64_t)sizeof(object.token)) {
        return result >= 0 || means_no_object(result)
            ? map_copy(t, address, bytes, protection, flags, file, offset)
            : client_told(result);
    }
    return memory_map(t, address, size, protection, flags,
        PROC_SOURCE_TOKEN | (object.token & ~PROC_SOURCE_KIND), offset);
}

void *library_map(struct uxrt_thread *t, void *address, size_t size, unsigned protection,
    unsigned flags, int descriptor, uint64_t offset)
{
    const struct file *file = descriptor_file(descriptor);
    int64_t result;

    if (descriptor == -1) {
        result = round_up(&size)
            ? memory_map(t, (uint64_t)address, size, protection, flags,
                  PROC_SOURCE_NONE, 0)
            : -EINVAL;
    } else if (!file || file->kind != FILE_CONNECTION) {
        result = -EBADF;
    } else if (offset % PAGE) {
        result = -EINVAL;
    } else {
        result = memory_map_file(t, (uint64_t)address, size, protection, flags, file,
            offset);
    }
    return (void *)result;
}

int library_unmap(struct uxrt_thread *t, void *address, size_t size)
{
    return round_up(&size) ? memory_unmap(t, (uint64_t)address, size) : -EINVAL;
}

int library_protect(struct uxrt_thread *t, void *address, size_t size,
    unsigned protection)
{
    return round_up(&size) ? memory_protect(t, (uint64_t)address, size, protection)
                           : -EINVAL;
}

int library_object(struct uxrt_thread *t, size_t size)
{
    uint64_t word;
    int result;

    if (!round_up(&size)) {
        return -EINVAL;
    }
    word = size;
    result = client_proc(t, PROC_OBJECT, &word, 1, NULL, 0);
    return result < 0 ? result : (int)t->shared->result[0];
}

void *library_map_object(struct uxrt_thread *t, void *address, int handle, size_t size,
    uint64_t offset)
{
    unsigned flags = PROC_MAP_SHARED | (address ? PROC_MAP_FIXED : 0u);

    if (handle < 0 || !round_up(&size)) {
        return (void *)(int64_t)-EINVAL;
    }
    return (void *)memory_map(t, (uint64_t)address, size, PROC_READ | PROC_WRITE, flags,
        PROC_SOURCE_HANDLE | (uint64_t)handle, offset);
}

int library_resize(struct uxrt_thread *t, int handle, size_t size)
{
    uint64_t words[] = {(uint64_t)handle, size};

    if (size && !round_up(&size)) {
        return -EINVAL;
    }
    words[1] = size;
    return client_proc(t, PROC_RESIZE, words, 2, NULL, 0);
}

int library_discard(struct uxrt_thread *t, int handle, uint64_t offset, size_t size)
{
    const uint64_t words[] = {(uint64_t)handle, offset, size};

    return client_proc(t, PROC_DISCARD, words, 3, NULL, 0);
}

int library_drop(struct uxrt_thread *t, int handle)
{
    uint64_t word = (uint64_t)handle;

    return client_proc(t, PROC_DROP, &word, 1, NULL, 0);
}
