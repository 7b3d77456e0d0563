/* SPDX-License-Identifier: BSD-2-Clause */
#include "toy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

#include <server/internal.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>

struct toy toy;
static uint64_t last_number;

static struct toy_node *toy_of(struct server_node *node)
{
    return (struct toy_node *)node;
}

static struct toy_node *make_node(uint32_t mode, uint32_t uid, uint32_t gid)
{
    struct toy_node *node = calloc(1, sizeof(*node));

    node->node = (struct server_node){
        .number = ++last_number, .mode = mode, .uid = uid, .gid = gid };
    toy.nodes++;
    return node;
}

static struct toy_node **place(struct toy_node *parent, const char *name, size_t length)
{
    struct toy_node **at = &parent->children;

    while (*at && (strlen((*at)->name) != length || memcmp((*at)->name, name, length)))
        at = &(*at)->next;
    return at;
}

static struct toy_node *meant(struct toy_node *entry)
{
    return entry->original ? entry->original : entry;
}

static void taken_back(struct server_request *request)
{
    assert(request == toy.kept);
}

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    struct toy_node *found = *place(toy_of(parent), name, length);

    assert(length && length <= 255 && !memchr(name, '/', length));
    if (toy.keep) {
        toy.keep = false;
        return server_keep(server, NULL, taken_back, &toy.kept);
    }
    if (!found)
        return -ENOENT;
    *node = &meant(found)->node;
    return 0;
}

static void add(struct toy_node *parent, struct toy_node *entry, const char *name,
    size_t length)
{
    assert(!*place(parent, name, length));
    memcpy(entry->name, name, length);
    entry->name[length] = 0;
    entry->parent = parent;
    entry->next = parent->children;
    parent->children = entry;
    meant(entry)->node.links++;
}

static int create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node)
{
    struct toy_node *made = make_node(mode, caller->uid, caller->gid);

    (void)server;
    add(toy_of(parent), made, name, length);
    *node = &made->node;
    return 0;
}

static int make_link(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, const char *target,
    size_t target_length)
{
    struct toy_node *made;

    (void)server;
    if (target_length >= TOY_BYTES)
        return -ENAMETOOLONG;
    made = make_node(S_IFLNK | 0777, caller->uid, caller->gid);
    memcpy(made->data, target, target_length);
    made->node.size = target_length;
    add(toy_of(parent), made, name, length);
    return 0;
}

static int64_t read_link(struct server *server, struct server_node *node, char *target,
    size_t size)
{
    size_t length = node->size < size ? node->size : size;

    (void)server;
    memcpy(target, toy_of(node)->data, length);
    return (int64_t)length;
}

static int add_link(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node)
{
    struct toy_node *entry = calloc(1, sizeof(*entry));

    (void)server;
    entry->original = toy_of(node);
    add(toy_of(parent), entry, name, length);
    return 0;
}

static void forget(struct server *server, struct server_node *node)
{
    struct toy_node *gone = toy_of(node);

    (void)server;
    assert(!node->references && !node->links && !node->waiting && !gone->readers);
    toy.forgotten++;
    free(gone);
}

/* Takes an entry out. The entry of a node that has other names becomes one of them. */
static void take_out(struct toy_node *parent, const char *name, size_t length)
{
    struct toy_node **at = place(parent, name, length), *entry = *at;

    *at = entry->next;
    entry->next = NULL;
    meant(entry)->node.links--;
    if (entry->original)
        free(entry);
}

static int take_name(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node)
{
    struct toy_node *entry = *place(toy_of(parent), name, length);

    (void)server;
    assert(&meant(entry)->node == node);
    if (toy_of(node)->children)
        return -ENOTEMPTY;
    take_out(toy_of(parent), name, length);
    return 0;
}

static int move_name(struct server *server, struct server_node *from, const char *old,
    size_t old_length, struct server_node *to, const char *new, size_t new_length,
    struct server_node *node, struct server_node *replaced)
{
    struct toy_node *entry;

