/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forms: a file server in each of the transport's three forms, and in all of them. The
 * directory /srv/forms has four files of up to 900 bytes: `short` is served in message
 * registers, `long` in the shared buffer, `plain` by copying from and to any memory, and
 * `any` in whichever form the client's request came. Clients see no difference.
 */
#include <program/heap.h>
#include <server/server.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/string.h>

enum { FILES = 4, ROOM = 900 };

struct file {
    struct server_node node;    /* first: the library's */
    const char *name;
    int64_t (*give)(struct server_request *request, const void *data, size_t count);
    int64_t (*take)(struct server_request *request, void *data, size_t count);
    char data[ROOM];
};

static int service;

static int64_t give_short(struct server_request *request, const void *data, size_t count)
{
    memcpy(uxrt_request_registers(service, &request->request), data, count);
    return (int64_t)count;
}

static int64_t take_short(struct server_request *request, void *data, size_t count)
{
    memcpy(data, uxrt_request_registers(service, &request->request), count);
    return (int64_t)count;
}

static int64_t give_long(struct server_request *request, const void *data, size_t count)
{
    char *buffer = uxrt_request_buffer(service, &request->request);

    if (!buffer)
        return -ENOMEM;
    memcpy(buffer, data, count);
    return (int64_t)count;
}

static int64_t take_long(struct server_request *request, void *data, size_t count)
{
    const char *buffer = uxrt_request_buffer(service, &request->request);

    if (!buffer)
        return -ENOMEM;
    memcpy(data, buffer, count);
    return (int64_t)count;
}

static int64_t give_plain(struct server_request *request, const void *data, size_t count)
{
    return uxrt_request_put(service, &request->request, 0, data, count);
}

static int64_t take_plain(struct server_request *request, void *data, size_t count)
{
    return uxrt_request_get(service, &request->request, 0, data, count);
}

/* In place where the client's bytes have a place: its registers or its buffer. */
static int64_t give_any(struct server_request *request, const void *data, size_t count)
{
    void *place = server_data(request);

    if (!place)
        return server_put(request, 0, data, count);
    memcpy(place, data, count);
    return (int64_t)count;
}

static int64_t take_any(struct server_request *request, void *data, size_t count)
{
    const void *place = server_data(request);

    if (!place)
        return server_get(request, 0, data, count);
    memcpy(data, place, count);
    return (int64_t)count;
}

#define FILE(number_, name_) { \
    .node = {.number = number_, .mode = S_IFREG | 0666, .links = 1, .references = 1}, \
    .name = #name_, .give = give_##name_, .take = take_##name_ }

static struct file files[FILES] = {FILE(2, short), FILE(3, long), FILE(4, plain),
    FILE(5, any)};
static struct server_node root = {.number = 1, .mode = S_IFDIR | 0755, .links = 2};

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server, (void)parent;
    for (unsigned i = 0; i < FILES; i++) {
        if (strlen(files[i].name) == length && !memcmp(files[i].name, name, length)) {
            *node = &files[i].node;
            return 0;
        }
    }
    return -ENOENT;
}

static int entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    (void)server, (void)directory;
    if (cookie >= FILES)
        return 0;
    entry->node = files[cookie].node.number;
    entry->next = cookie + 1;
    entry->type = S_IFREG >> 12;
    entry->name_length = (uint8_t)strlen(files[cookie].name);
    memcpy(name, files[cookie].name, entry->name_length);
    return 1;
}

static int64_t read(struct server_request *request)
{
    struct file *file = (struct file *)request->file->node;
    uint64_t from = request->offset, size = file->node.size;
    size_t count = from < size ? (size_t)(size - from) : 0;

    if (count > request->count)
        count = request->count;
    request->end = from + count >= size;
    return count ? file->give(request, file->data + from, count) : 0;
}

static int64_t write(struct server_request *request)
{
    struct file *file = (struct file *)request->file->node;
    uint64_t from = request->offset;
    size_t count = request->count;
    int64_t done;

    if (from >= ROOM)
        return -ENOSPC;
    if (count > ROOM - from)
        count = (size_t)(ROOM - from);
    done = file->take(request, file->data + from, count);
    if (done > 0 && from + (uint64_t)done > file->node.size)
        file->node.size = from + (uint64_t)done;
    return done;
}

/* What is beyond the new size, or was between the old one and it, is zero. */
static int resize(struct server *server, struct server_node *node, uint64_t size)
{
    struct file *file = (struct file *)node;

    (void)server;
    if (size > ROOM)
        return -ENOSPC;
    memset(file->data + size, 0, ROOM - size);
    node->size = size;
    return 0;
}

static const struct server_operations operations = {
    .lookup = lookup, .entry = entry, .read = read, .write = write, .resize = resize};

/* The loop of server_run(), written out, as the service's descriptor is needed. */
int main(void)
{
    struct server *server;
    struct uxrt_request request;
    int64_t result;
    bool end;
    int status;

    program_heap();
    service = uxrt_serve("forms", 0);
    server = service < 0 ? NULL : server_create(&operations, &root, service);
    if (!server)
        return 1;
    for (;;) {
        status = uxrt_receive(service, &request);
        if (status == UXRT_NOTIFIED)
            server_notified(server, request.badge);
        else if (status)
            return 1;
        else if (server_handle(server, &request, &result, &end))
            uxrt_answer(service, &request, result, end);
    }
}
