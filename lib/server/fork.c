/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that go from one connection to another. Of a fork: a snapshot of all ids, which
 * the process server assigns to one new connection (identity.parent,
 * identity.fork_token). One by one: exported under a token that is hard to guess, and
 * imported once.
 */
#include <server/internal.h>
#include <server/token.h>
#include <util/heap.h>
#include <util/string.h>

struct snapshot {
    struct list link;           /* of the connection that forked */
    uint64_t token;
    struct server_file **files;
    uint32_t slots, count;
};

struct export {
    struct list link, all;      /* of the connection, of the server */
    uint64_t token;
    struct connection *owner;   /* null: it has ended, but somebody keeps the file */
    struct server_file *file;
};

static void snapshot_drop(struct server *server, struct connection *owner,
    struct snapshot *snapshot)
{
    list_remove(&snapshot->link);
    owner->snapshot_count--;
    for (uint32_t id = 0; id < snapshot->slots; id++) {
        if (snapshot->files[id])
            fs_file_put(server, snapshot->files[id]);
    }
    heap_free(snapshot->files);
    heap_free(snapshot);
}

static struct snapshot *snapshot_find(struct connection *owner, uint64_t token)
{
    struct list *head = &owner->snapshots;

    for (struct list *at = head->next; at != head; at = at->next) {
        struct snapshot *snapshot = list_entry(at, struct snapshot, link);

        if (snapshot->token == token)
            return snapshot;
    }
    return NULL;
}

/* The snapshot that was made for the connection of this identity, or null. */
static struct snapshot *snapshot_for(struct server *server, const struct identity *child,
    struct connection **owner)
{
    *owner = child->parent ? fs_connection_known(server, child->parent) : NULL;
    return *owner ? snapshot_find(*owner, child->fork_token) : NULL;
}

void fs_snapshot_bind(struct server *server, struct connection *child,
    const struct identity *identity)
{
    struct connection *owner;
    struct snapshot *snapshot = snapshot_for(server, identity, &owner);

    if (!snapshot)
        return;
    child->files = snapshot->files;
    child->file_slots = snapshot->slots;
    child->file_count = snapshot->count;
    snapshot->files = NULL;
    snapshot->slots = 0;
    snapshot_drop(server, owner, snapshot);
}

void fs_snapshot_forget(struct server *server, const struct identity *identity)
{
    struct connection *owner;
    struct snapshot *snapshot = snapshot_for(server, identity, &owner);

    if (snapshot)
        snapshot_drop(server, owner, snapshot);
}

/* Begins the connections that have come to be by forks of this one. */
static void bind_children(struct server *server, struct connection *owner)
{
    const struct identity *identity;
    uint32_t end = server_identity(0)->used_end;

    for (uint32_t i = 0; i < end && !list_empty(&owner->snapshots); i++) {
        int error;

        identity = server_identity(i);
        if (identity && !server->connections[i] && identity->state == IDENTITY_LIVE
            && identity->parent == owner->badge)
            fs_connection_get(server, badge_of(i, identity->generation), &error);
    }
}

static void drop_oldest(struct server *server, struct connection *owner)
{
    snapshot_drop(server, owner,
        list_entry(owner->snapshots.next, struct snapshot, link));
}

void fs_snapshots_end(struct server *server, struct connection *connection)
{
    bind_children(server, connection);
    while (!list_empty(&connection->snapshots))
        drop_oldest(server, connection);
}

static void copy_files(struct snapshot *snapshot, const struct connection *owner)
{
    for (uint32_t id = 0; id < owner->file_slots; id++) {
        snapshot->files[id] = owner->files[id];
        if (owner->files[id])
            owner->files[id]->references++;
    }
    snapshot->slots = owner->file_slots;
    snapshot->count = owner->file_count;
}

static struct snapshot *snapshot_create(struct server *server, struct connection *owner)
{
    struct snapshot *snapshot = heap_zero(1, sizeof(*snapshot));
    uint32_t slots = owner->file_slots;

    if (!snapshot)
        return NULL;
    snapshot->files = slots ? heap_alloc(slots * sizeof(*snapshot->files)) : NULL;
    if (slots && !snapshot->files) {
        heap_free(snapshot);
        return NULL;
    }
    copy_files(snapshot, owner);
    snapshot->token = ++server->last_snapshot;
    list_append(&owner->snapshots, &snapshot->link);
    owner->snapshot_count++;
    return snapshot;
}

