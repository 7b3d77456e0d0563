/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes with names. Whoever opens one end waits until the other one is opened; as opening
 * is repeated after waiting, who waits is noted here, and counts as an end meanwhile.
 * Notes of those who have gone are found by their connections.
 */
#include "pipe.h"

#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/string.h>

static struct list fifos = {&fifos, &fifos};    /* in the order of their numbers */

static struct pipe *find(const char *name, size_t length)
{
    for (struct list *link = fifos.next; link != &fifos; link = link->next) {
        struct pipe *pipe = list_entry(link, struct pipe, link);

        if (pipe->length == length && !memcmp(pipe->name, name, length))
            return pipe;
    }
    return NULL;
}

struct pipe *fifo_next(uint64_t number)
{
    for (struct list *link = fifos.next; link != &fifos; link = link->next) {
        struct pipe *pipe = list_entry(link, struct pipe, link);

        if (pipe->node.number >= number)
            return pipe;
    }
    return NULL;
}

int fifo_lookup(const char *name, size_t length, struct server_node **node)
{
    struct pipe *pipe = find(name, length);

    if (!pipe)
        return -ENOENT;
    *node = &pipe->node;
    return 0;
}

int fifo_create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node)
{
    (void)server, (void)parent;
    if (!S_ISFIFO(mode))
        return -EPERM;

    struct pipe *pipe = pipe_create(mode, caller);

    if (!pipe)
        return -ENFILE;
    pipe->length = (uint8_t)length;
    memcpy(pipe->name, name, length);
    pipe->node.links = 1;
    list_append(&fifos, &pipe->link);
    *node = &pipe->node;
    return 0;
}

int fifo_remove(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node)
{
    (void)server, (void)parent;
    struct pipe *pipe = find(name, length);

    if (!pipe || &pipe->node != node)
        return node->links ? -EPERM : -ENOENT;
    list_remove(&pipe->link);
    node->links = 0;
    return 0;
}

static bool alive(const struct fifo_wait *wait)
{
    return wait->badge != 0 && uxrt_identity(wait->badge) != NULL;
}

bool fifo_expects(const struct pipe *pipe, uint32_t end)
{
    for (unsigned i = 0; i < FIFO_WAITS; i++) {
        if (pipe->waits[i].end == end && alive(&pipe->waits[i]))
            return true;
    }
    return false;
}

static struct fifo_wait *own_wait(struct pipe *pipe, uint32_t end, uint64_t badge)
{
    for (unsigned i = 0; i < FIFO_WAITS; i++) {
        if (pipe->waits[i].badge == badge && pipe->waits[i].end == end)
            return &pipe->waits[i];
    }
    return NULL;
}

/* Notes that somebody waits, in the first free place or that of the oldest. */
static void add_wait(struct pipe *pipe, uint32_t end, uint64_t badge)
{
    unsigned i = 0;

    if (own_wait(pipe, end, badge))
        return;
    while (i < FIFO_WAITS && alive(&pipe->waits[i]))
        i++;
    if (i == FIFO_WAITS)
        memmove(pipe->waits, pipe->waits + 1, --i * sizeof(*pipe->waits));
    pipe->waits[i] = (struct fifo_wait){.badge = badge, .end = end};
}

/* Whoever waits to open the other end can do so now. */
static void meet(struct server *server, struct pipe *pipe, uint32_t other)
{
    for (unsigned i = 0; i < FIFO_WAITS; i++) {
        if (pipe->waits[i].end == other)
            pipe->waits[i].met = true;
    }
    server_changed(server, &pipe->node, UXRT_READY_READ | UXRT_READY_WRITE);
}

int fifo_meet(struct server *server, struct pipe *pipe, const struct server_file *file,
    uint64_t badge)
{
    uint32_t end = file->flags & (UXRT_READ | UXRT_WRITE);
    uint32_t other = (UXRT_READ | UXRT_WRITE) & ~end;
    struct fifo_wait *own = own_wait(pipe, end, badge);
    bool there = (other & UXRT_WRITE ? pipe->writers : pipe->readers) > 0;

    if (pipe->readers + pipe->writers == 0 && !fifo_expects(pipe, UXRT_READ))
        ring_empty(pipe);
    if (other != 0 && !there && !(own && own->met) && !fifo_expects(pipe, other)) {
        if (file->flags & UXRT_NONBLOCK && end == UXRT_WRITE)
            return -ENXIO;
        if (!(file->flags & UXRT_NONBLOCK)) {
            add_wait(pipe, end, badge);
            return -ERROR_WAIT;
        }
    }
    if (own)
        *own = (struct fifo_wait){0};
    meet(server, pipe, other ? other : UXRT_READ);
    if (other == 0)
        meet(server, pipe, UXRT_WRITE);
    return 0;
}
