/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids: files opened, by name and as a second reference, and closed. */
#include <server/internal.h>
#include <transport/watch.h>
#include <util/heap.h>
#include <util/string.h>

#define OPEN_KNOWN (UXRT_READ | UXRT_WRITE | UXRT_EXECUTE | UXRT_CREATE | UXRT_EXCLUSIVE \
    | UXRT_TRUNCATE | UXRT_APPEND | UXRT_NONBLOCK | UXRT_DIRECTORY | UXRT_NOFOLLOW \
    | UXRT_PATH | UXRT_NO_TERMINAL)
#define OPEN_KEPT (UXRT_READ | UXRT_WRITE | UXRT_EXECUTE | UXRT_APPEND | UXRT_NONBLOCK \
    | UXRT_NO_TERMINAL)

struct opening {
    uint64_t id;
    uint32_t flags, mode;
    const char *name;
    size_t length;
    bool created;
    struct walk at;
};

/* The mode of a file to be made; 0: not one that can be. */
static uint32_t new_mode(const struct attribute_call *call, uint32_t mode)
{
    uint32_t type = mode & S_IFMT;

    if (!type)
        type = S_IFREG;
    if (type == S_IFDIR || type == S_IFLNK || mode & ~(uint32_t)(S_IFMT | 07777))
        return 0;
    return type | (mode & 07777 & ~call->caller.umask);
}

static int create(struct attribute_call *call, struct opening *opening)
{
    const struct walk *at = &opening->at;
    uint32_t mode = new_mode(call, opening->mode);
    int error;

    if (!mode)
        return -EINVAL;
    if (at->slash)
        return -EISDIR;
    if ((S_ISCHR(mode) || (mode & S_IFMT) == S_IFBLK) && !call->caller.privileged)
        return -EPERM;
    error = fs_may_change(call, at->parent);
    if (error)
        return error;
    if (at->parent->mode & S_ISGID && !call->caller.privileged
        && !fs_in_group(call->identity, at->parent->gid))
        mode &= ~(uint32_t)S_ISGID;     /* it may get the directory's group */
    opening->created = true;
    error = call->server->operations.create(call->server, &call->caller, at->parent,
        at->name, at->length, mode, &opening->at.node);
    if (!error)
        fs_event_name(call->server, at, at->node, WATCH_CREATE, 0);
    return error;
}

static unsigned wanted(uint32_t flags)
{
    return (flags & UXRT_READ ? MAY_READ : 0)
           | (flags & (UXRT_WRITE | UXRT_TRUNCATE) ? MAY_WRITE : 0)
           | (flags & UXRT_EXECUTE ? MAY_EXECUTE : 0);
}

/* May a file that exists be opened so? */
static int check(const struct attribute_call *call, const struct opening *opening)
{
    const struct server_node *node = opening->at.node;
    uint32_t flags = opening->flags;

    if (flags & UXRT_CREATE && flags & UXRT_EXCLUSIVE)
        return -EEXIST;
    if (S_ISLNK(node->mode) && !(flags & UXRT_PATH))
        return -ELOOP;
    if (fs_is_queue(node) && !(flags & UXRT_PATH))
        return -ENXIO;
    if (flags & UXRT_DIRECTORY && !S_ISDIR(node->mode))
        return -ENOTDIR;
    if (S_ISDIR(node->mode) && flags & (UXRT_WRITE | UXRT_CREATE | UXRT_TRUNCATE))
        return -EISDIR;
    return fs_permits(node, call->identity, wanted(flags)) ? 0 : -EACCES;
}

/* Finds the node, or makes it. */
static int find(struct attribute_call *call, struct opening *opening)
{
    uint32_t flags = opening->flags;
    bool exclusive = flags & UXRT_CREATE && flags & UXRT_EXCLUSIVE;
    unsigned how = flags & UXRT_NOFOLLOW || exclusive ? 0 : WALK_FOLLOW;
    int error;

    if (!exclusive && !(flags & UXRT_PATH && flags & UXRT_NOFOLLOW))
        how |= WALK_TURN;
    error = fs_walk(call, opening->name, opening->length, how, &opening->at);
    if (error)
        return error;
    if (opening->at.node)
        return check(call, opening);
    return flags & UXRT_CREATE ? create(call, opening) : -ENOENT;
}