    (void)server;
    if (replaced && toy_of(replaced)->children)
        return -ENOTEMPTY;
    if (replaced)
        take_out(toy_of(to), new, new_length);
    entry = *place(toy_of(from), old, old_length);
    assert(&meant(entry)->node == node);
    *place(toy_of(from), old, old_length) = entry->next;
    node->links--;
    add(toy_of(to), entry, new, new_length);
    return 0;
}

static int list(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    struct toy_node *at = toy_of(directory)->children;

    (void)server;
    for (uint64_t i = 0; at && i < cookie; i++)
        at = at->next;
    if (!at)
        return 0;
    entry->node = meant(at)->node.number;
    entry->next = cookie + 1;
    entry->type = (uint8_t)(meant(at)->node.mode >> 12);
    entry->name_length = (uint8_t)strlen(at->name);
    memcpy(name, at->name, entry->name_length);
    return 1;
}

static struct toy_node *find(struct toy_node *from, uint64_t number)
{
    for (struct toy_node *at = from; at; at = at->next) {
        struct toy_node *found = at->node.number == number ? at : NULL;

        if (!found && at->children)
            found = find(at->children, number);
        if (found)
            return found;
    }
    return NULL;
}

static struct server_node *root(struct server *server, uint64_t number)
{
    struct toy_node *node = find(toy.root, number);

    (void)server;
    return node ? &node->node : NULL;
}

static struct server_node *parent_of(struct server *server, struct server_node *directory)
{
    (void)server;
    return toy_of(directory)->parent ? &toy_of(directory)->parent->node : NULL;
}

static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    (void)server;
    (void)caller;
    if (!strcmp(toy_of(file->node)->name, "refuses"))
        return -ENXIO;
    file->data = malloc(1);
    toy.opened++;
    return 0;
}

static void close(struct server *server, struct server_file *file)
{
    (void)server;
    assert(!file->references);
    heap_free(heap_alloc(1));
    free(file->data);
    file->data = NULL;
    toy.closed++;
}

static void cancelled(struct server_request *request)
{
    struct server_request **at = &toy_of(request->file->node)->readers;

    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
}

/* Takes bytes from the front of a FIFO. */
static int64_t take_bytes(struct toy_node *fifo, struct server_request *request)
{
    size_t count = request->count < fifo->node.size ? request->count : fifo->node.size;
    int64_t done = server_put(request, 0, fifo->data, count);

    if (done > 0) {
        fifo->node.size -= (uint64_t)done;
        memmove(fifo->data, fifo->data + done, fifo->node.size);
    }
    return done;
}

static int64_t read_fifo(struct toy_node *fifo, struct server_request *request)
{
    struct server_request *kept;

    if (fifo->node.size || !request->count) {
        int64_t done = take_bytes(fifo, request);

        server_changed(request->server, &fifo->node, UXRT_READY_WRITE);
        return done;
    }
    if (!toy.park)
        return -EAGAIN;
    kept = server_park(request, cancelled);
    if (!kept)
        return -ERROR_WAIT;
    kept->next = fifo->readers;
    fifo->readers = kept;
    return SERVER_PARKED;
}

static int64_t read(struct server_request *request)
{
    struct toy_node *node = toy_of(request->file->node);
    uint64_t size = node->node.size, offset = request->offset;
    uint64_t count = offset < size ? size - offset : 0;

    assert(request->file->data && request->offset <= INT64_MAX);
    if (S_ISFIFO(node->node.mode))
        return read_fifo(node, request);
    if (count > request->count)
        count = request->count;
    request->end = offset + count >= size;
    return count ? server_put(request, 0, node->data + offset, count) : 0;
}

static int64_t write_at(struct toy_node *node, struct server_request *request,
    uint64_t offset)
{
    uint64_t count = request->count;
    int64_t done;

    heap_free(heap_alloc(1));
    if (offset >= TOY_BYTES)
        return -ENOSPC;
    if (count > TOY_BYTES - offset)
        count = TOY_BYTES - offset;
    done = count ? server_get(request, 0, node->data + offset, count) : 0;
    if (done > 0 && offset + (uint64_t)done > node->node.size)
        node->node.size = offset + (uint64_t)done;
    return done;
}

