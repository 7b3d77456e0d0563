/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes that are records of a file or node: stat and changes of it, position, flags,
 * link target, directory entries, memory object, file system. */
#include <server/internal.h>
#include <transport/watch.h>
#include <util/string.h>

enum { BLOCK_BYTES = 512, ENTRY_HEAD = offsetof(struct uxrt_entry, name) };

/* Gives a record whole, or not at all. */
static int64_t give(struct attribute_call *call, const void *record, size_t size)
{
    if (call->size < size)
        return -EINVAL;
    memcpy(call->data, record, size);
    return (int64_t)size;
}

int64_t fs_stat_read(struct attribute_call *call)
{
    struct server_node *node;
    int error = fs_named_node(call, &node);

    if (error)
        return error;

    struct uxrt_stat stat = {
        .device = UINT64_C(1) + call->identity->service, .node = node->number,
        .mode = node->mode, .links = node->links, .uid = node->uid, .gid = node->gid,
        .special = node->device, .size = node->size,
        .blocks = node->size / BLOCK_BYTES + (node->size % BLOCK_BYTES != 0),
        .accessed = node->accessed, .modified = node->modified, .changed = node->changed,
    };

    if (call->server->operations.stat && !fs_is_queue(node))
        error = call->server->operations.stat(call->server, node, &stat);
    return error ? error : give(call, &stat, sizeof(stat));
}

#define SET_KNOWN (UXRT_SET_MODE | UXRT_SET_UID | UXRT_SET_GID | UXRT_SET_SIZE \
    | UXRT_SET_ACCESSED | UXRT_SET_MODIFIED)

/* May the caller change the owner like this? */
static bool may_chown(const struct attribute_call *call, const struct server_node *node,
    const struct uxrt_change *change)
{
    bool owner = call->caller.uid == node->uid;

    if (call->caller.privileged)
        return true;
    if (change->what & UXRT_SET_UID && (!owner || change->uid != node->uid))
        return false;
    return !(change->what & UXRT_SET_GID)
           || (owner && change->gid == node->gid)
           || (owner && fs_in_group(call->identity, change->gid));
}

static bool may_write(const struct attribute_call *call, const struct server_node *node)
{
    return call->request->file->flags & UXRT_WRITE
           || fs_permits(node, call->identity, MAY_WRITE);
}

static int check_size(const struct attribute_call *call, const struct server_node *node,
    const struct uxrt_change *change)
{
    if (!(change->what & UXRT_SET_SIZE))
        return 0;
    if (S_ISDIR(node->mode))
        return -EISDIR;
    if (!S_ISREG(node->mode))
        return -EINVAL;
    if (change->size > INT64_MAX)
        return -EINVAL;
    return may_write(call, node) ? 0 : -EACCES;
}

static int check_change(const struct attribute_call *call, const struct server_node *node,
    const struct uxrt_change *change)
{
    bool owner = call->caller.privileged || call->caller.uid == node->uid;

    if (change->what & ~(uint32_t)SET_KNOWN)
        return -EINVAL;
    if (change->what & UXRT_SET_MODE && !owner)
        return -EPERM;
    if (!may_chown(call, node, change))
        return -EPERM;
    if (change->what & (UXRT_SET_ACCESSED | UXRT_SET_MODIFIED) && !owner
        && !may_write(call, node))
        return -EACCES;
    return check_size(call, node, change);
}

static void set_mode(const struct attribute_call *call, struct server_node *node,
    uint32_t mode)
{
    mode &= 07777;
    if (!call->caller.privileged && !fs_in_group(call->identity, node->gid))
        mode &= ~(uint32_t)S_ISGID;
    node->mode = (node->mode & S_IFMT) | mode;
}

