/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets that nobody can use any more, though they are open: their files are on their way
 * in queues that only they themselves would read. They are looked for when many are there:
 * from those that somebody has, all are found that could be received; the files on their way
 * to the rest are dropped. That ends them, after the request at hand (PROC_RELEASED).
 */
#include "socket.h"

#include <util/mode.h>

/* Calls `visit` for each socket that is on its way in this cargo. */
static void visit_cargo(struct server *server, const struct cargo *cargo,
    void (*visit)(struct socket *))
{
    for (uint32_t i = 0; cargo && i < cargo->count; i++) {
        struct server_file *file = cargo->files[i].service == server_number(server)
            ? server_exported(server, cargo->files[i].token) : NULL;

        if (file && (file->node->mode & S_IFMT) == S_IFSOCK && !(file->flags & UXRT_PATH))
            visit(socket_of(file->node));
    }
}

/* The same for all that came to a socket. */
static void visit_queue(struct server *server, struct socket *socket,
    void (*visit)(struct socket *))
{
    for (struct list *at = socket->queue.next; at != &socket->queue; at = at->next)
        visit_cargo(server, list_entry(at, struct message, link)->cargo, visit);
    for (struct list *at = socket->notes.next; at != &socket->notes; at = at->next)
        visit_cargo(server, list_entry(at, struct note, link)->cargo, visit);
}

static void count_one(struct socket *socket)
{
    socket->on_its_way++;
}

static bool more;

static void reach(struct socket *socket)
{
    more |= socket->reach == UNREACHED;
    socket->reach = socket->reach == UNREACHED ? REACHED : socket->reach;
}

static struct socket *socket_at(struct list *link)
{
    return list_entry(link, struct socket, link);
}

/* Finds those that somebody has, and from there all others that can be received. */
static void reach_all(struct server *server)
{
    for (struct list *at = sockets.next; at != &sockets; at = at->next) {
        struct socket *s = socket_at(at);

        if (s->file && s->file->references > s->on_its_way)
            reach(s);
    }
    while (more) {
        more = false;
        for (struct list *at = sockets.next; at != &sockets; at = at->next) {
            struct socket *s = socket_at(at);

            if (s->reach != REACHED)
                continue;
            s->reach = LOOKED_AT;
            visit_queue(server, s, reach);
            for (struct list *p = s->pending.next; p != &s->pending; p = p->next)
                reach(list_entry(p, struct socket, waiting));
        }
    }
}

/* The cargo of a message that nobody can receive, taken out of it; or null. */
static struct cargo *take_lost(void)
{
    for (struct list *at = sockets.next; at != &sockets; at = at->next) {
        struct socket *s = socket_at(at);

        for (struct list *m = s->queue.next; m != &s->queue && s->reach == UNREACHED;
             m = m->next) {
            struct message *message = list_entry(m, struct message, link);
            struct cargo *cargo = message->cargo;

            message->cargo = NULL;
            if (cargo)
                return cargo;
        }
    }
    return NULL;
}

void sockets_collect(struct server *server)
{
    struct cargo *cargo;

    for (struct list *at = sockets.next; at != &sockets; at = at->next) {
        socket_at(at)->on_its_way = 0;
        socket_at(at)->reach = UNREACHED;
    }
    for (struct list *at = sockets.next; at != &sockets; at = at->next)
        visit_queue(server, socket_at(at), count_one);
    more = false;
    reach_all(server);
    while ((cargo = take_lost()) != NULL)
        cargo_drop(cargo);
}
