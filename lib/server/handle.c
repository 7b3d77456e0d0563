/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests: reads and writes of bytes of a known file take the direct way, everything
 * else the careful one, which begins connections, tells errors apart and does attributes.
 */
#include <server/direct.h>
#include <util/heap.h>
#include <util/small.h>

struct server *server_create(const struct server_operations *operations,
    struct server_node *root, int service)
{
    struct server *server = heap_zero(1, sizeof(*server));

    if (!server)
        return NULL;
    server->record = heap_alloc(RECORD_MAX);
    if (!server->record) {
        heap_free(server);
        return NULL;
    }
    server->operations = *operations;
    fs_operations_complete(&server->operations);
    server->bytes[0] = server->operations.read;
    server->bytes[1] = server->operations.write;
    server->root = root;
    server->service = service;
    list_init(&server->exports);
    list_init(&server->parking);
    list_init(&server->queues);
    fs_node_get(root);
    return server;
}

/* How many of `count` bytes from `from` on the request has; 0 if it begins beyond
 * them. */
static inline size_t within(const struct uxrt_request *r, uint64_t from, size_t count)
{
    uint64_t left = from < r->count ? r->count - from : 0;

    return count < left ? count : (size_t)left;
}

static inline int64_t copy(void *to, const void *from, size_t count)
{
    if (count <= SMALL_MAX)
        copy_small(to, from, count);
    else
        memmove(to, from, count);
    return (int64_t)count;
}

int64_t server_get(struct server_request *request, uint64_t from, void *data,
    size_t count)
{
    const struct uxrt_request *r = &request->request;

    if (r->form != FORM_MESSAGE)
        return uxrt_request_get(request->server->service, r, from, data, count);
    return copy(data, (const char *)r->data + from, within(r, from, count));
}

int64_t server_put(struct server_request *request, uint64_t to, const void *data,
    size_t count)
{
    const struct uxrt_request *r = &request->request;

    if (r->form != FORM_MESSAGE)
        return uxrt_request_put(request->server->service, r, to, data, count);
    return copy((char *)r->data + to, data, within(r, to, count));
}

void *server_data(struct server_request *request)
{
    struct uxrt_request *r = &request->request;

    if (r->data || r->write)
        return r->data;
    if (r->form == FORM_MESSAGE)
        return uxrt_request_registers(request->server->service, r);
    if (r->form == FORM_BUFFER)
        return uxrt_request_buffer(request->server->service, r);
    return NULL;
}

/* Nothing yet: the client is woken when there may be something. */
static int64_t wait_for(struct server *server, struct connection *connection,
    struct server_request *request)
{
    if (request->file->flags & UXRT_NONBLOCK || request->now)
        return -EAGAIN;
    return fs_wait_arm(server, connection, request->file->node,
        request->request.write ? UXRT_READY_WRITE : UXRT_READY_READ, request->request.file);
}

void server_wait_most(struct server *server, uint64_t nanoseconds)
{
    server->wait_most = nanoseconds;
}

/* The result, with the longest time to wait if there is one. */
static int64_t limited(struct server *server, struct server_request *request,
    int64_t result)
{
    uint64_t most = server->wait_most;

    if (!most)
        return result;
    server->wait_most = 0;
    if (result != -ERROR_WAIT)
        return result;
    fs_answer_with(server, request, &most, sizeof(most));
    return -ERROR_TIMED;
}

int64_t fs_settle(struct server *server, struct server_request *request, int64_t result)
{
    struct connection *connection;

    if (result == SERVER_PARKED)
        return result;
    if (result == -EAGAIN || result == -ERROR_WAIT) {
        connection = fs_connection_known(server, request->request.badge);
        return limited(server, request, wait_for(server, connection, request));
    }
    return result > request->count ? request->count : result;
}

/* Is it allowed by how the file was opened? */
static bool may(const struct server_file *file, bool write)
{
    return write ? file->flags & UXRT_WRITE : file->flags & DIRECT_READ;
}

/* Reads at the end of all offsets have nothing left; writes do not fit. */
static int64_t check_bytes(struct server_request *request, const struct server_file *file)
{
    uint64_t left;

    if (request->offset > INT64_MAX)
        return -EINVAL;
    left = INT64_MAX - request->offset;
    if (S_ISDIR(file->node->mode) && file->flags & UXRT_READ && !request->request.write)
        return -EISDIR;
    if (!may(file, request->request.write))
        return -EBADF;
    if (request->count > left && request->request.write)
        return -EFBIG;
    if (request->count > left)
        request->count = (uint32_t)left;
    return 0;
}

/* A request for events. */
static int64_t queue_bytes(struct server *server, struct server_request *request,
    struct server_file *file)
{
    if (request->request.write || file->flags & UXRT_PATH)
        return -EBADF;
    request->file = file;
    return fs_settle(server, request, fs_queue_read(request));
}

/* A request for bytes, with every check. */
static int64_t careful_bytes(struct server *server, struct connection *connection,
    struct server_request *request)
{
    struct server_file *file = fs_id_file(connection, request->request.file);
    int64_t result;

    if (!file)
        return -EBADF;
    if (fs_is_queue(file->node))
        return queue_bytes(server, request, file);
    request->append = request->request.write && file->flags & UXRT_APPEND;
    if (request->append)
        request->offset = file->node->size;
    else if (request->request.current)
        request->offset = (uint64_t)file->position;
    result = check_bytes(request, file);
    if (!result)
        result = fs_settle(server, request, fs_do_bytes(server, request, file));
    request->append = false;
    return result;
}

/* Finds the message registers, at the first request. */
static void find_registers(struct server *server, const struct uxrt_request *request)
{
    struct uxrt_request read = *request;

    read.write = false;
    read.form = FORM_MESSAGE;
    read.count = 0;
    server->registers = uxrt_request_registers(server->service, &read);
}

/* Operations may call the process server, which changes the message registers: the name
 * that goes along with a read is kept before, as it came. */
static void keep_name(struct server *server, const struct uxrt_request *request)
{
    server->name = uxrt_request_name(request, &server->name_length);
    if (server->name)
        server->name = memcpy(server->name_kept, server->name,
            (request->words - 1) * sizeof(*server->name_kept));
}

int64_t fs_careful(struct server *server, struct server_request *request)
{
    const struct uxrt_request *r = &request->request;
    struct connection *connection;
    int error = 0;

    keep_name(server, r);
    if (!server->registers)
        find_registers(server, r);
    connection = fs_connection_get(server, r->badge, &error);
    request->file = NULL;
    request->end = false;
    request->next = NULL;
    request->offset = r->offset;
    request->count = r->count;
    if (!connection)
        return error;
    server->at_hand = request;
    if (server->operations.begin && (error = server->operations.begin(server)))
        return error;
    if (!r->current && r->offset & ATTRIBUTE)
        return limited(server, request, fs_attribute_do(server, connection, request));
    return careful_bytes(server, connection, request);
}

bool server_handle(struct server *server, struct uxrt_request *request, int64_t *result,
    bool *end)
{
    struct server_request own = { .request = *request, .server = server };

    *result = fs_do(server, &own);
    *request = own.request;
    *end = own.end;
    return *result != SERVER_PARKED;
}
