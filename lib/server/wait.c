/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readiness: who waits for a node is in the node's list, once for each connection, from
 * the request that found nothing until the node changes. As a server answers one request
 * after the other, no change falls between finding nothing and arming.
 */
#include <server/internal.h>
#include <util/heap.h>
#include <util/string.h>

static struct server_wait *wait_find(const struct connection *connection,
    const struct server_node *node)
{
    struct server_wait *wait = node->waiting;

    while (wait && wait->connection != connection)
        wait = wait->next;
    return wait;
}

/* -ERROR_WAIT when it is armed: what the client is told. */
int fs_wait_arm(struct server *server, struct connection *connection,
    struct server_node *node, uint32_t bits, uint64_t id)
{
    struct server_wait *wait = wait_find(connection, node);

    (void)server;
    if (!wait) {
        if (connection->wait_count >= WAITS_MAX)
            return -ENOMEM;
        wait = heap_alloc(sizeof(*wait));
        if (!wait)
            return -ENOMEM;
        *wait = (struct server_wait){
            .next = node->waiting, .connection = connection, .node = node };
        node->waiting = wait;
        list_append(&connection->waits, &wait->link);
        connection->wait_count++;
        fs_node_get(node);
    }
    wait->bits |= bits;
    wait->files |= UINT64_C(1) << id % 64;
    return -ERROR_WAIT;
}

/* Takes the wait at *place out of its node's list, and frees it. */
static void wait_end(struct server *server, struct server_wait **place)
{
    struct server_wait *wait = *place;

    *place = wait->next;
    list_remove(&wait->link);
    wait->connection->wait_count--;
    fs_node_put(server, wait->node);
    heap_free(wait);
}

static struct server_wait **place_of(struct server_wait *wait)
{
    struct server_wait **place = &wait->node->waiting;

    while (*place != wait)
        place = &(*place)->next;
    return place;
}

/* The connection closes an id of this node: as it may have others, it looks again. */
void fs_wait_drop(struct server *server, struct connection *connection,
    struct server_node *node)
{
    struct server_wait *wait = wait_find(connection, node);

    if (!wait)
        return;
    fs_wake(server, connection->badge, wait->files);
    wait_end(server, place_of(wait));
}

void fs_waits_end(struct server *server, struct connection *connection)
{
    while (!list_empty(&connection->waits)) {
        struct list *first = connection->waits.next;

        wait_end(server, place_of(list_entry(first, struct server_wait, link)));
    }
}

void server_changed(struct server *server, struct server_node *node, uint32_t bits)
{
    const uint32_t always = UXRT_READY_ERROR | UXRT_READY_HANGUP;
    struct server_wait **place = &node->waiting;

    node->changes[0] += bits & UXRT_READY_READ ? 1 : 0;
    node->changes[1] += bits & UXRT_READY_WRITE ? 1 : 0;
    if (!*place)
        return;
    fs_node_get(node);
    while (*place) {
        struct server_wait *wait = *place;

        if (bits & (wait->bits | always)) {
            fs_wake(server, wait->connection->badge, wait->files);
            wait_end(server, place);
        } else {
            place = &wait->next;
        }
    }
    fs_node_put(server, node);
}

int64_t fs_ready_read(struct attribute_call *call)
{
    const uint32_t always = UXRT_READY_ERROR | UXRT_READY_HANGUP;
    struct server_file *file = call->request->file;
    uint32_t wanted = (uint32_t)call->argument;
    bool edge = call->argument & UXRT_READY_CHANGES;
    struct uxrt_ready ready = { .changes = { file->node->changes[0], file->node->changes[1] } };
    int error = 0;

    if (file->flags & UXRT_PATH)
        return -EBADF;
    if (call->argument & ~(UXRT_READY_READ | UXRT_READY_WRITE | UXRT_READY_PEER_SHUT | always
                           | UXRT_READY_CHANGES)
        || call->size < sizeof(ready.ready))
        return -EINVAL;
    ready.ready = fs_is_queue(file->node) ? fs_queue_ready(file->node)
                                          : call->server->operations.ready(file);
    if (wanted && (edge || !(ready.ready & (wanted | always))))
        error = fs_wait_arm(call->server, call->connection, file->node, wanted,
            call->request->request.file);
    memcpy(call->data, &ready, sizeof(ready));
    if (error && error != -ERROR_WAIT)
        return error;
    return call->size < sizeof(ready) ? (int64_t)sizeof(ready.ready) : (int64_t)sizeof(ready);
}
