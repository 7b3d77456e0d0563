/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets and their peers: pairs, listening, connecting, accepting, shutting down. */
#include "socket.h"

#include <transport/protocol.h>
#include <util/errno.h>

static void follow(struct socket *socket, struct socket *peer)
{
    socket->peer = peer;
    list_append(&peer->followers, &socket->follower);
}

void socket_part(struct socket *socket)
{
    list_remove(&socket->follower);
    socket->peer = NULL;
}

int socket_join(struct socket *one, struct socket *other)
{
    follow(one, other);
    follow(other, one);
    one->state = other->state = SOCKET_CONNECTED;
    return 0;
}

/* --- streams and sequences ---------------------------------------- */

int socket_listen(struct server *server, struct socket *socket, uint32_t backlog,
    uint64_t badge)
{
    if (socket->type == TYPE_DATAGRAM)
        return -EOPNOTSUPP;
    if (!socket->name || (socket->state != SOCKET_FRESH
                          && socket->state != SOCKET_LISTENING))
        return -EINVAL;
    socket->state = SOCKET_LISTENING;
    socket->backlog = backlog < BACKLOG_MAX ? backlog : BACKLOG_MAX;
    socket->user = user_of(badge);
    socket_room(server, socket);
    return 0;
}

/* Waits until others are accepted. */
static int64_t wait_for_room(struct server *server, struct socket *socket,
    struct socket *listening)
{
    socket->full = listening;
    listening->awaited = true;
    server_wait_most(server, socket->times[1]);
    return socket->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
}

static int64_t connect_to(struct server *server, struct socket *socket,
    struct socket *listening, uint64_t badge)
{
    struct socket *other;

    if (listening->state != SOCKET_LISTENING || listening->read_shut)
        return -ECONNREFUSED;
    if (listening->pending_count > listening->backlog)
        return wait_for_room(server, socket, listening);
    other = socket_create(server, socket->type, badge);
    if (!other)
        return -ENFILE;
    socket_join(socket, other);
    socket->peer_user = listening->user;
    socket->user = user_of(badge);
    other->peer_user = socket->user;
    other->user = listening->user;
    other->pass_user = listening->pass_user;
    other->name = listening->name;
    other->name->references++;
    list_append(&listening->pending, &other->waiting);
    listening->pending_count++;
    socket_serve(server, listening, UXRT_READY_READ);
    socket_serve(server, socket, UXRT_READY_WRITE);
    return 0;
}

struct socket *socket_accept(struct server *server, struct socket *socket)
{
    struct socket *other;

    if (list_empty(&socket->pending))
        return NULL;
    other = list_entry(socket->pending.next, struct socket, waiting);
    list_remove(&other->waiting);
    socket->pending_count--;
    socket_room(server, socket);
    return other;
}

/* --- all ---------------------------------------- */

/* A datagram socket that has a peer takes messages from that alone. */
static int64_t set_peer(struct socket *socket, struct socket *peer)
{
    if (peer->peer && peer->peer != socket)
        return -EPERM;
    socket_part(socket);
    follow(socket, peer);
    socket->peer_user = peer->user;
    socket->state = SOCKET_CONNECTED;
    socket->error = 0;
    return 0;
}

int64_t socket_connect(struct server *server, struct socket *socket,
    const struct socket_address *address, uint64_t badge)
{
    struct socket *found;
    int error;

    if (socket->type == TYPE_DATAGRAM && !address->length) {
        socket_part(socket);
        socket->state = SOCKET_FRESH;
        return 0;
    }
    if (socket->state != SOCKET_FRESH && socket->type != TYPE_DATAGRAM)
        return socket->state == SOCKET_LISTENING ? -EINVAL : -EISCONN;
    error = name_find(address, socket->type, &found);
    if (error)
        return error;
    return socket->type == TYPE_DATAGRAM ? set_peer(socket, found)
                                         : connect_to(server, socket, found, badge);
}

int socket_shutdown(struct server *server, struct socket *socket, uint32_t how)
{
    bool reading = how != 1, writing = how != 0;
    struct socket *peer = socket->peer;

    if (how > 2)
        return -EINVAL;
    socket->read_shut |= reading;
    socket->write_shut |= writing;
    if (peer && socket->type != TYPE_DATAGRAM) {
        peer->read_shut |= writing;
        peer->write_shut |= reading;
        socket_serve(server, peer, UXRT_READY_READ | UXRT_READY_WRITE
            | UXRT_READY_PEER_SHUT);
    }
    socket_serve(server, socket, UXRT_READY_READ | UXRT_READY_WRITE);
    return 0;
}

void socket_room(struct server *server, struct socket *socket)
{
    for (struct list *at = socket->followers.next; at != &socket->followers;
         at = at->next) {
        struct socket *follower = list_entry(at, struct socket, follower);

        server_changed(server, &follower->node, UXRT_READY_WRITE);
    }
    for (struct list *at = sockets.next; socket->awaited && at != &sockets;
         at = at->next) {
        struct socket *other = list_entry(at, struct socket, link);

        if (other->full == socket) {
            other->full = NULL;
            server_changed(server, &other->node, UXRT_READY_WRITE);
        }
    }
    socket->awaited = false;
}