static void fork_then(struct attribute_call *call, bool done)
{
    struct connection *owner = call->connection;

    if (!done)
        snapshot_drop(call->server, owner, snapshot_find(owner, call->token));
}

int64_t fs_fork_read(struct attribute_call *call)
{
    struct connection *owner = call->connection;
    struct snapshot *snapshot;

    if (call->size < sizeof(snapshot->token))
        return -EINVAL;
    if (owner->snapshot_count >= SNAPSHOTS_MAX)
        bind_children(call->server, owner);
    if (owner->snapshot_count >= SNAPSHOTS_MAX)
        drop_oldest(call->server, owner);
    snapshot = snapshot_create(call->server, owner);
    if (!snapshot)
        return -ENOMEM;
    call->token = snapshot->token;
    call->then = fork_then;
    memcpy(call->data, &snapshot->token, sizeof(snapshot->token));
    return sizeof(snapshot->token);
}

/* The fork that this snapshot was made for has failed. */
int64_t fs_fork_write(struct attribute_call *call)
{
    struct snapshot *snapshot;
    uint64_t token;

    memcpy(&token, call->data, sizeof(token));
    snapshot = snapshot_find(call->connection, token);
    if (!snapshot)
        return -ENOENT;
    snapshot_drop(call->server, call->connection, snapshot);
    return sizeof(token);
}

/* Takes an export back; the reference to the file is the caller's then. */
static struct server_file *export_take(struct export *export)
{
    struct server_file *file = export->file;

    list_remove(&export->link);
    list_remove(&export->all);
    if (export->owner)
        export->owner->export_count--;
    heap_free(export);
    return file;
}

void fs_exports_end(struct server *server, struct connection *connection)
{
    while (!list_empty(&connection->exports)) {
        struct export *first = list_entry(connection->exports.next, struct export, link);

        list_remove(&first->link);
        first->owner = NULL;
        if (!server_held(first->token))
            fs_file_put(server, export_take(first));
    }
}

void fs_exports_forget(struct server *server)
{
    while (!list_empty(&server->exports)) {
        struct export *first = list_entry(server->exports.next, struct export, all);

        list_remove(&first->link);
        fs_file_put(server, export_take(first));
    }
}

static void export_then(struct attribute_call *call, bool done)
{
    if (!done)
        fs_file_put(call->server, export_take(call->object));
}

int64_t fs_export_read(struct attribute_call *call)
{
    struct connection *owner = call->connection;
    struct server_file *file = fs_id_file(owner, call->argument);
    struct export *export;

    if (call->size < sizeof(export->token))
        return -EINVAL;
    if (!file)
        return -EBADF;
    if (owner->export_count >= EXPORTS_MAX)
        return -EMFILE;
    export = heap_alloc(sizeof(*export));
    if (!export)
        return -ENOMEM;
    *export = (struct export){ .token = fs_token_make(), .owner = owner, .file = file };
    file->references++;
    owner->export_count++;
    list_append(&owner->exports, &export->link);
    list_append(&call->server->exports, &export->all);
    call->object = export;
    call->then = export_then;
    memcpy(call->data, &export->token, sizeof(export->token));
    return sizeof(export->token);
}

static struct export *export_find(struct server *server, uint64_t token)
{
    struct list *head = &server->exports;

    for (struct list *at = head->next; at != head; at = at->next) {
        struct export *export = list_entry(at, struct export, all);

        if (export->token == token)
            return export;
    }
    return NULL;
}

struct server_file *server_exported(struct server *server, uint64_t token)
{
    const struct export *export = export_find(server, token);

    return export ? export->file : NULL;
}

void server_released(struct server *server, uint64_t token)
{
    struct export *export = export_find(server, token);

    if (export)
        fs_file_put(server, export_take(export));
}

int64_t fs_import_write(struct attribute_call *call)
{
    struct export *export;
    uint64_t token;
    int error = fs_id_check(call->connection, call->argument);

    if (error)
        return error;
    memcpy(&token, call->data, sizeof(token));
    export = export_find(call->server, token);
    if (!export)
        return -ENOENT;
    fs_id_set(call->connection, call->argument, export_take(export));
    return (int64_t)call->size;
}
