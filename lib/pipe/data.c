/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes. Those that cannot go on are parked, or told to wait where that cannot
 * be; a read is answered with what there is, a long write with what has found room, and
 * its client goes on with the rest.
 */
#include <pipe/pipe.h>

#include <terminal/termios.h>
#include <transport/pipe.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/string.h>

static void append(struct server_request **queue, struct server_request *request)
{
    while (*queue)
        queue = &(*queue)->next;
    request->next = NULL;
    *queue = request;
}

static void take_out(struct server_request **queue, struct server_request *request)
{
    while (*queue != request)
        queue = &(*queue)->next;
    *queue = request->next;
}

static void read_cancelled(struct server_request *request)
{
    take_out(&pipe_of(request->file)->reading, request);
}

static void write_cancelled(struct server_request *request)
{
    take_out(&pipe_of(request->file)->writing, request);
}

/* Keeps a request for later, if it wants that and can be kept. */
static int64_t wait(struct server_request *request, struct server_request **queue,
    void (*cancelled)(struct server_request *))
{
    struct server_request *kept;

    if (request->file->flags & UXRT_NONBLOCK)
        return -EAGAIN;
    kept = server_park(request, cancelled);
    if (!kept)
        return -ERROR_WAIT;
    append(queue, kept);
    return SERVER_PARKED;
}

static bool has_readers(const struct pipe *pipe)
{
    return pipe->readers > 0 || pipe_expects(pipe, UXRT_READ);
}

static bool has_writers(const struct pipe *pipe)
{
    return pipe->writers > 0 || pipe_expects(pipe, UXRT_WRITE);
}

/* A read's result, or -EAGAIN: not yet. */
static int64_t try_read(struct pipe *pipe, struct server_request *request)
{
    uint32_t used = pipe_used(pipe);

    if (used > 0)
        return ring_drain(pipe, request, used < request->count ? used : request->count);
    if (has_writers(pipe))
        return -EAGAIN;
    request->end = true;
    return 0;
}

/* A write's result, or -EAGAIN: not yet. A long one that waits does so for some room,
 * lest it go on byte by byte. */
static int64_t try_write(struct pipe *pipe, struct server_request *request)
{
    uint32_t room = pipe->size - pipe_used(pipe), count = request->count;
    uint32_t least = count < PIPE_ATOMIC ? count : PIPE_ATOMIC;

    if (!has_readers(pipe))
        return -EPIPE;
    if (count > PIPE_ATOMIC && request->file->flags & UXRT_NONBLOCK)
        least = 1;
    if (room < least)
        return -EAGAIN;
    return ring_fill(pipe, request, room < count ? room : count);
}

/* Answers the first of a queue if it can be; false: it cannot, or there is none. */
static bool serve_first(struct server_request **queue,
    int64_t (*try)(struct pipe *, struct server_request *))
{
    struct server_request *first = *queue;
    int64_t result = first ? try(pipe_of(first->file), first) : -EAGAIN;

    if (result == -EAGAIN)
        return false;
    *queue = first->next;
    server_finish(first, result);
    return true;
}

/* Answers whom it can, after what these bits say has changed, and tells who waits. */
static void serve(struct server *server, struct pipe *pipe, uint32_t bits)
{
    bool going = true;

    while (going) {
        bool read = serve_first(&pipe->reading, try_read);
        bool written = serve_first(&pipe->writing, try_write);

        bits |= (read ? UXRT_READY_WRITE : 0) | (written ? UXRT_READY_READ : 0);
        going = read || written;
    }
    if (bits & UXRT_READY_READ && pipe_used(pipe) > 0)
        server_changed(server, pipe->node, UXRT_READY_READ);
    if (bits & UXRT_READY_WRITE && pipe->size - pipe_used(pipe) >= PIPE_ATOMIC)
        server_changed(server, pipe->node, UXRT_READY_WRITE);
}

int64_t pipe_read(struct server_request *request)
{
    struct pipe *pipe = pipe_of(request->file);
    int64_t result = -EAGAIN;

    if (!request->request.current)
        return -ESPIPE;
    if (request->count == 0)
        return 0;
    if (!pipe->reading)
        result = try_read(pipe, request);
    if (result > 0)
        serve(request->server, pipe, UXRT_READY_WRITE);
    return result == -EAGAIN ? wait(request, &pipe->reading, read_cancelled) : result;
}

