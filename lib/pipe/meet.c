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

static struct list expecting = {&expecting, &expecting};    /* with waits, or had some */

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

static struct pipe_wait *own_wait(struct pipe *pipe, uint64_t badge, uint64_t id)
{
    for (unsigned i = 0; i < PIPE_WAITS; i++) {
        if (pipe->waits[i].badge == badge && pipe->waits[i].id == id)
            return &pipe->waits[i];
    }
    return NULL;
}

void pipe_give_up(struct server *server, uint64_t badge, uint64_t id)
{
    for (struct list *at = expecting.next; at != &expecting; at = at->next) {
        struct pipe *pipe = list_entry(at, struct pipe, link);
        struct pipe_wait *own = own_wait(pipe, badge, id);

        if (!own)
            continue;
        *own = (struct pipe_wait){0};
        server_changed(server, pipe->node, UXRT_READY_READ | UXRT_READY_WRITE);
        return;
    }
}

/* Notes that somebody waits, in the first free place or that of the oldest. */
static void add_wait(struct pipe *pipe, uint32_t end, uint64_t badge, uint64_t id)
{
    unsigned i = 0;

    if (own_wait(pipe, badge, id))
        return;
    list_remove(&pipe->link);
    list_append(&expecting, &pipe->link);
    while (i < PIPE_WAITS && alive(&pipe->waits[i]))
        i++;
    if (i == PIPE_WAITS)
        memmove(pipe->waits, pipe->waits + 1, --i * sizeof(*pipe->waits));
    pipe->waits[i] = (struct pipe_wait){.badge = badge, .id = id, .end = end};
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
    const struct server_caller *caller)
{
    uint64_t badge = caller->badge, id = caller->opening;
    uint32_t end = file->flags & (UXRT_READ | UXRT_WRITE);
    uint32_t other = (UXRT_READ | UXRT_WRITE) & ~end;
    struct pipe_wait *own = own_wait(pipe, badge, id);
    bool there = (other & UXRT_WRITE ? pipe->writers : pipe->readers) > 0;

    if (pipe->readers + pipe->writers == 0 && !pipe_expects(pipe, UXRT_READ))
        ring_empty(pipe);
    if (other != 0 && !there && !(own && own->met) && !pipe_expects(pipe, other)) {
        if (file->flags & UXRT_NONBLOCK && end == UXRT_WRITE)
            return -ENXIO;
        if (!(file->flags & UXRT_NONBLOCK)) {
            add_wait(pipe, end, badge, id);
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
