/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches of nodes: what happens to a node is told to its own watches and, with its name,
 * to those of the directory that it is in. An open file knows the name that it was opened
 * by; it is looked for only while somebody watches for such an event (server->watched).
 */
#include <server/watch.h>
#include <util/heap.h>
#include <util/string.h>

#define HOW_KNOWN (WATCH_EVENTS | WATCH_ONCE | WATCH_NAMED | WATCH_ADD | WATCH_NEW)

/* Where a node is, or was. */
struct place {
    struct server_node *parent;
    const char *name;
    size_t length;
    bool gone;                      /* the name is not there any more */
    char own[256];
};

/* --- watches ---------------------------------------- */

/* What anybody watches for. */
static void count_all(struct server *server)
{
    server->watched = 0;
    for (struct list *q = server->queues.next; q != &server->queues; q = q->next) {
        struct list *head = &list_entry(q, struct queue, link)->watches;

        for (struct list *at = head->next; at != head; at = at->next)
            server->watched |= list_entry(at, struct server_watch, link)->mask
                               & WATCH_EVENTS;
    }
}

static void watch_free(struct server *server, struct server_watch *watch)
{
    struct server_watch **place = &watch->node->watches;

    while (*place != watch)
        place = &(*place)->next;
    *place = watch->next;
    list_remove(&watch->link);
    heap_free(watch);
    server->watch_count--;
}

static void watch_end(struct server *server, struct server_watch *watch)
{
    const struct watch_record last = {
        .watch = (int32_t)watch->number, .mask = WATCH_IGNORED };

    fs_queue_put(server, watch->queue, &last, NULL, 0);
    watch_free(server, watch);
    count_all(server);
}

void fs_queue_watches_end(struct server *server, struct queue *queue)
{
    while (!list_empty(&queue->watches))
        watch_free(server, list_entry(queue->watches.next, struct server_watch, link));
    count_all(server);
}

static struct server_watch *find(const struct server_node *node, const struct queue *queue)
{
    struct server_watch *watch = node->watches;

    while (watch && watch->queue != queue)
        watch = watch->next;
    return watch;
}

static struct server_watch *watch_create(struct server *server, struct server_node *node,
    struct queue *queue)
{
    struct server_watch *watch = heap_alloc(sizeof(*watch));

    if (!watch)
        return NULL;
    *watch = (struct server_watch){
        .next = node->watches, .queue = queue, .node = node,
        .number = ++queue->last_number };
    node->watches = watch;
    list_append(&queue->watches, &watch->link);
    server->watch_count++;
    return watch;
}

int64_t fs_watch_read(struct attribute_call *call)
{
    struct server *server = call->server;
    struct server_node *node = call->request->file->node;
    const struct server_file *file =
        fs_id_file(call->connection, call->argument & LAST_FILE);
    uint32_t mask = (uint32_t)(call->argument >> REQUEST_FILE_BITS);
    struct server_watch *watch;

    if (!file || !fs_is_queue(file->node) || fs_is_queue(node)
        || call->size < sizeof(watch->number) || mask & ~(uint32_t)HOW_KNOWN
        || !(mask & WATCH_EVENTS))
        return -EINVAL;
    if (!fs_permits(node, call->identity, MAY_READ))
        return -EACCES;
    watch = find(node, (struct queue *)file->node);
    if (watch && mask & WATCH_NEW)
        return -EEXIST;
    if (!watch && server->watch_count < WATCHES_MAX)
        watch = watch_create(server, node, (struct queue *)file->node);
    if (!watch)
        return -ENOSPC;
    watch->mask = mask | (mask & WATCH_ADD ? watch->mask : 0);
    count_all(server);
    memcpy(call->data, &watch->number, sizeof(watch->number));
    return sizeof(watch->number);
}

int64_t fs_watch_write(struct attribute_call *call)
{
    struct queue *queue = (struct queue *)call->request->file->node;
    uint32_t number;

    memcpy(&number, call->data, sizeof(number));
    if (!fs_is_queue(call->request->file->node))
        return -EINVAL;
    for (struct list *at = queue->watches.next; at != &queue->watches; at = at->next) {
        struct server_watch *watch = list_entry(at, struct server_watch, link);

        if (watch->number == number) {
            watch_end(call->server, watch);
            return sizeof(number);
        }
    }
    return -EINVAL;
}

/* --- events ---------------------------------------- */

