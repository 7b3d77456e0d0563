/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that are answered later: each holds a reply object and its open file, and of a
 * short one the bytes, as the message registers are used by others meanwhile. Calls made
 * on the way keep the registers of the request at hand.
 */
#include <server/internal.h>
#include <util/heap.h>
#include <util/string.h>

struct parked {
    struct server_request request;  /* first: what operations see */
    struct list link;
    struct connection *connection;
    void (*cancelled)(struct server_request *);
    uint64_t data[];                /* of a short one */
};

void fs_wake(struct server *server, uint64_t badge, uint32_t bits)
{
    uint64_t saved[MESSAGE_MAX_LENGTH];

    memcpy(saved, server->registers, sizeof(saved));
    uxrt_wake(badge, bits);
    memcpy(server->registers, saved, sizeof(saved));
}

/* A short request has its bytes in memory of its own. */
static void own_data(struct parked *parked)
{
    struct uxrt_request *r = &parked->request.request;

    if (r->form != FORM_MESSAGE)
        return;
    if (r->write)
        memcpy(parked->data, r->data, r->count);
    r->data = parked->data;
}

static struct parked *parked_create(struct connection *connection,
    const struct server_request *request)
{
    const struct uxrt_request *r = &request->request;
    struct parked *parked = heap_alloc(
        sizeof(*parked) + (r->form == FORM_MESSAGE ? words_of(r->count) * 8 : 0));

    if (!parked)
        return NULL;
    parked->request = *request;
    parked->request.next = NULL;
    parked->connection = connection;
    own_data(parked);
    return parked;
}

/* Its client has a signal to take: the client waits itself, and sees that. */
static bool must_hurry(uint64_t badge)
{
    const struct identity *who = server_identity(BADGE_INDEX(badge));

    return who && __atomic_load_n(&who->interrupt, __ATOMIC_ACQUIRE);
}

/* How often its calls have been cancelled: those that are parked now are not meant. */
static uint32_t cancellations(uint64_t badge)
{
    const struct identity *who = server_identity(BADGE_INDEX(badge));

    return who ? __atomic_load_n(&who->cancel, __ATOMIC_ACQUIRE) : 0;
}

struct server_request *server_park(struct server_request *request,
    void (*cancelled)(struct server_request *))
{
    struct server *server = request->server;
    struct connection *connection = fs_connection_known(server, request->request.badge);
    struct parked *parked;

    if (!connection)
        return NULL;
    if (list_empty(&connection->parked))
        connection->cancel = cancellations(request->request.badge);
    if (!cancelled || must_hurry(request->request.badge)
        || connection->parked_count >= PARKED_MAX
        || request->file->flags & UXRT_NONBLOCK)
        return NULL;
    parked = parked_create(connection, request);
    if (!parked)
        return NULL;
    if (uxrt_park(server->service, &request->request)) {
        heap_free(parked);
        return NULL;
    }
    parked->cancelled = cancelled;
    if (list_empty(&connection->parked))
        list_append(&server->parking, &connection->link);
    list_append(&connection->parked, &parked->link);
    connection->parked_count++;
    request->file->references++;
    return &parked->request;
}

/* Answers, with the bytes of a short read in the registers. */
static void answer(struct server *server, const struct server_request *request,
    int64_t result)
{
    struct uxrt_request own = request->request;
    uint64_t saved[MESSAGE_MAX_LENGTH];

    memcpy(saved, server->registers, sizeof(saved));
    if (own.form == FORM_MESSAGE && !own.write && result > 0) {
        const void *data = own.data;

        result = result > own.count ? own.count : result;
        memcpy(uxrt_request_registers(server->service, &own), data, (size_t)result);
    }
    uxrt_answer(server->service, &own, result, request->end);
    memcpy(server->registers, saved, sizeof(saved));
}

void server_finish(struct server_request *request, int64_t result)
{
    struct parked *parked = (struct parked *)request;
    struct server *server = request->server;
    struct server_file *file = request->file;

    list_remove(&parked->link);
    parked->connection->parked_count--;
    if (list_empty(&parked->connection->parked))
        list_remove(&parked->connection->link);
    if (result > 0 && request->request.current)
        file->position = (int64_t)request->offset + result;
    answer(server, request, result);
    heap_free(parked);
    fs_file_put(server, file);
}

void fs_parked_cancel(struct server *server, struct connection *connection)
{
    while (!list_empty(&connection->parked)) {
        struct parked *first = list_entry(connection->parked.next, struct parked, link);

        first->cancelled(&first->request);
        server_finish(&first->request, -EINTR);
    }
    (void)server;
}
