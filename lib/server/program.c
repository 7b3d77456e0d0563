/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/server in programs: one thread that serves for ever; the identity table is where
 * the system library has it.
 */
#include <program/heap.h>
#include <program/time.h>
#include <server/direct.h>
#include <transport/process.h>
#include <util/heap.h>

enum { PARKED_TOTAL = 31 };     /* of all connections */

const struct identity *server_identity(uint32_t index)
{
    return index < IDENTITY_MAX ? (const struct identity *)IDENTITY_TABLE + index : NULL;
}

int64_t server_time(void)
{
    return program_time();
}

bool server_held(uint64_t token)
{
    return uxrt_held(token) == 1;
}

/* Drops files that were exported and are kept no longer. */
static void drop_released(struct server *server)
{
    uint64_t token;

    while (!list_empty(&server->exports) && !uxrt_released(&token))
        server_released(server, token);
}

/* Answers and receives for ever; returns when receiving fails. */
static int serve(struct server *server, int service)
{
    struct server_request request = { .server = server };
    int status = uxrt_receive(service, &request.request);

    for (;;) {
        if (__builtin_expect(status == 0, 1)) {
            int64_t result = fs_do(server, &request);

            if (__builtin_expect(result != SERVER_PARKED, 1)) {
                status = uxrt_answer_and_receive(service, &request.request, result,
                    request.end);
                continue;
            }
        } else if (status == UXRT_NOTIFIED) {
            server_notified(server, request.request.badge);
            if (request.request.badge & BADGE_SERVICE)
                drop_released(server);
        } else {
            return status;
        }
        status = uxrt_receive(service, &request.request);
    }
}

int server_run(const char *name, const struct server_operations *operations,
    struct server_node *root)
{
    struct server *server;
    int service;

    program_heap();
    service = uxrt_serve(name, PARKED_TOTAL);
    if (service < 0)
        return service;
    server = server_create(operations, root, service);
    return server ? serve(server, service) : -ENOMEM;
}

struct server *server_create_name(const struct server_operations *operations,
    struct server_node *root, int service, const char *name, int *error)
{
    struct server *server = server_create(operations, root, service);
    int64_t number;

    *error = -ENOMEM;
    if (!server)
        return NULL;
    number = uxrt_serve_name(service, name);
    if (number < 0) {
        *error = (int)number;
        server_destroy(server);
        return NULL;
    }
    server->number = (uint32_t)number;
    server->has_number = true;
    server->named = true;
    return server;
}

uint32_t server_number(const struct server *server)
{
    return server->number;
}

void server_destroy(struct server *server)
{
    for (uint32_t i = 0; i < IDENTITY_MAX; i++) {
        if (server->connections[i])
            fs_connection_free(server, server->connections[i]);
    }
    fs_exports_forget(server);
    if (server->named)
        uxrt_unserve_name(server->number);
    fs_node_put(server, server->root);
    heap_free(server->record);
    heap_free(server);
}
