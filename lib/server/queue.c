/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues of events about watched files (watch.c): each is an open file with a node of the
 * library's own, without a type. Events wait in it until they are read;
 * when there are too many, one says so in place of those that follow.
 */
#include <server/internal.h>
#include <server/watch.h>
#include <util/heap.h>
#include <util/string.h>

enum { NAME_UNIT = 16 };

static const struct watch_record overflow = { .watch = -1, .mask = WATCH_OVERFLOW };

static struct queue *queue_of(const struct server_node *node)
{
    return (struct queue *)node;
}

int64_t fs_queue_write(struct attribute_call *call)
{
    struct server *server = call->server;
    uint64_t id = call->argument & LAST_FILE, flags = call->argument >> REQUEST_FILE_BITS;
    int error = fs_id_check(call->connection, id);
    struct server_file *file;
    struct queue *queue;

    if (!server->operations.watched || flags & ~(uint64_t)UXRT_NONBLOCK)
        return -EINVAL;
    if (error || server->queue_count >= WATCH_QUEUES_MAX)
        return error ? error : -EMFILE;
    queue = heap_zero(1, sizeof(*queue));
    if (queue)
        queue->node.queue = true;
    file = queue ? fs_file_create(&queue->node, UXRT_READ | (uint32_t)flags, "", 0) : NULL;
    if (!file) {
        heap_free(queue);
        return -ENOMEM;
    }
    queue->node.mode = 0600;
    queue->node.uid = call->caller.uid;
    queue->node.gid = call->caller.gid;
    list_init(&queue->events);
    list_init(&queue->watches);
    list_append(&server->queues, &queue->link);
    server->queue_count++;
    fs_id_set(call->connection, id, file);
    return 0;
}

void fs_queue_free(struct server *server, struct server_node *node)
{
    struct queue *queue = queue_of(node);

    fs_queue_watches_end(server, queue);
    while (!list_empty(&queue->events)) {
        struct event *event = list_entry(queue->events.next, struct event, link);

        list_remove(&event->link);
        heap_free(event);
    }
    list_remove(&queue->link);
    server->queue_count--;
    heap_free(queue);
}

/* --- putting ---------------------------------------- */

static bool same(const struct watch_record *a, const struct watch_record *b)
{
    return a->watch == b->watch && a->mask == b->mask && a->cookie == b->cookie
           && a->length == b->length && !memcmp(a->name, b->name, a->length);
}

/* Is it the same as the last one that waits? */
static bool is_repeated(const struct queue *queue, const struct event *event)
{
    return !list_empty(&queue->events)
           && same(&list_entry(queue->events.previous, struct event, link)->record,
               &event->record);
}

void fs_queue_put(struct server *server, struct queue *queue,
    const struct watch_record *head, const char *name, size_t length)
{
    uint32_t room = length ? (uint32_t)(length / NAME_UNIT + 1) * NAME_UNIT : 0;
    struct event *event = NULL;

    if (queue->overflow)
        return;
    if (queue->event_count < WATCH_EVENTS_MAX)
        event = heap_zero(1, sizeof(*event) + room);
    if (event) {
        event->record = *head;
        event->record.length = room;
        memcpy(event->record.name, name, length);
        if (is_repeated(queue, event)) {
            heap_free(event);
            return;
        }
        list_append(&queue->events, &event->link);
        queue->event_count++;
    }
    queue->overflow = !event;
    server_changed(server, &queue->node, UXRT_READY_READ);
}

/* --- reading ---------------------------------------- */

static size_t size_of(const struct watch_record *record)
{
    return sizeof(*record) + record->length;
}

/* The first that waits, or null. */
static const struct watch_record *first(const struct queue *queue)
{
    if (!list_empty(&queue->events))
        return &list_entry(queue->events.next, struct event, link)->record;
    return queue->overflow ? &overflow : NULL;
}

static void drop_first(struct queue *queue)
{
    struct event *event;

    if (list_empty(&queue->events)) {
        queue->overflow = false;
        return;
    }
    event = list_entry(queue->events.next, struct event, link);
    list_remove(&event->link);
    queue->event_count--;
    heap_free(event);
}

int64_t fs_queue_read(struct server_request *request)
{
    struct queue *queue = queue_of(request->file->node);
    const struct watch_record *record;
    uint64_t done = 0;

    while ((record = first(queue)) != NULL) {
        size_t size = size_of(record);
        int64_t put;

        if (size > request->count - done)
            return done ? (int64_t)done : -EINVAL;
        put = server_put(request, done, record, size);
        if (put != (int64_t)size)
            return done ? (int64_t)done : put < 0 ? put : -EFAULT;
        drop_first(queue);
        done += size;
    }
    return done ? (int64_t)done : -EAGAIN;
}

uint32_t fs_queue_ready(const struct server_node *node)
{
    return first(queue_of(node)) ? UXRT_READY_READ : 0;
}

/* Bytes that can be read: FIONREAD. */
uint32_t fs_queue_bytes(const struct server_node *node)
{
    const struct queue *queue = queue_of(node);
    size_t bytes = queue->overflow ? size_of(&overflow) : 0;

    for (struct list *at = queue->events.next; at != &queue->events; at = at->next)
        bytes += size_of(&list_entry(at, struct event, link)->record);
    return (uint32_t)bytes;
}
