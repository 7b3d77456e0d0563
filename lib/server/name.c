/* SPDX-License-Identifier: BSD-2-Clause */
/* Names made and taken away: directories, symbolic and hard links, and removal. */
#include <server/internal.h>
#include <transport/watch.h>
#include <util/string.h>

/* The place of a name that must not exist yet. */
static int new_name(struct attribute_call *call, const char *name, size_t length,
    struct walk *at)
{
    int error = fs_walk_change(call, name, length, at);

    if (error == -EBUSY || (!error && at->node))
        return -EEXIST;
    return error;
}

int64_t fs_mkdir_write(struct attribute_call *call)
{
    struct server_node *made = NULL;
    struct walk at;
    uint32_t mode;
    int error = new_name(call, call->data + 4, call->size - 4, &at);

    if (error)
        return error;
    memcpy(&mode, call->data, 4);
    mode = S_IFDIR | (mode & 07777 & ~call->caller.umask);
    error = call->server->operations.create(call->server, &call->caller, at.parent,
        at.name, at.length, mode, &made);
    if (!error)
        fs_event_name(call->server, &at, made, WATCH_CREATE, 0);
    return error ? error : (int64_t)call->size;
}

int64_t fs_remove_write(struct attribute_call *call)
{
    struct server *server = call->server;
    struct server_node *node;
    struct walk at;
    int error = call->argument > 1 ? -EINVAL
                                   : fs_walk_change(call, call->data, call->size, &at);

    if (error)
        return error;
    node = at.node;
    if (!node)
        return -ENOENT;
    if (!fs_may_remove(at.parent, node, call->identity))
        return -EPERM;
    if (call->argument && !S_ISDIR(node->mode))
        return -ENOTDIR;
    if (!call->argument && S_ISDIR(node->mode))
        return -EISDIR;
    if (at.slash && !S_ISDIR(node->mode))
        return -ENOTDIR;
    fs_node_get(node);
    error = server->operations.remove(server, at.parent, at.name, at.length, node);
    if (!error && !S_ISDIR(node->mode))
        fs_event_self(server, node, WATCH_ATTRIBUTES);
    if (!error)
        fs_event_name(server, &at, node, WATCH_DELETE, 0);
    fs_node_put(server, node);
    return error ? error : (int64_t)call->size;
}

int64_t fs_symlink_write(struct attribute_call *call)
{
    struct walk at;
    uint32_t length;
    const struct server_node any = { .mode = S_IFLNK };
    const char *name = call->data + 4, *target;
    size_t left = call->size - 4;
    int error;

    memcpy(&length, call->data, 4);
    if (length > left || left == length)
        return length > left ? -EINVAL : -ENOENT;
    target = name + length;
    left -= length;
    if (left >= LINK_TARGET_MAX)
        return -ENAMETOOLONG;
    if (memchr(target, 0, left))
        return -EINVAL;
    error = new_name(call, name, length, &at);
    if (error)
        return error;
    error = call->server->operations.symlink(call->server, &call->caller, at.parent,
        at.name, at.length, target, left);
    if (!error)
        fs_event_name(call->server, &at, &any, WATCH_CREATE, 0);
    return error ? error : (int64_t)call->size;
}

int64_t fs_hardlink_write(struct attribute_call *call)
{
    struct server_file *file = fs_id_file(call->connection, call->argument);
    struct walk at;
    int error;

    if (!file)
        return -EBADF;
    error = new_name(call, call->data, call->size, &at);
    if (error)
        return error;
    if (S_ISDIR(file->node->mode))
        return -EPERM;
    if (!file->node->links)
        return -ENOENT;
    error = call->server->operations.link(call->server, at.parent, at.name, at.length,
        file->node);
    if (!error) {
        fs_event_self(call->server, file->node, WATCH_ATTRIBUTES);
        fs_event_name(call->server, &at, file->node, WATCH_CREATE, 0);
    }
    return error ? error : (int64_t)call->size;
}