int64_t pipe_write(struct server_request *request)
{
    struct pipe *pipe = pipe_of(request->file);
    int64_t result = -EAGAIN;

    if (!request->request.current)
        return -ESPIPE;
    if (request->count == 0)
        return 0;
    if (!pipe->writing)
        result = try_write(pipe, request);
    if (result > 0)
        serve(request->server, pipe, UXRT_READY_READ);
    return result == -EAGAIN ? wait(request, &pipe->writing, write_cancelled) : result;
}

/* Who opened it without waiting has not lost a writer that never was. */
uint32_t pipe_ready(struct server_file *file)
{
    struct pipe *pipe = pipe_of(file);
    uint32_t bits = 0;

    if (file->flags & UXRT_READ) {
        bits |= pipe_used(pipe) > 0 ? UXRT_READY_READ : 0;
        bits |= has_writers(pipe) || !pipe->met ? 0 : UXRT_READY_HANGUP;
    }
    if (file->flags & UXRT_WRITE) {
        bits |= pipe->size - pipe_used(pipe) >= PIPE_ATOMIC ? UXRT_READY_WRITE : 0;
        bits |= has_readers(pipe) ? 0 : UXRT_READY_ERROR;
    }
    return bits;
}

/* --- controls ---------------------------------------- */

int64_t pipe_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    const struct pipe *pipe = pipe_of(request->file);
    uint32_t value = argument == FIONREAD ? pipe_used(pipe) : pipe->size;
    uint64_t skip = argument >> PIPE_SKIP_SHIFT;

    if (attribute == ATTR_CONTROL && argument == (PIPE_PEEK | skip << PIPE_SKIP_SHIFT))
        return request->file->flags & UXRT_READ
               ? (int64_t)ring_peek(pipe, skip, record, (uint32_t)size) : -EBADF;
    if (attribute != ATTR_CONTROL || (argument != FIONREAD && argument != PIPE_SIZE))
        return -ENOTTY;
    if (size < sizeof(value))
        return -EINVAL;
    memcpy(record, &value, sizeof(value));
    return sizeof(value);
}

int64_t pipe_set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    struct pipe *pipe = pipe_of(request->file);
    uint32_t wanted, bytes = PIPE_ATOMIC;
    int error;

    if (attribute != ATTR_CONTROL || argument != PIPE_SIZE)
        return -ENOTTY;
    if (size != sizeof(wanted))
        return -EINVAL;
    memcpy(&wanted, record, sizeof(wanted));
    if (wanted > PIPE_BYTES_MOST)
        return -EPERM;
    while (bytes < wanted)
        bytes *= 2;
    error = ring_resize(pipe, bytes);
    if (error)
        return error;
    serve(request->server, pipe, UXRT_READY_WRITE);
    return sizeof(wanted);
}

/* --- ends ---------------------------------------- */

void pipe_begin(struct pipe *pipe, struct server_node *node)
{
    pipe->node = node;
    pipe->size = PIPE_BYTES;
    list_init(&pipe->link);
}

void pipe_end(struct pipe *pipe)
{
    ring_free(pipe);
    list_remove(&pipe->link);
}

void pipe_opened(struct pipe *pipe, struct server_file *file)
{
    file->data = pipe;
    pipe->readers += (file->flags & UXRT_READ) != 0;
    pipe->writers += (file->flags & UXRT_WRITE) != 0;
    pipe->met |= pipe->writers > 0;
}

void pipe_close(struct server *server, struct server_file *file)
{
    struct pipe *pipe = pipe_of(file);

    pipe->readers -= (file->flags & UXRT_READ) != 0;
    pipe->writers -= (file->flags & UXRT_WRITE) != 0;
    pipe->met &= pipe->readers > 0;
    serve(server, pipe, 0);
    if (!has_writers(pipe))
        server_changed(server, pipe->node, UXRT_READY_READ | UXRT_READY_HANGUP);
    if (!has_readers(pipe))
        server_changed(server, pipe->node, UXRT_READY_WRITE | UXRT_READY_ERROR);
    if (!has_readers(pipe) && !has_writers(pipe))
        ring_empty(pipe);
}
