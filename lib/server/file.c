/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files and ids. What counts references: an id, a place in a snapshot, an exported
 * file and a parked request count for the open file; an open file and a wait for the
 * node.
 */
#include <server/internal.h>
#include <transport/watch.h>
#include <util/heap.h>
#include <util/string.h>

void fs_node_get(struct server_node *node)
{
    node->references++;
}

static void forget_if_unused(struct server *server, struct server_node *node)
{
    if (node->references || node->links)
        return;
    if (fs_is_queue(node)) {
        fs_queue_free(server, node);
        return;
    }
    if (node->watches)
        fs_watches_end(server, node);
    if (server->operations.forget)
        server->operations.forget(server, node);
}

void fs_node_put(struct server *server, struct server_node *node)
{
    node->references--;
    forget_if_unused(server, node);
}

void server_unlinked(struct server *server, struct server_node *node)
{
    forget_if_unused(server, node);
}

struct server_file *fs_file_create(struct server_node *node, uint32_t flags,
    const char *path, size_t length)
{
    size_t bytes = length == PATH_UNKNOWN ? 0 : length;
    struct open_file *open = heap_alloc(sizeof(*open) + bytes);

    if (!open)
        return NULL;
    *open = (struct open_file){
        .file = { .node = node, .flags = flags, .references = 1 },
        .path_length = (uint16_t)length,
    };
    memcpy(open->path, path, bytes);
    fs_set_direct(&open->file);
    fs_node_get(node);
    return &open->file;
}

void fs_file_put(struct server *server, struct server_file *file)
{
    struct open_file *open = fs_open_of(file);
    struct server_node *node = file->node;

    if (--file->references)
        return;
    if (open->lock)
        fs_lock_end(server, open);
    if (node->ranges)
        fs_ranges_end(server, file);
    if (open->opened && server->operations.close)
        server->operations.close(server, file);
    if (open->opened)
        fs_event_file(server, file,
            file->flags & UXRT_WRITE ? WATCH_CLOSE_WRITE : WATCH_CLOSE);
    heap_free(open);
    fs_node_put(server, node);
}

void fs_set_direct(struct server_file *file)
{
    bool reads = file->flags & (UXRT_READ | UXRT_EXECUTE) && !S_ISDIR(file->node->mode)
                 && !fs_is_queue(file->node);
    bool writes = file->flags & UXRT_WRITE && !(file->flags & UXRT_APPEND);

    file->flags &= ~(DIRECT_READ | DIRECT_WRITE);
    if (reads)
        file->flags |= DIRECT_READ;
    if (writes)
        file->flags |= DIRECT_WRITE;
}

struct server_file *fs_id_file(const struct connection *connection, uint64_t id)
{
    return id < connection->file_slots ? connection->files[id] : NULL;
}

/* Makes the array long enough for this id. */
static int grow(struct connection *connection, uint64_t id)
{
    uint32_t slots = connection->file_slots ? connection->file_slots : 32;
    struct server_file **files;

    while (slots <= id)
        slots *= 2;
    files = heap_resize(connection->files, slots * sizeof(*files));
    if (!files)
        return -ENOMEM;
    memset(files + connection->file_slots, 0,
        (slots - connection->file_slots) * sizeof(*files));
    connection->files = files;
    connection->file_slots = slots;
    return 0;
}

int fs_id_check(struct connection *connection, uint64_t id)
{
    if (id < FIRST_FILE)
        return -EINVAL;
    if (id >= IDS_LIMIT)
        return -EMFILE;
    if (fs_id_file(connection, id))
        return -EBUSY;
    return id < connection->file_slots ? 0 : grow(connection, id);
}

void fs_id_set(struct connection *connection, uint64_t id, struct server_file *file)
{
    connection->files[id] = file;
    connection->file_count++;
}

int fs_id_close(struct server *server, struct connection *connection, uint64_t id)
{
    struct server_file *file = fs_id_file(connection, id);

    if (!file && server->operations.give_up)
        server->operations.give_up(server, connection->badge, id);
    if (!file)
        return -EBADF;
    connection->files[id] = NULL;
    connection->file_count--;
    if (file->node->waiting)
        fs_wait_drop(server, connection, file->node);
    if (file->node->ranges)
        fs_ranges_close(server, connection, file);
    fs_answers_drop(connection, id);
    fs_file_put(server, file);
    return 0;
}

void fs_ids_close(struct server *server, struct connection *connection)
{
    for (uint32_t id = 0; id < connection->file_slots; id++) {
        struct server_file *file = connection->files[id];

        connection->files[id] = NULL;
        if (file && file->node->ranges)
            fs_ranges_close(server, connection, file);
        if (file)
            fs_file_put(server, file);
    }
    heap_free(connection->files);
    connection->files = NULL;
    connection->file_slots = 0;
    connection->file_count = 0;
}