/* Tells the watches of a node, or of the directory that has it by this name. */
static void tell(struct server *server, const struct server_node *watched,
    const struct watch_record *what, const struct place *place)
{
    struct server_watch *watch = watched->watches, *next;

    for (; watch; watch = next) {
        struct watch_record record = *what;

        next = watch->next;
        if (!(watch->mask & what->mask & WATCH_EVENTS)
            || (place && place->gone && watch->mask & WATCH_NAMED))
            continue;
        record.watch = (int32_t)watch->number;
        fs_queue_put(server, watch->queue, &record, place ? place->name : NULL,
            place ? place->length : 0);
        if (watch->mask & WATCH_ONCE)
            watch_end(server, watch);
    }
}

static uint32_t or_directory(const struct server_node *node, uint32_t event)
{
    const uint32_t plain = WATCH_DELETE_SELF | WATCH_MOVE_SELF;

    return S_ISDIR(node->mode) && !(event & plain) ? event | WATCH_DIRECTORY : event;
}

void fs_event_self(struct server *server, const struct server_node *node, uint32_t event)
{
    const struct watch_record what = { .mask = or_directory(node, event) };

    if (server->watched & event)
        tell(server, node, &what, NULL);
}

void fs_event_name(struct server *server, const struct walk *at,
    const struct server_node *node, uint32_t event, uint32_t cookie)
{
    const struct watch_record what = { .mask = or_directory(node, event), .cookie = cookie };
    const struct place place = { .name = at->name, .length = at->length };

    if (server->watched & event)
        tell(server, at->parent, &what, &place);
}

void fs_watches_end(struct server *server, struct server_node *node)
{
    fs_event_self(server, node, WATCH_DELETE_SELF);
    while (node->watches)
        watch_end(server, node->watches);
}

/* --- places of open files ---------------------------------------- */

/* The next component of a path that is neither empty nor ".": its length, 0 at the end. */
static size_t component(const char **at, const char *end)
{
    const char *p = *at, *name;

    do {
        while (p < end && *p == '/')
            p++;
        name = p;
        while (p < end && *p != '/')
            p++;
    } while (p - name == 1 && *name == '.');
    *at = name;
    return (size_t)(p - name);
}

/* By the name that it was opened by, if that still leads to it, or it has none any more. */
static bool find_by_path(struct server *server, const struct open_file *open,
    struct place *place)
{
    const char *at = open->path, *end = at + open->path_length;
    struct server_node *node = server->root;
    size_t length;

    if (open->path_length == PATH_UNKNOWN)
        return false;
    if (open->base != node->number)
        node = server->operations.root ? server->operations.root(server, open->base) : NULL;
    for (; node && (length = component(&at, end)) != 0; at += length) {
        if (!S_ISDIR(node->mode))
            return false;
        *place = (struct place){ .parent = node, .name = at, .length = length };
        if (server->operations.lookup(server, node, at, length, &node))
            node = NULL;
    }
    place->gone = node != open->file.node;
    return place->parent && component(&at, end) == 0
           && (!place->gone || !open->file.node->links);
}

/* Has the directory an entry of this node? */
static bool find_entry(struct server *server, struct server_node *parent,
    const struct server_node *node, struct place *place)
{
    struct uxrt_entry entry = { 0 };

    while (server->operations.entry(server, parent, entry.next, &entry, place->own) == 1) {
        if (entry.node != node->number)
            continue;
        place->parent = parent;
        place->name = place->own;
        place->length = entry.name_length;
        place->gone = false;
        return true;
    }
    return false;
}

/* It was renamed since it was opened: only a directory that is watched is of interest. */
static bool find_watched(struct server *server, const struct server_node *node,
    struct place *place)
{
    for (struct list *q = server->queues.next; q != &server->queues; q = q->next) {
        struct list *head = &list_entry(q, struct queue, link)->watches;

        for (struct list *at = head->next; at != head; at = at->next) {
            struct server_node *parent = list_entry(at, struct server_watch, link)->node;

            if (S_ISDIR(parent->mode) && find_entry(server, parent, node, place))
                return true;
        }
    }
    return false;
}

void fs_event_file(struct server *server, const struct server_file *file, uint32_t event)
{
    const struct server_node *node = file->node;
    const struct open_file *open = (const struct open_file *)file;
    const struct watch_record what = { .mask = or_directory(node, event) };
    struct place place = { 0 };

    if (!(server->watched & event) || fs_is_queue(node))
        return;
    if (find_by_path(server, open, &place)
        || (node->links && find_watched(server, node, &place)))
        tell(server, place.parent, &what, &place);
    tell(server, node, &what, NULL);
}
