/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared buffers. Each has a number, and with it a window of BUFFER_STRIDE bytes at the
 * same address in the client and in the server; the memory object behind it has as many
 * pages as were asked for. A buffer lives until its connection is free.
 */
#include <process/connection.h>

#include <stddef.h>

#include <util/errno.h>

enum {
    WINDOW_PAGES = BUFFER_STRIDE / PAGE_SIZE,
    TABLE_PAGES = BUFFERS_MAX * sizeof(struct buffer_entry) / PAGE_SIZE,
    PER_PAGE = PAGE_SIZE / sizeof(struct buffer_entry),
    OF_PROCESS_MAX = 512,
    LEFT_MAX = 16,              /* of dead servers, in a process */
    RESERVE = 1024,             /* only the superuser's processes get these */
};

static struct buffer {
    struct object *object;      /* null: free */
    struct process *process;    /* client in whose space it is, or null */
    struct process *owner;      /* client that it counts for; null: that has ended */
    struct thread *thread;      /* null: of one that has ended */
    struct buffer *next;        /* of the connection */
    bool quiet;                 /* its thread ended outside of calls: can be used again */
} buffers[BUFFERS_MAX];

/* All lower ones are in use. */
static unsigned first_free = 1;

static struct object *table;
static struct buffer_entry *pages[TABLE_PAGES];

bool buffer_init(void)
{
    table = object_create(TABLE_PAGES);
    if (!table) {
        return false;
    }
    for (unsigned i = 0; i < TABLE_PAGES; i++) {
        uint32_t frame = object_frame(table, i, true);

        if (!frame) {
            return false;
        }
        pages[i] = frame_memory(frame);
    }
    return true;
}

struct object *connection_buffers(void)
{
    return table;
}

static uint64_t place_of(const struct buffer *buffer)
{
    return (uint64_t)(buffer - buffers) * BUFFER_STRIDE;
}

static void write_entry(const struct buffer *buffer, uint64_t badge, uint64_t size)
{
    unsigned number = (unsigned)(buffer - buffers);
    struct buffer_entry *entry = &pages[number / PER_PAGE][number % PER_PAGE];

    __atomic_store_n(&entry->size, size, __ATOMIC_RELEASE);
    __atomic_store_n(&entry->badge, badge, __ATOMIC_RELEASE);
}

static bool map_window(struct process *process, const struct buffer *buffer)
{
    return space_map(process->space, BUFFER_AREA + place_of(buffer), WINDOW_PAGES,
               PROC_READ | PROC_WRITE, REGION_SYSTEM | REGION_SHARED | REGION_NO_FORK,
               buffer->object, 0, false) >= 0;
}

static void unmap_window(struct process *process, const struct buffer *buffer)
{
    (void)space_unmap(process->space, BUFFER_AREA + place_of(buffer), WINDOW_PAGES, true);
}

/* The lowest number, so that few page tables are used; not 0: place 0 means no buffer. */
static struct buffer *free_buffer(const struct process *process)
{
    unsigned end = BUFFERS_MAX - (process->page->euid ? RESERVE : 0);

    for (; first_free < end; first_free++) {
        if (!buffers[first_free].object) {
            return &buffers[first_free];
        }
    }
    return NULL;
}

static struct buffer *create(struct thread *thread, struct connection *connection,
    size_t pages_wanted, int *error)
{
    struct process *process = thread->process;
    struct buffer *buffer = process->buffer_count < OF_PROCESS_MAX
        ? free_buffer(process) : NULL;

    *error = buffer ? -ENOMEM : -ENOBUFS;
    if (!buffer || !(buffer->object = object_create(pages_wanted))) {
        return NULL;
    }
    if (!map_window(process, buffer)) {
        goto no_client;
    }
    if (!map_window(connection->service->process, buffer)) {
        goto no_server;
    }
    buffer->process = buffer->owner = process;
    buffer->thread = thread;
    buffer->next = connection->buffers;
    connection->buffers = buffer;
    process->buffer_count++;
    return buffer;

no_server:
    unmap_window(process, buffer);
no_client:
    object_put(buffer->object);
    buffer->object = NULL;
    return NULL;
}

