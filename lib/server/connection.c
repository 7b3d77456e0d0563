/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections: begun when their first request is seen, with the files of a fork if the
 * process server says so; ended when the process server says that no request will come.
 */
#include <server/internal.h>
#include <transport/process.h>
#include <util/heap.h>

/* Entries of the identity table that are in a row: a page of them. */
enum { IDENTITIES_TOGETHER = 4096 / sizeof(struct identity) };

struct connection *fs_connection_known(struct server *server, uint64_t badge)
{
    uint32_t index = BADGE_INDEX(badge);
    struct connection *connection;

    if (index >= IDENTITY_MAX)
        return NULL;
    connection = server->connections[index];
    return connection && connection->badge == badge ? connection : NULL;
}

void fs_connection_free(struct server *server, struct connection *connection)
{
    fs_parked_end(connection, -EIO);
    fs_snapshots_end(server, connection);
    fs_exports_end(server, connection);
    fs_answers_end(connection);
    fs_ids_close(server, connection);
    fs_waits_end(server, connection);
    server->connections[BADGE_INDEX(connection->badge)] = NULL;
    heap_free(connection);
}

static struct connection *connection_begin(struct server *server, uint64_t badge,
    int *error)
{
    const struct identity *identity = uxrt_identity(badge);
    struct connection *connection;

    *error = -EIO;
    if (!identity || BADGE_INDEX(badge) >= IDENTITY_MAX)
        return NULL;
    *error = -ENOMEM;
    connection = heap_zero(1, sizeof(*connection));
    if (!connection)
        return NULL;
    if (server->connections[BADGE_INDEX(badge)])
        fs_connection_free(server, server->connections[BADGE_INDEX(badge)]);
    connection->badge = badge;
    list_init(&connection->link);
    list_init(&connection->parked);
    list_init(&connection->waits);
    list_init(&connection->answers);
    list_init(&connection->snapshots);
    list_init(&connection->exports);
    server->connections[BADGE_INDEX(badge)] = connection;
    server->number = identity->service;
    server->has_number = true;
    fs_snapshot_bind(server, connection, identity);
    return connection;
}

struct connection *fs_connection_get(struct server *server, uint64_t badge, int *error)
{
    struct connection *connection = fs_connection_known(server, badge);

    return connection ? connection : connection_begin(server, badge, error);
}

bool server_has_open(struct server *server, uint64_t badge, const struct server_node *node)
{
    const struct connection *connection = fs_connection_known(server, badge);
    bool has = false;

    if (!connection || !uxrt_identity(badge))
        return false;
    for (uint32_t id = 0; id < connection->file_slots && !has; id++)
        has = connection->files[id] && connection->files[id]->node == node;
    return has;
}

void server_ended(struct server *server, uint64_t badge)
{
    struct connection *connection = fs_connection_known(server, badge);
    const struct identity *identity = server_identity(BADGE_INDEX(badge));

    if (connection)
        fs_connection_free(server, connection);
    else if (identity && identity->generation == BADGE_GENERATION(badge))
        fs_snapshot_forget(server, identity);
    uxrt_done(badge);
}

/* Looks at one entry of the identity table. */
static void look(struct server *server, uint32_t index, const struct identity *identity)
{
    struct connection *connection = server->connections[index];
    uint32_t state = __atomic_load_n(&identity->state, __ATOMIC_ACQUIRE);
    uint64_t badge = badge_of(index, identity->generation);

    if (connection && (connection->badge != badge || state == IDENTITY_FREE))
        fs_connection_free(server, connection);
    if (server->has_number && identity->service != server->number)
        return;
    if (state == IDENTITY_ENDING)
        server_ended(server, badge);
}

/* Nearly all entries are none of ours, or as they were. */
static void look_at_some(struct server *server, uint32_t first)
{
    const struct identity *identity = server_identity(first);
    struct connection *const *connection = &server->connections[first];

    for (uint32_t i = 0; i < IDENTITIES_TOGETHER; i++) {
        if (connection[i] || identity[i].state == IDENTITY_ENDING)
            look(server, first + i, &identity[i]);
    }
}

/* Looks at the whole table if any connection has ended since the last time. */
static void look_for_endings(struct server *server)
{
    uint32_t endings = __atomic_load_n(&server_identity(0)->cancel, __ATOMIC_ACQUIRE);
    uint32_t end = __atomic_load_n(&server_identity(0)->used_end, __ATOMIC_ACQUIRE);

    if (endings == server->endings)
        return;
    server->endings = endings;
    for (uint32_t i = 0; i < end; i += IDENTITIES_TOGETHER)
        look_at_some(server, i);
}

/* One with parked requests that are to be answered, or null. */
static struct connection *find_cancelled(struct server *server)
{
    struct list *head = &server->parking;

    for (struct list *at = head->next; at != head; at = at->next) {
        struct connection *connection = list_entry(at, struct connection, link);
        const struct identity *identity =
            server_identity(BADGE_INDEX(connection->badge));
        uint32_t cancel = __atomic_load_n(&identity->cancel, __ATOMIC_ACQUIRE);

        if (connection->cancel != cancel) {
            connection->cancel = cancel;
            return connection;
        }
    }
    return NULL;
}

void server_notified(struct server *server, uint64_t reasons)
{
    struct connection *cancelled;

    if (reasons & BADGE_SERVICE) {
        look_for_endings(server);
        while ((cancelled = find_cancelled(server)) != NULL)
            fs_parked_end(cancelled, -EINTR);
    }
    if (reasons & BADGE_INTERRUPT && server->operations.interrupt)
        server->operations.interrupt(server);
    if (reasons & BADGE_EVENT && server->operations.alarm)
        server->operations.alarm(server);
}
