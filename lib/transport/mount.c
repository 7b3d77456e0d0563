/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> that change the namespace: the process server keeps
 * it, and is told texts without links and services by number. A place that becomes a
 * union is first mounted on itself, so that what was there stays.
 */
#include <stddef.h>

#include <transport/client.h>
#include <transport/connection.h>
#include <transport/names.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

static int put_mount(struct uxrt_thread *t, uint64_t service, uint64_t node,
    unsigned flags, const struct walk *where)
{
    const uint64_t words[] = {service, node, flags};

    if (where->length > MOUNT_PREFIX) {
        return -ENAMETOOLONG;
    }
    return (int)client_proc(t, PROC_MOUNT, words, 3, where->text, where->length);
}

/* The service and node that a name leads to; *walk is at it. */
static int find_node(struct uxrt_thread *t, const char *name, struct walk *walk,
    uint32_t *service, uint64_t *node)
{
    struct uxrt_stat stat;
    struct file *file;
    int64_t result = name_open(t, UXRT_AT_CURRENT, name, UXRT_PATH, 0, walk, &file);

    if (result < 0) {
        return (int)result;
    }
    result = client_read(t, file->slot, file->id, &stat, sizeof(stat),
        (int64_t)attribute_address(ATTR_STAT, 0));
    *service = connection_service(file->slot);
    *node = stat.node;
    file_close(t, file);
    return result == sizeof(stat) ? 0 : result < 0 ? (int)result : -EIO;
}

/* The place, which for a plain mount need not exist. */
static int find_place(struct uxrt_thread *t, const char *where, unsigned flags,
    struct walk *walk)
{
    struct mount_place place;
    unsigned index;
    uint32_t service;
    uint64_t node;
    int error = find_node(t, where, walk, &service, &node);

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
    return put_mount(t, service, node, UXRT_MOUNT_REPLACE, walk);
}

int library_mount(struct uxrt_thread *t, const char *service, const char *where,
    unsigned flags)
{
    static const char folder[] = "/srv/";
    struct walk walk;
    uint64_t number;
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
    number = t->shared->result[0];
    error = find_place(t, where, flags, &walk);
    return error ? error : put_mount(t, number, 0, flags, &walk);
}

int library_bind(struct uxrt_thread *t, const char *directory, const char *where,
    unsigned flags)
{
    struct walk walk;
    uint32_t service;
    uint64_t node;
    int error = find_node(t, directory, &walk, &service, &node);

    if (error) {
        return error;
    }
    error = find_place(t, where, flags, &walk);
    return error ? error : put_mount(t, service, node, flags, &walk);
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