static int truncate(struct attribute_call *call, const struct opening *opening,
    const struct server_file *file)
{
    struct server_node *node = opening->at.node;
    int error;

    if (!(opening->flags & UXRT_TRUNCATE) || opening->created || !S_ISREG(node->mode))
        return 0;
    fs_bytes_changed(node, call->identity);
    error = call->server->operations.resize(call->server, node, 0);
    if (!error)
        fs_event_file(call->server, file, WATCH_MODIFY);
    return error;
}

/* Flags of the open file: one that is opened for nothing only names the node. */
static uint32_t kept(uint32_t flags)
{
    if (flags & UXRT_PATH || !(flags & (UXRT_READ | UXRT_WRITE | UXRT_EXECUTE)))
        return UXRT_PATH;
    return flags & OPEN_KEPT;
}

static int make_file(struct attribute_call *call, struct opening *opening)
{
    struct server *server = call->server;
    char path[PATH_KEPT];
    struct server_node *node = opening->at.node;
    struct open_file *base = fs_open_of(call->request->file);
    size_t length = fs_path_join(base, opening->name, opening->length, path);
    struct server_file *file = fs_file_create(node, kept(opening->flags), path, length);
    int error = 0;

    if (!file)
        return -ENOMEM;
    fs_open_of(file)->base = base->base;
    fs_open_of(file)->renames = base->renames;
    call->caller.opening = opening->id;
    if (!(file->flags & UXRT_PATH) && server->operations.open)
        error = server->operations.open(server, file, &call->caller);
    file->flags &= ~(uint32_t)UXRT_NO_TERMINAL;
    if (!error) {
        fs_open_of(file)->opened = !(file->flags & UXRT_PATH);
        error = truncate(call, opening, file);
    }
    if (error == -ERROR_WAIT || (error == -EAGAIN && !(file->flags & UXRT_NONBLOCK)))
        error = fs_wait_arm(server, call->connection, file->node,
            UXRT_READY_READ | UXRT_READY_WRITE, opening->id);
    if (error)
        fs_file_put(server, file);
    else
        fs_id_set(call->connection, opening->id, file);
    if (!error && fs_open_of(file)->opened)
        fs_event_file(server, file, WATCH_OPEN);
    return error;
}

/* As it is opened for nothing but to be looked at. */
int fs_named_node(struct attribute_call *call, struct server_node **node)
{
    struct opening opening = {
        .flags = (uint32_t)(call->argument >> REQUEST_FILE_BITS),
        .name = call->server->name, .length = call->server->name_length,
    };
    int error;

    *node = call->request->file->node;
    if (!opening.name)
        return call->argument ? -EINVAL : 0;
    if (call->argument & LAST_FILE
        || opening.flags & ~(uint32_t)(UXRT_NOFOLLOW | UXRT_DIRECTORY))
        return -EINVAL;
    opening.flags |= UXRT_PATH;
    error = find(call, &opening);
    *node = opening.at.node;
    return error;
}

int64_t fs_open_write(struct attribute_call *call)
{
    struct opening opening = {
        .id = call->argument & LAST_FILE,
        .flags = (uint32_t)(call->argument >> REQUEST_FILE_BITS),
        .name = call->data + 4, .length = call->size - 4,
    };
    int error = fs_id_check(call->connection, opening.id);

    if (error)
        return error;
    if (opening.flags & ~(uint32_t)OPEN_KNOWN)
        return -EINVAL;
    if (opening.flags & UXRT_PATH)
        opening.flags &= UXRT_PATH | UXRT_DIRECTORY | UXRT_NOFOLLOW | UXRT_EXECUTE;
    memcpy(&opening.mode, call->data, 4);
    error = find(call, &opening);
    if (!error)
        error = make_file(call, &opening);
    return error ? error : (int64_t)call->size;
}

int64_t fs_clone_write(struct attribute_call *call)
{
    int error = fs_id_check(call->connection, call->argument);

    if (error)
        return error;
    call->request->file->references++;
    fs_id_set(call->connection, call->argument, call->request->file);
    return 0;
}

int64_t fs_close_write(struct attribute_call *call)
{
    return fs_id_close(call->server, call->connection, call->request->request.file);
}

int64_t fs_closemany_write(struct attribute_call *call)
{
    if (call->size % 4)
        return -EINVAL;
    for (size_t at = 0; at < call->size; at += 4) {
        uint32_t id;

        memcpy(&id, call->data + at, 4);
        fs_id_close(call->server, call->connection, id);
    }
    return (int64_t)call->size;
}
