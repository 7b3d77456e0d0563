/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/server in programs: one thread that serves for ever; the identity table is where
 * the system library has it.
 */
#include <program/heap.h>
#include <server/direct.h>

enum { PARKED_TOTAL = 31 };     /* of all connections */

const struct identity *server_identity(uint32_t index)
{
    return index < IDENTITY_MAX ? (const struct identity *)IDENTITY_TABLE + index : NULL;
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