static void apply(const struct attribute_call *call, struct server_node *node,
    const struct uxrt_change *change)
{
    if (change->what & (UXRT_SET_UID | UXRT_SET_GID) && !S_ISDIR(node->mode))
        fs_drop_set_ids(node);
    if (change->what & UXRT_SET_UID)
        node->uid = change->uid;
    if (change->what & UXRT_SET_GID)
        node->gid = change->gid;
    if (change->what & UXRT_SET_MODE)
        set_mode(call, node, change->mode);
    if (change->what & UXRT_SET_ACCESSED)
        node->accessed = change->accessed;
    if (change->what & UXRT_SET_MODIFIED)
        node->modified = change->modified;
    if (change->what)
        node->changed = server_time();
}

/* What those who watch the file are told: setting both times is a change of attributes, as
 * utimes(2) is. */
static uint32_t event_of(const struct uxrt_change *change)
{
    const uint32_t times = UXRT_SET_ACCESSED | UXRT_SET_MODIFIED;
    uint32_t set = change->what & times;
    uint32_t event = change->what & UXRT_SET_SIZE ? WATCH_MODIFY : 0;

    if (change->what & (UXRT_SET_MODE | UXRT_SET_UID | UXRT_SET_GID) || set == times)
        return event | WATCH_ATTRIBUTES;
    return event | (set & UXRT_SET_ACCESSED ? WATCH_ACCESS : 0)
           | (set & UXRT_SET_MODIFIED ? WATCH_MODIFY : 0);
}

int64_t fs_set_write(struct attribute_call *call)
{
    struct server_node *node = call->request->file->node;
    struct uxrt_change change;
    int error;

    memcpy(&change, call->data, sizeof(change));
    error = check_change(call, node, &change);
    if (!error && change.what & UXRT_SET_SIZE)
        error = call->server->operations.resize(call->server, node, change.size);
    if (error)
        return error;
    if (change.what & UXRT_SET_SIZE)
        fs_bytes_changed(node, call->identity);
    apply(call, node, &change);
    fs_event_file(call->server, call->request->file, event_of(&change));
    return sizeof(change);
}

static bool can_seek(const struct server_node *node)
{
    uint32_t type = node->mode & S_IFMT;

    return type == S_IFREG || type == S_IFDIR || type == S_IFBLK;
}

int64_t fs_position_read(struct attribute_call *call)
{
    const struct server_file *file = call->request->file;

    if (file->flags & UXRT_PATH)
        return -EBADF;
    if (!can_seek(file->node))
        return -ESPIPE;
    return give(call, &file->position, sizeof(file->position));
}

int64_t fs_position_write(struct attribute_call *call)
{
    struct server_file *file = call->request->file;
    int64_t bases[3] = { 0, file->position, 0 }, position;
    struct uxrt_seek seek;

    memcpy(&seek, call->data, sizeof(seek));
    if (file->flags & UXRT_PATH)
        return -EBADF;
    if (!can_seek(file->node))
        return -ESPIPE;
    if (seek.whence > 2)
        return -EINVAL;
    bases[2] = file->node->size > INT64_MAX ? INT64_MAX : (int64_t)file->node->size;
    if (__builtin_add_overflow(bases[seek.whence], seek.offset, &position))
        return seek.offset > 0 ? -EOVERFLOW : -EINVAL;
    if (position < 0)
        return -EINVAL;
    file->position = position;
    return sizeof(seek);
}

int64_t fs_flags_read(struct attribute_call *call)
{
    uint32_t flags = call->request->file->flags
                     & ~(DIRECT_READ | DIRECT_WRITE);

    return give(call, &flags, sizeof(flags));
}

int64_t fs_flags_write(struct attribute_call *call)
{
    const uint32_t changeable = UXRT_APPEND | UXRT_NONBLOCK;
    struct server_file *file = call->request->file;
    uint32_t flags;

    memcpy(&flags, call->data, sizeof(flags));
    if (file->flags & UXRT_PATH)
        return -EBADF;
    file->flags = (file->flags & ~changeable) | (flags & changeable);
    fs_set_direct(file);
    return sizeof(flags);
}

