/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process server's file tree as a table of operations for lib/server, which has
 * checked names, ids, open modes and permission bits already. Each operation goes to the
 * kind of the node; a node whose process has ended has nothing any more.
 */
#include <files/files.h>
#include <files/node.h>

#include <process/connection.h>
#include <util/errno.h>
#include <util/string.h>

enum { TEXT_PART = 4096, FIXED_COOKIES = 64 };

const struct node_kind kind_root = {
    .name = "", .code = PROC_ROOT, .mode = S_IFDIR | 0555,
    .children = (const struct node_kind *const[]){
        &kind_boot, &kind_services, &kind_processes, NULL},
};

static bool is_gone(const struct tree_node *node)
{
    return node->kind->of_process && !tree_process(node);
}

static unsigned count_children(const struct node_kind *kind)
{
    unsigned count = 0;

    while (kind->children && kind->children[count]) {
        count++;
    }
    return count;
}

static const struct node_kind *find_child(const struct node_kind *kind, const char *name,
    size_t length)
{
    for (unsigned i = 0; i < count_children(kind); i++) {
        const char *own = kind->children[i]->name;

        if (strlen(own) == length && !memcmp(own, name, length)) {
            return kind->children[i];
        }
    }
    return NULL;
}

static int tree_lookup(struct server *server, struct server_node *parent,
    const char *name, size_t length, struct server_node **node)
{
    struct tree_node *directory = tree_node_of(parent), *found = NULL;
    const struct node_kind *child = find_child(directory->kind, name, length);
    int error = -ENOENT;

    (void)server;
    if (is_gone(directory)) {
        return -ENOENT;
    }
    if (child) {
        found = tree_get(child, directory->id, directory->start, directory->end);
        error = found ? 0 : -ENOMEM;
    } else if (directory->kind->lookup) {
        error = directory->kind->lookup(directory, name, length, &found);
    }
    if (!error) {
        *node = &found->server;
    }
    return error;
}

/* Cookies of children with fixed names are their places; the others' come after. */
static int tree_entry(struct server *server, struct server_node *node, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    struct tree_node *directory = tree_node_of(node);
    const struct node_kind *kind = directory->kind;
    unsigned children = count_children(kind);
    int more = 0;

    (void)server;
    if (is_gone(directory)) {
        return -ENOENT;
    }
    if (cookie < children) {
        const struct node_kind *child = kind->children[cookie];

        return entry_fill(entry, name, child,
            tree_number(child, directory->id, directory->start),
            cookie + 1, child->name, strlen(child->name));
    }
    if (kind->entry) {
        cookie = cookie < FIXED_COOKIES ? 0 : cookie - FIXED_COOKIES;
        more = kind->entry(directory, cookie, entry, name);
        entry->next += FIXED_COOKIES;
    }
    return more;
}

static int64_t tree_readlink(struct server *server, struct server_node *node,
    char *target, size_t size)
{
    struct tree_node *link = tree_node_of(node);

    (void)server;
    return link->kind->readlink ? link->kind->readlink(link, target, size) : -EINVAL;
}

/* Nothing is made here, but a name in /srv can be served: the library does that. */
static int tree_create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node)
{
    (void)server, (void)caller, (void)name, (void)length, (void)mode, (void)node;
    return tree_node_of(parent)->kind == &kind_services ? -ENXIO : -EPERM;
}

static int tree_remove(struct server *server, struct server_node *parent,
    const char *name, size_t length, struct server_node *node)
{
    struct tree_node *gone = tree_node_of(node);

    (void)server;
    (void)parent;
    (void)name;
    (void)length;
    return gone->kind->remove ? gone->kind->remove(gone) : -EPERM;
}

static struct server_node *tree_root(struct server *server, uint64_t number)
{
    struct tree_node *node = tree_numbered(number);

    (void)server;
    return node ? &node->server : NULL;
}

static int64_t read_text(struct tree_node *node, struct server_request *request)
{
    static char part[TEXT_PART];
    struct text text = {.skip = request->offset, .out = part};

    text.room = request->count < TEXT_PART ? request->count : TEXT_PART;
    node->kind->text(node, &text);
    request->end = !text.cut;
    return text.done ? server_put(request, 0, part, text.done) : 0;
}

static int64_t tree_read(struct server_request *request)
{
    struct tree_node *node = tree_node_of(request->file->node);

    if (is_gone(node)) {
        return -ESRCH;
    }
    if (node->kind->text) {
        return read_text(node, request);
    }
    if (S_ISDIR(node->server.mode)) {
        return -EISDIR;
    }
    return node->kind->read ? node->kind->read(node, request) : -EINVAL;
}

static int64_t tree_write(struct server_request *request)
{
    struct tree_node *node = tree_node_of(request->file->node);

    if (is_gone(node)) {
        return -ESRCH;
    }
    return node->kind->write ? node->kind->write(node, request) : -EROFS;
}

static uint32_t tree_ready(struct server_file *file)
{
    const struct tree_node *node = tree_node_of(file->node);

    return node->kind == &kind_life ? life_ready(node) : UXRT_READY_READ | UXRT_READY_WRITE;
}

static int64_t tree_get_record(struct server_request *request, unsigned attribute,
    uint64_t argument, void *record, size_t size)
{
    const struct tree_node *node = tree_node_of(request->file->node);

    return attribute == ATTR_CONTROL
           && (node->kind == &kind_life || node->kind == &kind_process)
           ? life_get(node, argument, record, size) : -ENOTTY;
}

static int64_t tree_object(struct server_request *request, unsigned protection)
{
    struct tree_node *node = tree_node_of(request->file->node);

    if (is_gone(node)) {
        return -ESRCH;
    }
    return node->kind->object ? node->kind->object(node, protection) : -ENODEV;
}

/* Opening for writing with truncation is the shell's way to write at all. */
static int tree_resize(struct server *server, struct server_node *node, uint64_t size)
{
    (void)server;
    return tree_node_of(node)->kind->write && !size ? 0 : -EROFS;
}

/* A name in /srv: its service goes on with the rest of the path. */
static void tree_turn(struct server *server, const char *name, size_t length,
    uint32_t *service)
{
    struct service *found = length ? service_named(name, length) : NULL;

    (void)server;
    *service = found ? found->number : SERVICE_PROC;
}

const struct server_operations tree_operations = {
    .lookup = tree_lookup,
    .readlink = tree_readlink,
    .create = tree_create,
    .remove = tree_remove,
    .entry = tree_entry,
    .root = tree_root,
    .read = tree_read,
    .write = tree_write,
    .resize = tree_resize,
    .ready = tree_ready,
    .get = tree_get_record,
    .object = tree_object,
    .turn = tree_turn,
};
