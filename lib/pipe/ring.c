/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a pipe. An empty ring begins again at its start, so that short messages
 * stay in few pages. Memory comes with the first write; a few rings are kept for the next
 * pipes.
 */
#include <pipe/pipe.h>

#include <util/errno.h>
#include <util/heap.h>
#include <util/string.h>

enum { SPARE_MAX = 8, PAGE = 4096 };

static char *spare[SPARE_MAX];
static unsigned spare_count;

static bool get_memory(struct pipe *pipe)
{
    if (!pipe->bytes)
        pipe->bytes = spare_count && pipe->size == PIPE_BYTES ? spare[--spare_count]
                                                              : heap_alloc(pipe->size);
    return pipe->bytes != NULL;
}

void ring_free(struct pipe *pipe)
{
    if (pipe->bytes && pipe->size == PIPE_BYTES && spare_count < SPARE_MAX)
        spare[spare_count++] = pipe->bytes;
    else
        heap_free(pipe->bytes);
    pipe->bytes = NULL;
}

void ring_empty(struct pipe *pipe)
{
    pipe->head = pipe->tail = 0;
}

/* Bytes from a counter on, at most `count`, that lie behind one another. */
static uint32_t span(const struct pipe *pipe, uint32_t counter, uint32_t count)
{
    uint32_t left = pipe->size - (counter & (pipe->size - 1));

    return count < left ? count : left;
}

/* The kernel copies only into pages that are there. */
static void touch(char *bytes, uint32_t count)
{
    volatile char *page = bytes;

    for (uint32_t at = 0; at < count; at += PAGE)
        page[at] = 0;
    page[count - 1] = 0;
}

int64_t ring_fill(struct pipe *pipe, struct server_request *from, uint32_t count)
{
    uint32_t done = 0;

    if (!get_memory(pipe))
        return -ENOMEM;
    while (done < count) {
        uint32_t counter = pipe->tail + done, part = span(pipe, counter, count - done);
        char *bytes = pipe->bytes + (counter & (pipe->size - 1));

        touch(bytes, part);

        int64_t got = server_get(from, done, bytes, part);

        if (got < 0 && done == 0)
            return got;
        if (got > 0)
            done += (uint32_t)got;
        if (got != part)
            break;
    }
    if (done < count && count <= PIPE_ATOMIC)
        return -EFAULT;
    pipe->tail += done;
    return done;
}

int64_t ring_drain(struct pipe *pipe, struct server_request *to, uint32_t count)
{
    uint32_t done = 0;

    while (done < count) {
        uint32_t counter = pipe->head + done, part = span(pipe, counter, count - done);
        int64_t put = server_put(to, done, pipe->bytes + (counter & (pipe->size - 1)),
            part);

        if (put < 0 && done == 0)
            return put;
        if (put > 0)
            done += (uint32_t)put;
        if (put != part)
            break;
    }
    if (done == 0)
        return -EFAULT;
    pipe->head += done;
    if (pipe->head == pipe->tail)
        ring_empty(pipe);
    return done;
}

uint32_t ring_peek(const struct pipe *pipe, uint64_t skip, char *to, uint32_t size)
{
    uint32_t used = pipe_used(pipe), from = pipe->head + (uint32_t)skip, count, first;

    if (skip >= used)
        return 0;
    count = used - (uint32_t)skip < size ? used - (uint32_t)skip : size;
    first = span(pipe, from, count);
    memcpy(to, pipe->bytes + (from & (pipe->size - 1)), first);
    memcpy(to + first, pipe->bytes, count - first);
    return count;
}

int ring_resize(struct pipe *pipe, uint32_t size)
{
    uint32_t used = pipe_used(pipe), first = span(pipe, pipe->head, used);
    char *bytes = NULL;

    if (used > size)
        return -EBUSY;
    if (size == pipe->size)
        return 0;
    if (used) {
        bytes = heap_alloc(size);
        if (!bytes)
            return -ENOMEM;
        memcpy(bytes, pipe->bytes + (pipe->head & (pipe->size - 1)), first);
        memcpy(bytes + first, pipe->bytes, used - first);
    }
    ring_free(pipe);
    pipe->bytes = bytes;
    pipe->size = size;
    pipe->head = 0;
    pipe->tail = used;
    return 0;
}
