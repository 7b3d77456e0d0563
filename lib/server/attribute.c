/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests for attributes: a table says where each is found, how long its record may be,
 * and who does it. A write's record is copied before it is looked at; a read's is put
 * when it is complete.
 */
#include <server/internal.h>
#include <terminal/termios.h>
#include <util/string.h>

/* ON_NODE: roots as well; ON_NAME: and what has a name below. */
enum where { ON_FILE = 1, ON_NODE = 2, ON_CONTROL = 4, ON_NAME = 8 };

struct handler {
    uint16_t where;
    uint16_t least;         /* bytes of a write */
    uint32_t most;
    int64_t (*read)(struct attribute_call *call);
    int64_t (*write)(struct attribute_call *call);
};

enum { NAME_MOST = 4 + NAME_BYTES, NAMES_MOST = 4 + 2 * NAME_BYTES };

static const struct handler handlers[] = {
    [ATTR_STAT] = { ON_NODE | ON_NAME, 0, 0, fs_stat_read, NULL },
    [ATTR_SET] = { ON_NODE, sizeof(struct uxrt_change), sizeof(struct uxrt_change), NULL,
        fs_set_write },
    [ATTR_POSITION] = { ON_FILE, sizeof(struct uxrt_seek), sizeof(struct uxrt_seek),
        fs_position_read, fs_position_write },
    [ATTR_FLAGS] = { ON_FILE, 4, 4, fs_flags_read, fs_flags_write },
    [ATTR_READY] = { ON_FILE, 0, 0, fs_ready_read, NULL },
    [ATTR_PATH] = { ON_NODE, 0, 0, fs_path_read, NULL },
    [ATTR_LINK] = { ON_NODE, 0, 0, fs_link_read, NULL },
    [ATTR_OPEN] = { ON_NODE, 4, NAME_MOST, NULL, fs_open_write },
    [ATTR_CLONE] = { ON_FILE, 0, 0, NULL, fs_clone_write },
    [ATTR_CLOSE] = { ON_FILE, 0, 0, NULL, fs_close_write },
    [ATTR_MKDIR] = { ON_NODE, 4, NAME_MOST, NULL, fs_mkdir_write },
    [ATTR_REMOVE] = { ON_NODE, 0, NAME_BYTES, NULL, fs_remove_write },
    [ATTR_SYMLINK] = { ON_NODE, 4, NAMES_MOST, NULL, fs_symlink_write },
    [ATTR_HARDLINK] = { ON_NODE, 0, NAME_BYTES, NULL, fs_hardlink_write },
    [ATTR_RENAME] = { ON_NODE, 4, NAMES_MOST, NULL, fs_rename_write },
    [ATTR_READDIR] = { ON_FILE, 0, 0, fs_readdir_read, NULL },
    [ATTR_RPC] = { ON_FILE, 0, RECORD_MAX / 2, fs_rpc_read, fs_rpc_write },
    [ATTR_LOCK] = { ON_FILE, sizeof(struct uxrt_lock), sizeof(struct uxrt_lock), NULL,
        fs_lock_write },
    [ATTR_OBJECT] = { ON_FILE, 0, 0, object_attribute_read, NULL },
    [ATTR_STATFS] = { ON_NODE, 0, 0, fs_statfs_read, NULL },
    [ATTR_SYNC] = { ON_FILE, 0, 0, NULL, fs_sync_write },
    [ATTR_FORK] = { ON_CONTROL, 8, 8, fs_fork_read, fs_fork_write },
    [ATTR_CLOSEMANY] = { ON_CONTROL, 4, RECORD_MAX, NULL, fs_closemany_write },
    [ATTR_EXPORT] = { ON_CONTROL, 0, 0, fs_export_read, NULL },
    [ATTR_IMPORT] = { ON_CONTROL, 8, 8, NULL, fs_import_write },
    [ATTR_ADOPT] = { ON_CONTROL, sizeof(struct adoption), sizeof(struct adoption), NULL,
        fs_adopt_write },
    [ATTR_RANGE] = { ON_FILE, sizeof(struct uxrt_range), sizeof(struct uxrt_range),
        fs_range_read, fs_range_write },
    [ATTR_QUEUE] = { ON_NODE, 0, 0, NULL, fs_queue_write },
    [ATTR_WATCH] = { ON_NODE, 4, 4, fs_watch_read, fs_watch_write },
    [ATTR_KEY] = { ON_FILE, 8, 8, fs_key_read, fs_key_write },
};
enum { HANDLERS = sizeof(handlers) / sizeof(*handlers) };

/* Arms what the operation wants to wait for. */
static int64_t or_wait(struct attribute_call *call, int64_t result)
{
    if (result != -ERROR_WAIT)
        return result;
    return fs_wait_arm(call->server, call->connection, call->request->file->node,
        UXRT_READY_READ | UXRT_READY_WRITE, call->request->request.file);
}

/* Of a queue of events, only how many bytes there are to read. */
static int64_t queue_get(struct attribute_call *call)
{
    uint32_t bytes = fs_queue_bytes(call->request->file->node);

    if (ATTRIBUTE_OF(call->request->request.offset) != ATTR_CONTROL
        || call->argument != FIONREAD)
        return -ENOTTY;
    if (call->size < sizeof(bytes))
        return -EINVAL;
    memcpy(call->data, &bytes, sizeof(bytes));
    return sizeof(bytes);
}

/* What lib/server does not know is the operations' own matter. */
static int64_t other_read(struct attribute_call *call)
{
    if (call->request->file->flags & UXRT_PATH)
        return -EBADF;
    if (fs_is_queue(call->request->file->node))
        return queue_get(call);
    return or_wait(call, call->server->operations.get(call->request,
        ATTRIBUTE_OF(call->request->request.offset), call->argument, call->data,
        call->size));
}