/* The thread's own, or one that nobody uses any more. */
static struct buffer *find(const struct connection *connection, struct thread *thread)
{
    struct buffer *unused = NULL;

    for (struct buffer *b = connection->buffers; b; b = b->next) {
        if (b->thread == thread) {
            return b;
        }
        if (!b->thread && b->quiet) {
            unused = b;
        }
    }
    if (!unused || (!unused->process && !map_window(thread->process, unused))) {
        return NULL;
    }
    unused->process = thread->process;
    unused->thread = thread;
    unused->quiet = false;
    return unused;
}

int64_t connection_buffer(struct thread *thread, unsigned slot, uint64_t *size)
{
    uint32_t index = slot < SLOTS ? thread->process->connections[slot] : 0;
    struct connection *connection = connection_at(index);
    uint64_t wanted = *size ? *size : BUFFER_FIRST;
    size_t count = (wanted + PAGE_SIZE - 1) / PAGE_SIZE;
    struct buffer *buffer;
    int error;

    if (!connection || wanted > BUFFER_STRIDE) {
        return -EINVAL;
    }
    if (!connection->service->process) {
        return -EOPNOTSUPP;
    }
    buffer = find(connection, thread);
    if (!buffer && !(buffer = create(thread, connection, count, &error))) {
        return error;
    }
    if (count > object_pages(buffer->object)
        && object_resize(buffer->object, count) < 0) {
        return -ENOMEM;
    }
    *size = object_pages(buffer->object) * (uint64_t)PAGE_SIZE;
    write_entry(buffer, connection_badge(index), *size);
    return (int64_t)place_of(buffer);
}

void connection_drop_buffers(struct thread *thread, bool quiet)
{
    const struct process *process = thread->process;

    for (unsigned slot = connection_slot(process, 0); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        const struct connection *connection = connection_at(process->connections[slot]);

        for (struct buffer *b = connection->buffers; b; b = b->next) {
            if (b->thread == thread) {
                b->thread = NULL;
                b->quiet = quiet;
            }
        }
    }
}

static void leave_client(struct buffer *buffer)
{
    if (buffer->process) {
        unmap_window(buffer->process, buffer);
        buffer->process = NULL;
        buffer->thread = NULL;
    }
}

static void leave_server(struct buffer *buffer, const struct connection *connection)
{
    write_entry(buffer, 0, 0);
    unmap_window(connection->service->process, buffer);
}

static void disown(struct buffer *buffer)
{
    if (buffer->owner) {
        buffer->owner->buffer_count--;
        buffer->owner = NULL;
    }
}

static void release(struct buffer *buffer)
{
    unsigned number = (unsigned)(buffer - buffers);

    disown(buffer);
    object_put(buffer->object);
    *buffer = (struct buffer){0};
    first_free = number < first_free ? number : first_free;
}

void buffer_leave_client(struct connection *connection)
{
    for (struct buffer *b = connection->buffers; b; b = b->next) {
        leave_client(b);
    }
}

void buffer_disown(struct connection *connection)
{
    for (struct buffer *b = connection->buffers; b; b = b->next) {
        disown(b);
    }
}

/* A program may still look into the buffer of a server that has died, but the oldest ones
 * are given up. */
static void keep_for_client(struct buffer *buffer)
{
    struct buffer **link = &buffer->process->left_buffers;

    buffer->thread = NULL;
    buffer->next = *link;
    *link = buffer;
    for (unsigned i = 0; i < LEFT_MAX && *link; i++) {
        link = &(*link)->next;
    }
    if (*link) {
        leave_client(*link);
        release(*link);
        *link = NULL;
    }
}

void buffer_free_all(struct connection *connection)
{
    while (connection->buffers) {
        struct buffer *buffer = connection->buffers;

        connection->buffers = buffer->next;
        leave_server(buffer, connection);
        if (buffer->process) {
            keep_for_client(buffer);
        } else {
            release(buffer);
        }
    }
}

void buffer_drop_left(struct process *process)
{
    while (process->left_buffers) {
        struct buffer *buffer = process->left_buffers;

        process->left_buffers = buffer->next;
        leave_client(buffer);
        release(buffer);
    }
}
