/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> that change the namespace: the process server keeps
 * it, and is told texts without links and services by number. A place that becomes a
 * union is first mounted on itself, so that what was there stays, and new files go there
 * unless another mount is for them.
 */
#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/names.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

/* What is mounted, and what is told of it: index of a root, path below that. */
struct source {
    uint32_t service;
    uint64_t node;
    uint16_t root;
    uint32_t path_length;
    char path[MOUNT_PREFIX];
};

static int put_mount(struct uxrt_thread *t, const struct source *source, unsigned flags,
    const struct walk *where)
{
    const uint64_t words[] = {source->service, source->node, flags};
    char bytes[2 * MOUNT_PREFIX + 2];
    size_t used = where->length;

    if (where->length > MOUNT_PREFIX) {
        return -ENAMETOOLONG;
    }
    memcpy(bytes, where->text, where->length);
    if (source->path_length) {
        bytes[used++] = 0;
        bytes[used++] = (char)source->root;
        memcpy(bytes + used, source->path, source->path_length);
        used += source->path_length;
    }
    return (int)client_proc(t, PROC_MOUNT, words, 3, bytes, used);
}

/* What a name leads to; *walk is at it. */
static int find_source(struct uxrt_thread *t, const char *name, struct walk *walk,
    struct source *source)
{
    struct uxrt_stat stat;
    struct file *file;
    int64_t result = name_open(t, UXRT_AT_CURRENT, name, UXRT_PATH, 0, walk, &file), path;

    if (result < 0) {
        return (int)result;
    }
    path = client_get(t, file->slot, file->id, source->path, sizeof(source->path),
        (int64_t)attribute_address(ATTR_PATH, 0));
    result = client_get(t, file->slot, file->id, &stat, sizeof(stat),
        (int64_t)attribute_address(ATTR_STAT, 0));
    source->service = connection_service(file->slot);
    source->node = stat.node;
    source->root = file->root;
    source->path_length = path > 0 ? (uint32_t)path : 0;
    file_close(t, file);
    return result == sizeof(stat) ? 0 : result < 0 ? (int)result : -EIO;
}

/* The place, which for a plain mount need not exist. */
static int find_place(struct uxrt_thread *t, const char *where, unsigned flags,
    struct walk *walk)
{
    struct mount_place place;
    unsigned index;
    struct source source;
    int error = find_source(t, where, walk, &source);

    if (error == -ENOENT && !(flags & (UXRT_MOUNT_BEFORE | UXRT_MOUNT_AFTER))) {
        error = walk_begin(t, walk, UXRT_AT_CURRENT, where);
        return error ? error : walk_text(t, walk);
    }
    if (error || !(flags & (UXRT_MOUNT_BEFORE | UXRT_MOUNT_AFTER))) {
        return error;
    }
    if (mount_find(walk->text, walk->length, &index, &place)
        && place.length == walk->length) {
        return 0;
    }
    return put_mount(t, &source, UXRT_MOUNT_REPLACE | UXRT_MOUNT_CREATE, walk);
}

int library_mount(struct uxrt_thread *t, const char *service, const char *where,
    unsigned flags)
{
    static const char folder[] = "/srv/";
    struct source source = {0};
    struct walk walk;
    int error;

    if (!service) {
        return -EFAULT;
    }
    if (!strncmp(service, folder, sizeof(folder) - 1)) {
        service += sizeof(folder) - 1;
    }
    error = (int)client_proc(t, PROC_LOOKUP, NULL, 0, service, strlen(service));
    if (error < 0) {
        return error;
    }
    source.service = (uint32_t)t->shared->result[0];
    error = find_place(t, where, flags, &walk);
    return error ? error : put_mount(t, &source, flags, &walk);
}

int library_bind(struct uxrt_thread *t, const char *directory, const char *where,
    unsigned flags)
{
    struct source source;
    struct walk walk;
    int error = find_source(t, directory, &walk, &source);

    if (error) {
        return error;
    }
    error = find_place(t, where, flags, &walk);
    return error ? error : put_mount(t, &source, flags, &walk);
}

int library_unmount(struct uxrt_thread *t, const char *where)
{
    struct walk walk;
    int error = walk_begin(t, &walk, UXRT_AT_CURRENT, where);

    if (!error) {
        error = walk_text(t, &walk);
    }
    if (error) {
        return error;
    }
    return (int)client_proc(t, PROC_UNMOUNT, NULL, 0, walk.text, walk.length);
}

int library_unshare(struct uxrt_thread *t)
{
    return (int)client_proc(t, PROC_UNSHARE, NULL, 0, NULL, 0);
}
