/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests that are answered later: each holds a reply object and its open file. */
#include <server/internal.h>
#include <util/heap.h>

struct parked {
    struct server_request request;  /* first: what operations see */
    struct list link;
    struct connection *connection;
    void (*cancelled)(struct server_request *);
};

struct server_request *server_park(struct server_request *request,
    void (*cancelled)(struct server_request *))
{
    struct server *server = request->server;
    struct connection *connection = fs_connection_known(server, request->request.badge);
    struct parked *parked;

    if (!connection || !cancelled || connection->parked_count >= PARKED_MAX
        || request->file->flags & UXRT_NONBLOCK)
        return NULL;
    parked = heap_alloc(sizeof(*parked));
    if (!parked)
        return NULL;
    if (uxrt_park(server->service, &request->request)) {
        heap_free(parked);
        return NULL;
    }
    *parked = (struct parked){
        .request = *request, .connection = connection, .cancelled = cancelled };
    parked->request.next = NULL;
    if (parked->request.request.write && parked->request.request.form == FORM_MESSAGE)
        parked->request.request.data = NULL;
    list_append(&connection->parked, &parked->link);
    connection->parked_count++;
    request->file->references++;
    return &parked->request;
}

void server_finish(struct server_request *request, int64_t result)
{
    struct parked *parked = (struct parked *)request;
    struct server *server = request->server;
    struct server_file *file = request->file;

    list_remove(&parked->link);
    parked->connection->parked_count--;
    if (result > 0 && request->request.current)
        file->position = (int64_t)request->offset + result;
    uxrt_answer(server->service, &request->request, result, request->end);
    heap_free(parked);
    fs_file_put(server, file);
}

void fs_parked_cancel(struct server *server, struct connection *connection)
{
    (void)server;
    while (!list_empty(&connection->parked)) {
        struct parked *first = list_entry(connection->parked.next, struct parked, link);

        first->cancelled(&first->request);
        server_finish(&first->request, -EINTR);
    }
}