static int64_t other_write(struct attribute_call *call)
{
    if (call->request->file->flags & UXRT_PATH)
        return -EBADF;
    if (fs_is_queue(call->request->file->node))
        return -ENOTTY;
    return or_wait(call, call->server->operations.set(call->request,
        ATTRIBUTE_OF(call->request->request.offset), call->argument, call->data,
        call->size));
}

static const struct handler other = { ON_FILE, 0, RECORD_MAX, other_read, other_write };

static const struct handler *handler_of(unsigned attribute)
{
    bool known = attribute < HANDLERS && handlers[attribute].where;

    return known ? &handlers[attribute] : &other;
}

/* The node of root number `index` of a connection, or null. */
static struct server_node *root_of(struct server *server, const struct identity *identity,
    uint32_t index)
{
    uint64_t number;

    if (index >= identity->root_count || index >= ROOTS_MAX)
        return NULL;
    number = identity->roots[index];
    if (!number || number == server->root->number)
        return server->root;
    return server->operations.root ? server->operations.root(server, number) : NULL;
}

/* Finds what the request's id stands for; `root` serves as the open file of a root. */
static int find_file(struct attribute_call *call, const struct handler *handler,
    struct open_file *root)
{
    uint32_t id = call->request->request.file;

    if (handler->where == ON_CONTROL || id == CONTROL_FILE)
        return handler->where == ON_CONTROL && id == CONTROL_FILE ? 0 : -EBADF;
    if (id < ROOT_FILE + ROOTS_MAX) {
        struct server_node *node = root_of(call->server, call->identity, id - ROOT_FILE);

        if (!node)
            return -ENOENT;
        if (!(handler->where & ON_NODE))
            return -EBADF;
        *root = (struct open_file){
            .file = { .node = node, .flags = UXRT_PATH, .references = 1 },
            .base = node->number, .renames = call->server->renames };
        call->request->file = &root->file;
    } else {
        call->request->file = fs_id_file(call->connection, id);
    }
    return call->request->file ? 0 : -EBADF;
}

static bool is_name(unsigned attribute)
{
    return attribute == ATTR_OPEN
           || (attribute >= ATTR_MKDIR && attribute <= ATTR_RENAME);
}

static int64_t do_write(struct attribute_call *call, const struct handler *handler)
{
    uint32_t count = call->request->request.count;
    int64_t got;

    if (!handler->write)
        return -EINVAL;
    if (count < handler->least)
        return -EINVAL;
    if (count > handler->most)
        return is_name(ATTRIBUTE_OF(call->request->request.offset)) ? -ENAMETOOLONG
                                                                    : -EINVAL;
    call->size = count;
    got = count ? server_get(call->request, 0, call->data, count) : 0;
    if (got < 0)
        return got;
    return got == count ? handler->write(call) : -EFAULT;
}

/* Puts the bytes of a read. What comes after may change the message registers, so for
 * short ones, which cannot fail, it comes before. */
static int64_t finish_read(struct attribute_call *call, int64_t count)
{
    bool early = call->request->request.form == FORM_MESSAGE;
    int64_t put = 0;

    if (early && call->then)
        call->then(call, true);
    if (count)
        put = server_put(call->request, 0, call->data, (size_t)count);
    if (put >= 0 && put < count)
        put = -EFAULT;
    if (!early && call->then)
        call->then(call, put >= 0);
    return put < 0 ? put : count;
}

static int64_t do_read(struct attribute_call *call, const struct handler *handler)
{
    uint32_t count = call->request->request.count;
    int64_t result;

    if (!handler->read || (call->server->name && !(handler->where & ON_NAME)))
        return -EINVAL;
    call->size = count < RECORD_MAX ? count : RECORD_MAX;
    result = handler->read(call);
    if (result < 0 || result == SERVER_PARKED)
        return result;
    if ((uint64_t)result > call->size)
        result = (int64_t)call->size;
    return finish_read(call, result);
}

void fs_answer_with(struct server *server, struct server_request *own, const void *data,
    uint32_t size)
{
    struct uxrt_request *request = &own->request;

    request->write = false;
    request->form = FORM_MESSAGE;
    request->count = size;
    memcpy(uxrt_request_registers(server->service, request), data, size);
}

static void set_caller(struct attribute_call *call)
{
    const struct identity *identity = call->identity;

    call->caller = (struct server_caller){
        .badge = call->connection->badge, .pid = identity->pid, .uid = identity->uid,
        .gid = identity->gid, .umask = identity->umask, .privileged = !identity->uid,
    };
}

int64_t fs_attribute_do(struct server *server, struct connection *connection,
    struct server_request *request)
{
    uint64_t offset = request->request.offset;
    const struct handler *handler = handler_of(ATTRIBUTE_OF(offset));
    struct attribute_call call = {
        .server = server, .connection = connection, .request = request,
        .identity = uxrt_identity(connection->badge),
        .argument = offset & ATTRIBUTE_ARGUMENT, .data = server->record,
    };
    struct open_file root;
    int64_t result;

    if (!call.identity)
        return -EIO;
    set_caller(&call);
    result = find_file(&call, handler, &root);
    if (result)
        return result;
    result = request->request.write ? do_write(&call, handler) : do_read(&call, handler);
    if (result == -ERROR_LINK || result == -ERROR_MOUNT || result == -ERROR_FILE)
        fs_answer_with(server, request, server->turn, server->turn_bytes);
    return result;
}
