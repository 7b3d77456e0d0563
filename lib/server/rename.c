/* SPDX-License-Identifier: BSD-2-Clause */
/* A name that becomes another one, perhaps in another directory of the same server. */
#include <server/internal.h>
#include <transport/watch.h>
#include <util/string.h>

struct renaming {
    struct walk from, to;
    uint32_t flags;
};

/* The old name, and the new one from the directory that the argument names. */
static int find(struct attribute_call *call, struct renaming *renaming)
{
    uint64_t id = call->argument & LAST_FILE;
    struct server_file *base = call->request->file;
    struct server_file *other = fs_id_file(call->connection, id);
    const char *name = call->data + 4;
    size_t left = call->size - 4;
    uint32_t length;
    int error;

    memcpy(&length, call->data, 4);
    if (length > left)
        return -EINVAL;
    if (id == call->request->request.file)
        other = base;
    if (!other)
        return -EBADF;
    error = fs_walk_change(call, name, length, &renaming->from);
    if (error)
        return error;
    call->request->file = other;
    error = fs_walk_change(call, name + length, left - length, &renaming->to);
    call->request->file = base;
    return error;
}

/* Would a directory come to be in itself? */
static int check_loop(struct server *server, const struct walk *from, const struct walk *to)
{
    struct server_node *up = to->parent;

    if (!S_ISDIR(from->node->mode) || from->parent == up)
        return 0;
    if (!server->operations.parent)
        return -EXDEV;
    for (; up; up = up == server->root ? NULL : server->operations.parent(server, up)) {
        if (up == from->node)
            return -EINVAL;
    }
    return 0;
}

/* May a directory have another parent? It must be writable, as its ".." changes. */
static int check_move(const struct attribute_call *call, const struct walk *from,
    const struct walk *to)
{
    int error = check_loop(call->server, from, to);

    if (error || !S_ISDIR(from->node->mode) || from->parent == to->parent)
        return error;
    return fs_permits(from->node, call->identity, MAY_WRITE) ? 0 : -EACCES;
}

/* Is the file that has the new name now one that can be replaced? */
static int check_replaced(const struct attribute_call *call,
    const struct renaming *renaming)
{
    const struct server_node *node = renaming->from.node, *old = renaming->to.node;

    if (!old)
        return renaming->to.slash && !S_ISDIR(node->mode) ? -ENOTDIR : 0;
    if (renaming->flags & UXRT_RENAME_NOREPLACE)
        return -EEXIST;
    if (!fs_may_remove(renaming->to.parent, old, call->identity))
        return -EPERM;
    if (S_ISDIR(node->mode) && !S_ISDIR(old->mode))
        return -ENOTDIR;
    if (!S_ISDIR(node->mode) && S_ISDIR(old->mode))
        return -EISDIR;
    return 0;
}

/* Can both files get each other's name? */
static int check_exchanged(const struct attribute_call *call,
    const struct renaming *renaming)
{
    const struct walk *to = &renaming->to;

    if (!call->server->operations.exchange)
        return -EINVAL;
    if (!to->node)
        return -ENOENT;
    if (!fs_may_remove(to->parent, to->node, call->identity))
        return -EPERM;
    return check_move(call, to, &renaming->from);
}

static int check(const struct attribute_call *call, const struct renaming *renaming)
{
    const struct walk *from = &renaming->from;
    int error;

    if (!from->node)
        return -ENOENT;
    if ((from->slash || renaming->to.slash) && !S_ISDIR(from->node->mode))
        return -ENOTDIR;
    if (!fs_may_remove(from->parent, from->node, call->identity))
        return -EPERM;
    error = check_move(call, from, &renaming->to);
    if (error)
        return error;
    return renaming->flags & UXRT_RENAME_EXCHANGE ? check_exchanged(call, renaming)
                                                  : check_replaced(call, renaming);
}

/* Tells those who watch, both directories with one cookie. */
static void tell(struct server *server, const struct renaming *renaming)
{
    const struct server_node *node = renaming->from.node;
    uint32_t cookie = (uint32_t)server->renames;

    fs_event_name(server, &renaming->from, node, WATCH_MOVED_FROM, cookie);
    fs_event_name(server, &renaming->to, node, WATCH_MOVED_TO, cookie);
    if (renaming->flags & UXRT_RENAME_EXCHANGE)
        fs_event_self(server, renaming->to.node, WATCH_MOVE_SELF);
    else if (renaming->to.node)
        fs_event_self(server, renaming->to.node, WATCH_ATTRIBUTES);
    fs_event_self(server, node, WATCH_MOVE_SELF);
}

static int rename(struct server *server, const struct renaming *renaming)
{
    const struct walk *from = &renaming->from, *to = &renaming->to;
    bool exchange = renaming->flags & UXRT_RENAME_EXCHANGE;
    int error;

    fs_node_get(from->node);
    if (to->node)
        fs_node_get(to->node);
    error = (exchange ? server->operations.exchange : server->operations.rename)(server,
        from->parent, from->name, from->length, to->parent, to->name, to->length,
        from->node, to->node);
    if (!error) {
        server->renames++;
        tell(server, renaming);
    }
    if (to->node)
        fs_node_put(server, to->node);
    fs_node_put(server, from->node);
    return error;
}

int64_t fs_rename_write(struct attribute_call *call)
{
    struct renaming renaming = {
        .flags = (uint32_t)(call->argument >> REQUEST_FILE_BITS) };
    int error;

    if (renaming.flags > UXRT_RENAME_EXCHANGE)
        return -EINVAL;
    error = find(call, &renaming);
    if (!error)
        error = check(call, &renaming);
    if (!error && renaming.from.node != renaming.to.node)
        error = rename(call->server, &renaming);
    return error ? error : (int64_t)call->size;
}