int64_t fs_link_read(struct attribute_call *call)
{
    struct server_node *node = call->request->file->node;

    int64_t length;

    if (!S_ISLNK(node->mode))
        return -EINVAL;
    length = call->server->operations.readlink(call->server, node, call->data, call->size);
    return length == -ERROR_FILE ? fs_turn_file(call->server, 0, call->data) : length;
}

/* Adds an entry to the record; false: it is full. */
static bool add_entry(struct attribute_call *call, size_t *used, struct uxrt_entry *entry,
    const char *name)
{
    size_t length = (ENTRY_HEAD + entry->name_length + 7) & ~(size_t)7;
    char *to = call->data + *used;

    if (length > call->size - *used)
        return false;
    entry->length = (uint16_t)length;
    memset(to + length - 8, 0, 8);
    memcpy(to, entry, ENTRY_HEAD);
    memcpy(to + ENTRY_HEAD, name, entry->name_length);
    *used += length;
    return true;
}

int64_t fs_readdir_read(struct attribute_call *call)
{
    struct server_file *file = call->request->file;
    uint64_t cookie = call->argument;
    size_t used = 0;
    int result;

    if (!(file->flags & UXRT_READ))
        return -EBADF;
    if (!S_ISDIR(file->node->mode))
        return -ENOTDIR;
    for (;;) {
        struct uxrt_entry entry = { 0 };
        char name[256];

        result = call->server->operations.entry(call->server, file->node, cookie, &entry,
            name);
        if (result == SERVER_PARKED)
            return result;
        if (result <= 0 || !add_entry(call, &used, &entry, name))
            break;
        cookie = entry.next;
    }
    fs_event_file(call->server, file, WATCH_ACCESS);
    if (used)
        return (int64_t)used;
    return result > 0 ? -EINVAL : result;
}

int64_t object_attribute_read(struct attribute_call *call)
{
    const struct server_file *file = call->request->file;
    uint64_t protection = call->argument;
    struct uxrt_object object = { .size = file->node->size };
    int64_t token;

    if (protection & ~UINT64_C(7))
        return -EINVAL;
    if (call->size < sizeof(object))
        return -EINVAL;
    if (fs_is_queue(file->node))
        return -ENODEV;
    if (!(file->flags & (UXRT_READ | UXRT_EXECUTE)))
        return -EACCES;
    if (protection & UXRT_WRITE && !(file->flags & UXRT_WRITE))
        return -EACCES;
    token = call->server->operations.object(call->request, (unsigned)protection);
    if (token < 0)
        return token;
    object.token = (uint64_t)token;
    object.size = file->node->size;
    return give(call, &object, sizeof(object));
}

int64_t fs_statfs_read(struct attribute_call *call)
{
    struct uxrt_statfs statfs = { .block_size = 4096, .name_max = NAME_COMPONENT };
    int error = 0;

    if (call->server->operations.statfs)
        error = call->server->operations.statfs(call->server, &statfs);
    return error ? error : give(call, &statfs, sizeof(statfs));
}

int64_t fs_sync_write(struct attribute_call *call)
{
    (void)call;
    return 0;
}

/* Whoever may write to a socket's name may connect to the socket. */
int64_t fs_key_read(struct attribute_call *call)
{
    const struct server_node *node = call->request->file->node;

    if ((node->mode & S_IFMT) != S_IFSOCK)
        return -ENOTSOCK;
    if (!fs_permits(node, call->identity, MAY_WRITE))
        return -EACCES;
    return give(call, &node->key, sizeof(node->key));
}

int64_t fs_key_write(struct attribute_call *call)
{
    struct server_node *node = call->request->file->node;

    if ((node->mode & S_IFMT) != S_IFSOCK)
        return -ENOTSOCK;
    if (node->key || (node->uid != call->identity->uid && call->identity->uid))
        return -EPERM;
    memcpy(&node->key, call->data, sizeof(node->key));
    return sizeof(node->key);
}
