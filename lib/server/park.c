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
    bool stays;                     /* it was cancelled, and its server goes on with it */
    uint64_t data[];                /* of a short one */
};

/* Message registers that a call of the process server with few arguments changes. */
enum { CALL_WORDS = 8 };

void fs_wake(struct server *server, uint64_t badge, uint64_t files)
{
    uint64_t saved[CALL_WORDS];

    memcpy(saved, server->registers, sizeof(saved));
    uxrt_wake(badge, files);
    memcpy(server->registers, saved, sizeof(saved));
}

/* A short request has its bytes, or the name that goes along, in memory of its own. */
static void own_data(struct parked *parked)
{
    struct uxrt_request *r = &parked->request.request;

    if (r->form != FORM_MESSAGE)
        return;
    if (r->write)
        memcpy(parked->data, r->data, r->count);
    else if (r->words > 1)
        memcpy(&parked->data[1], parked->request.server->name_kept,
            (r->words - 1) * sizeof(*parked->data));
    r->data = parked->data;
}

/* Bytes that own_data needs. */
static size_t own_size(const struct uxrt_request *r)
{
    uint64_t words = words_of(r->count);

    if (r->form != FORM_MESSAGE)
        return 0;
    return (words < r->words ? r->words : words) * sizeof(uint64_t);
}

static struct parked *parked_create(struct connection *connection,
    const struct server_request *request)
{
    struct parked *parked = heap_alloc(sizeof(*parked) + own_size(&request->request));

    if (!parked)
        return NULL;
    parked->request = *request;
    parked->request.next = NULL;
    parked->stays = false;
    parked->connection = connection;
    own_data(parked);
    return parked;
}

bool server_interrupted(const struct server_request *request)
{
    const struct identity *who = server_identity(BADGE_INDEX(request->request.badge));

    return who && __atomic_load_n(&who->interrupt, __ATOMIC_ACQUIRE);
}

/* How often its calls have been cancelled: those that are parked now are not meant. */
static uint32_t cancellations(uint64_t badge)
{
    const struct identity *who = server_identity(BADGE_INDEX(badge));

    return who ? __atomic_load_n(&who->cancel, __ATOMIC_ACQUIRE) : 0;
}

static struct server_request *park(struct connection *connection,
    const struct server_request *request, void (*cancelled)(struct server_request *))
{
    struct parked *parked;

    if (list_empty(&connection->parked))
        connection->cancel = cancellations(request->request.badge);
    if (!cancelled || connection->parked_count >= PARKED_MAX)
        return NULL;
    parked = parked_create(connection, request);
    if (!parked)
        return NULL;
    if (uxrt_park(request->server->service, &request->request)) {
        heap_free(parked);
        return NULL;
    }
    parked->cancelled = cancelled;
    if (list_empty(&connection->parked))
        list_append(&request->server->parking, &connection->link);
    list_append(&connection->parked, &parked->link);
    connection->parked_count++;
    return &parked->request;
}

struct server_request *server_park(struct server_request *request,
    void (*cancelled)(struct server_request *))
{
    struct connection *connection = fs_connection_known(request->server,
        request->request.badge);
    struct server_request *parked = NULL;

    /* Who has a signal to take waits itself, and sees that. */
    if (connection && !(request->file->flags & UXRT_NONBLOCK)
        && !server_interrupted(request))
        parked = park(connection, request, cancelled);
    if (parked)
        request->file->references++;
    return parked;
}

/* What is begun anew finds its file again. */
int server_keep(struct server *server, const struct server_request *request,
    void (*cancelled)(struct server_request *), struct server_request **kept)
{
    struct server_request own = request ? *request : *server->at_hand;
    struct connection *connection = fs_connection_known(server, own.request.badge);
    struct server_node *node = request ? request->file->node : server->root;

    own.file = NULL;
    *kept = connection && (server->operations.stay || !server_interrupted(&own))
        ? park(connection, &own, cancelled) : NULL;
    if (*kept)
        return SERVER_PARKED;
    return connection ? fs_wait_arm(server, connection, node,
                            UXRT_READY_READ | UXRT_READY_WRITE, own.request.file)
                      : -EIO;
}

/* Answers, with the bytes of a short read from the request's own memory. */
static void answer(struct server *server, const struct server_request *request,
    int64_t result)
{
    uxrt_answer_from(server->service, &request->request, request->request.data, result,
        request->end);
}

static void take_out(struct parked *parked)
{
    list_remove(&parked->link);
    parked->connection->parked_count--;
    if (list_empty(&parked->connection->parked))
        list_remove(&parked->connection->link);
}

void server_finish(struct server_request *request, int64_t result)
{
    struct parked *parked = (struct parked *)request;
    struct server *server = request->server;
    struct server_file *file = request->file;

    take_out(parked);
    if (file && result > 0 && request->request.current)
        file->position = (int64_t)request->offset + result;
    answer(server, request, result);
    heap_free(parked);
    if (file)
        fs_file_put(server, file);
}

void server_resume(struct server_request *request)
{
    struct parked *parked = (struct parked *)request;
    struct server_request own = *request;
    struct server *server = own.server;
    uint64_t saved[MESSAGE_MAX_LENGTH];
    int64_t result;

    take_out(parked);
    memcpy(saved, server->registers, sizeof(saved));
    result = fs_careful(server, &own);
    if (result != SERVER_PARKED)
        answer(server, &own, result);
    memcpy(server->registers, saved, sizeof(saved));
    heap_free(parked);
}

/* The first one that is to end: when they are cancelled, not what stays. */
static struct parked *first_to_end(const struct connection *connection, bool cancelled)
{
    for (struct list *at = connection->parked.next; at != &connection->parked;
        at = at->next) {
        struct parked *parked = list_entry(at, struct parked, link);

        if (!cancelled || !parked->stays)
            return parked;
    }
    return NULL;
}

void fs_parked_end(struct connection *connection, int error)
{
    bool cancelled = error == -EINTR;
    struct parked *first;

    while ((first = first_to_end(connection, cancelled)) != NULL) {
        struct server_request *request = &first->request;
        bool (*stay)(struct server_request *) = request->server->operations.stay;

        if (cancelled && stay && !request->file && stay(request)) {
            first->stays = true;
            continue;
        }
        first->cancelled(request);
        server_finish(request, request->done ? request->done : error);
    }
}
