/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths of open files, from the root through which they were opened. Each file keeps the
 * name that it was opened by. That of a directory may have changed by a rename since;
 * then it is looked for from the directory upwards, if the server knows parents.
 */
#include <server/internal.h>
#include <util/string.h>

size_t fs_path_join(const struct open_file *base, const char *name, size_t length,
    char path[PATH_KEPT])
{
    size_t used = base->path_length, from = 0;

    while (from < length && name[from] == '/')
        from++;
    while (length > from && name[length - 1] == '/')
        length--;
    if (used == PATH_UNKNOWN || used + 1 + length - from > PATH_KEPT)
        return PATH_UNKNOWN;
    memcpy(path, base->path, used);
    if (used && from < length)
        path[used++] = '/';
    memcpy(path + used, name + from, length - from);
    return used + length - from;
}

/* The name of a directory in its parent: its length, or an error. */
static int find_name(struct server *server, struct server_node *parent,
    struct server_node *node, char name[256])
{
    struct uxrt_entry entry = { 0 };
    int result;

    if (server->operations.name) {
        result = (int)server->operations.name(server, node, name);
        return result ? result : -ENOENT;
    }
    do {
        uint64_t cookie = entry.next;

        entry = (struct uxrt_entry){ 0 };
        result = server->operations.entry(server, parent, cookie, &entry, name);
        if (result <= 0)
            return result ? result : -ENOENT;
    } while (entry.node != node->number);
    return entry.name_length;
}

/* Puts the name of a directory, and a slash, before *used bytes at the end of the
 * record. */
static int add_name(struct attribute_call *call, struct server_node *parent,
    struct server_node *node, size_t *used)
{
    char name[256], *end = call->data + RECORD_MAX - *used;
    int length = find_name(call->server, parent, node, name);

    if (length < 0)
        return length;
    if (*used + (size_t)length + 1 > NAME_BYTES)
        return -ENAMETOOLONG;
    *--end = '/';
    memcpy(end - length, name, (size_t)length);
    *used += (size_t)length + 1;
    return 0;
}

/* The path as it is now. */
static int64_t find_path(struct attribute_call *call, const struct open_file *open)
{
    struct server *server = call->server;
    struct server_node *node = open->file.node;
    size_t used = 0;

    while (node->number != open->base) {
        struct server_node *parent = node == server->root
            ? NULL : server->operations.parent(server, node);
        int error = parent ? add_name(call, parent, node, &used) : -ENOENT;

        if (error)
            return error;
        node = parent;
    }
    if (used)
        used--;
    memmove(call->data, call->data + RECORD_MAX - used - (used != 0), used);
    return (int64_t)used;
}

int64_t fs_path_read(struct attribute_call *call)
{
    const struct open_file *open = fs_open_of(call->request->file);
    bool stale = open->renames != call->server->renames
        || open->path_length == PATH_UNKNOWN;
    int64_t length = open->path_length;

    if (stale && S_ISDIR(open->file.node->mode) && call->server->operations.parent)
        length = find_path(call, open);
    else if (length == PATH_UNKNOWN)
        return -ENAMETOOLONG;
    else
        memcpy(call->data, open->path, (size_t)length);
    return length > (int64_t)call->size ? -ERANGE : length;
}
