/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening pipes with names. Whoever opens one end waits until the other one is opened; as
 * opening is repeated after waiting, who waits is noted here, and counts as an end
 * meanwhile. Notes of those who have gone are found by their connections.
 */
#include <pipe/pipe.h>

#include <transport/protocol.h>
#include <util/errno.h>
#include <util/string.h>

static bool alive(const struct pipe_wait *wait)
{
    return wait->badge != 0 && uxrt_identity(wait->badge) != NULL;
}

bool pipe_expects(const struct pipe *pipe, uint32_t end)
{
    for (unsigned i = 0; i < PIPE_WAITS; i++) {
        if (pipe->waits[i].end == end && alive(&pipe->waits[i]))
            return true;
    }
    return false;
}

static struct pipe_wait *own_wait(struct pipe *pipe, uint32_t end, uint64_t badge)
{
    for (unsigned i = 0; i < PIPE_WAITS; i++) {
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
    while (i < PIPE_WAITS && alive(&pipe->waits[i]))
        i++;
    if (i == PIPE_WAITS)
        memmove(pipe->waits, pipe->waits + 1, --i * sizeof(*pipe->waits));
    pipe->waits[i] = (struct pipe_wait){.badge = badge, .end = end};
}

/* Whoever waits to open the other end can do so now. */
static void meet(struct server *server, struct pipe *pipe, uint32_t other)
{
    for (unsigned i = 0; i < PIPE_WAITS; i++) {
        if (pipe->waits[i].end == other)
            pipe->waits[i].met = true;
    }
    server_changed(server, pipe->node, UXRT_READY_READ | UXRT_READY_WRITE);
}

int pipe_meet(struct server *server, struct pipe *pipe, const struct server_file *file,
    uint64_t badge)
{
    uint32_t end = file->flags & (UXRT_READ | UXRT_WRITE);
    uint32_t other = (UXRT_READ | UXRT_WRITE) & ~end;
    struct pipe_wait *own = own_wait(pipe, end, badge);
    bool there = (other & UXRT_WRITE ? pipe->writers : pipe->readers) > 0;

    if (pipe->readers + pipe->writers == 0 && !pipe_expects(pipe, UXRT_READ))
        ring_empty(pipe);
    if (other != 0 && !there && !(own && own->met) && !pipe_expects(pipe, other)) {
        if (file->flags & UXRT_NONBLOCK && end == UXRT_WRITE)
            return -ENXIO;
        if (!(file->flags & UXRT_NONBLOCK)) {
            add_wait(pipe, end, badge);
            return -ERROR_WAIT;
        }
    }
    if (own)
        *own = (struct pipe_wait){0};
    meet(server, pipe, other ? other : UXRT_READ);
    if (other == 0)
        meet(server, pipe, UXRT_WRITE);
    return 0;
}