static int64_t write(struct server_request *request)
{
    struct toy_node *node = toy_of(request->file->node);
    int64_t done;

    assert(request->file->data && request->offset <= INT64_MAX);
    if (!S_ISFIFO(node->node.mode))
        return write_at(node, request, request->offset);
    if (node->node.size == TOY_BYTES)
        return -EAGAIN;
    done = write_at(node, request, node->node.size);
    while (node->readers && node->node.size) {
        struct server_request *reader = node->readers;

        node->readers = reader->next;
        server_finish(reader, take_bytes(node, reader));
    }
    server_changed(request->server, &node->node, UXRT_READY_READ);
    return done;
}

static uint32_t ready(struct server_file *file)
{
    uint32_t bits = file->node->size < TOY_BYTES ? UXRT_READY_WRITE : 0;

    return S_ISFIFO(file->node->mode) && !file->node->size
        ? bits : bits | UXRT_READY_READ;
}

static int resize(struct server *server, struct server_node *node, uint64_t size)
{
    (void)server;
    if (size > TOY_BYTES)
        return -ENOSPC;
    if (size < node->size)
        memset(toy_of(node)->data + size, 0, node->size - size);
    node->size = size;
    return 0;
}

/* Answers with the request twice. */
static int64_t rpc(struct server_request *request, const void *data, size_t count,
    void *answer, size_t size)
{
    (void)request;
    if (2 * count > size)
        return -EMSGSIZE;
    memcpy(answer, data, count);
    memcpy((char *)answer + count, data, count);
    return (int64_t)(2 * count);
}

static int64_t object(struct server_request *request, unsigned protection)
{
    return (int64_t)(request->file->node->number * 8 + protection);
}

static int64_t get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    (void)request;
    if (attribute != ATTR_TERMIOS || argument || !size)
        return -ENOTTY;
    memset(record, 'T', size);
    return (int64_t)size;
}

static void turn(struct server *server, const char *name, size_t length,
    uint32_t *service)
{
    (void)server;
    *service = length == 5 && !memcmp(name, "other", 5) ? 77 : 0;
}

const struct server_operations toy_operations = {
    .lookup = lookup, .create = create, .symlink = make_link, .readlink = read_link,
    .link = add_link, .remove = take_name, .rename = move_name, .entry = list,
    .root = root, .parent = parent_of, .open = open, .close = close, .read = read,
    .write = write, .ready = ready, .resize = resize, .rpc = rpc, .object = object,
    .get = get, .forget = forget, .turn = turn,
};

void toy_begin(void)
{
    memset(&fake, 0, sizeof(fake));
    memset(&toy, 0, sizeof(toy));
    last_number = 0;
    toy.park = true;
    toy.root = make_node(S_IFDIR | 0777, 0, 0);
    toy.root->node.links = 1;
    fake.server = server_create(&toy_operations, &toy.root->node, 3);
    assert(fake.server);
}

static void free_tree(struct toy_node *entry)
{
    while (entry) {
        struct toy_node *next = entry->next, *node = meant(entry);

        free_tree(entry->children);
        if (entry->original)
            free(entry);
        if (--node->node.links == 0) {
            assert(!node->node.waiting && !node->node.locks);
            assert(node->node.references == (node == toy.root));
            toy.forgotten++;
            free(node);
        }
        entry = next;
    }
}

void toy_end(void)
{
    for (uint32_t i = 0; i < IDENTITY_MAX; i++) {
        if (fake.identities[i].state == IDENTITY_LIVE)
            fake_end(badge_of(i, fake.identities[i].generation));
    }
    for (unsigned i = 0; i < FAKE_REPLIES; i++) {
        if (fake.replies[i].taken)
            fake_take(i);
    }
    assert(fake.answered == fake.received);
    assert(toy.opened == toy.closed);
    free_tree(toy.root);
    assert(toy.forgotten == toy.nodes);
    heap_free(fake.server->record);
    heap_free(fake.server);
    assert(fake.blocks == 0);
}
