/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receiving and sending. Who finds nothing to read is parked, or told to wait where that
 * cannot be; who finds no room to write waits. A message is whole, except for streams,
 * whose messages are but pieces of memory.
 */
#include "socket.h"

#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/string.h>

enum { PIECE_LEAST = 4096 - sizeof(struct message), PIECE_MOST = 64 * 1024 };

/* What the offset says: flags and tag; false: it is none of a socket. */
static bool parse(const struct server_request *request, uint32_t *flags, uint32_t *tag)
{
    uint64_t offset = request->request.offset;

    *flags = *tag = 0;
    if (request->request.current)
        return true;
    *flags = (uint32_t)(offset >> SOCKET_FLAGS_SHIFT) & 0xffff;
    *tag = (uint32_t)(offset >> SOCKET_TAG_SHIFT) & 0x3f;
    return offset >> 62 == 1;
}

static bool is_stream(const struct socket *socket)
{
    return socket->type == TYPE_STREAM;
}

static bool same_user(const struct socket_user *one, const struct socket_user *other)
{
    return one->pid == other->pid && one->uid == other->uid && one->gid == other->gid;
}

/* --- receiving ---------------------------------------- */

/* Keeps what belongs to a message for who asks for it. */
static int tell(struct socket *socket, struct message *message, uint64_t badge,
    uint32_t tag, uint32_t room, bool peek)
{
    struct note *note = note_create(socket, badge, tag, true);
    uint32_t left = message->size - message->taken;

    if (!note)
        return -ENOMEM;
    name_tell(message->sender, &note->about.address);
    note->about.user = message->user;
    note->about.length = left;
    note->about.flags = socket->pass_user ? MESSAGE_USER : 0;
    if (!is_stream(socket) && left > room)
        note->about.flags |= MESSAGE_CUT;
    if (socket->type == TYPE_SEQUENCE)
        note->about.flags |= MESSAGE_END;
    if (!peek) {
        note->cargo = message->cargo;
        message->cargo = NULL;
    }
    return 0;
}

/* May its bytes follow those of the first one in one read? */
static bool goes_on(const struct socket *socket, const struct message *first,
    const struct list *link)
{
    const struct message *next = list_entry(link, struct message, link);

    return is_stream(socket) && link != &socket->queue && !first->cargo && !next->cargo
           && same_user(&first->user, &next->user);
}

/* Puts bytes of the first message, and of those that go on: how many. */
static int64_t put(struct socket *socket, struct server_request *request)
{
    struct message *first = message_first(socket);
    struct list *at = &first->link;
    uint64_t done = 0, count = request->count;

    do {
        struct message *message = list_entry(at, struct message, link);
        uint32_t left = message->size - message->taken;
        uint64_t part = left < count - done ? left : count - done;
        int64_t result = part ? server_put(request, done, message->data + message->taken,
                                    part) : 0;

        if (result < 0 && !done)
            return result;
        done += result > 0 ? (uint64_t)result : 0;
        if (result != (int64_t)part)
            break;
        at = at->next;
    } while (done < count && goes_on(socket, first, at));
    return (int64_t)done;
}

/* Takes bytes that were read out of the queue; a whole message if it is no stream's. */
static void consume(struct socket *socket, uint64_t done)
{
    struct message *message = message_first(socket);

    if (!is_stream(socket)) {
        message_free(socket, message);
        return;
    }
    while (done) {
        uint32_t left = message->size - message->taken;

        if (done < left) {
            message->taken += (uint32_t)done;
            cargo_drop(message->cargo);
            message->cargo = NULL;
            return;
        }
        done -= left;
        message_free(socket, message);
        message = message_first(socket);
    }
}

static int64_t nothing(struct socket *socket, struct server_request *request)
{
    int32_t error = socket->error;

    if (error && socket->type != TYPE_DATAGRAM) {
        socket->error = 0;
        return -error;
    }
    if (socket->state == SOCKET_ENDED || socket->read_shut) {
        request->end = true;
        return 0;
    }
    return -EAGAIN;
}

/* A read's result, or -EAGAIN: not yet. */
static int64_t try_read(struct socket *socket, struct server_request *request)
{
    struct message *first = message_first(socket);
    uint32_t flags, tag;
    int64_t done;

    (void)parse(request, &flags, &tag);
    if (!first)
        return nothing(socket, request);
    done = put(socket, request);
    if (done < 0)
        return done;
    if (flags & SOCKET_TELL) {
        int error = tell(socket, first, request->request.badge, tag, request->count,
            flags & SOCKET_PEEK);

        if (error)
            return error;
    }
    if (flags & SOCKET_PEEK)
        return done;
    consume(socket, (uint64_t)done);
    socket_room(request->server, socket);
    return done;
}

static void read_cancelled(struct server_request *request)
{
    struct server_request **place = &socket_of(request->file->node)->reading;

    while (*place != request)
        place = &(*place)->next;
    *place = request->next;
}

static int64_t park(struct socket *socket, struct server_request *request)
{
    struct server_request **place = &socket->reading, *kept;

    if (request->now || socket->times[0]) {
        server_wait_most(request->server, socket->times[0]);
        return -EAGAIN;
    }
    kept = server_park(request, read_cancelled);
    if (!kept)
        return -EAGAIN;
    while (*place)
        place = &(*place)->next;
    *place = kept;
    return SERVER_PARKED;
}

int64_t socket_read(struct server_request *request)
{
    struct socket *socket = socket_of(request->file->node);
    uint32_t flags, tag;
    int64_t result = -EAGAIN;

    if (!parse(request, &flags, &tag))
        return -ESPIPE;
    if (socket->type != TYPE_DATAGRAM
        && (socket->state == SOCKET_FRESH || socket->state == SOCKET_LISTENING))
        return is_stream(socket) ? -EINVAL : -ENOTCONN;
    if (!request->count && is_stream(socket))
        return 0;
    request->now = flags & SOCKET_NOW;
    if (!socket->reading)
        result = try_read(socket, request);
    return result == -EAGAIN ? park(socket, request) : result;
}

/* A read may be the last that has the socket's file: it is kept until this is done. */
void socket_serve(struct server *server, struct socket *socket, uint32_t bits)
{
    struct server_request *first;

    socket->node.references++;
    while ((first = socket->reading) != NULL) {
        int64_t result = try_read(socket, first);

        if (result == -EAGAIN)
            break;
        socket->reading = first->next;
        server_finish(first, result);
    }
    server_changed(server, &socket->node, bits);
    socket->node.references--;
    server_unlinked(server, &socket->node);
}

/* --- sending ---------------------------------------- */

/* Bytes of memory that are left in the queue, for this sender. */
static uint32_t room(const struct socket *from, const struct socket *to)
{
    return to->queued < from->send_buffer ? from->send_buffer - to->queued : 0;
}

/* Adds a message with what belongs to it; null: no memory. */
static struct message *add(struct socket *from, struct socket *to, uint32_t bytes,
    const struct socket_user *user, struct note *note)
{
    struct message *message = message_create(to, bytes);

    if (!message)
        return NULL;
    message->user = *user;
    message->sender = from->name;
    if (message->sender)
        message->sender->references++;
    if (note) {
        message->cargo = note->cargo;
        note->cargo = NULL;
    }
    return message;
}

/* Fills a message as far as it has room: bytes, or an error and nothing has changed. */
static int64_t fill(struct message *message, struct server_request *request,
    uint64_t done)
{
    uint32_t left = message->room - message->size;
    uint64_t part = left < request->count - done ? left : request->count - done;
    int64_t got = part ? server_get(request, done, message->data + message->size, part)
                       : 0;

    if (got > 0)
        message->size += (uint32_t)got;
    return got == (int64_t)part || got < 0 ? got : got ? got : -EFAULT;
}

/* A message that got no bytes goes again; what belonged to it is kept. */
static void take_back(struct socket *to, struct message *message, struct note *note)
{
    if (note)
        note->cargo = message->cargo;
    message->cargo = NULL;
    message_free(to, message);
}

static int64_t send_whole(struct socket *from, struct socket *to,
    struct server_request *request, const struct socket_user *user, struct note *note)
{
    struct message *message;
    int64_t got;

    if (request->request.count > from->send_buffer - sizeof(*message)
        || request->request.count > request->count)
        return -EMSGSIZE;
    if (to->queued && room(from, to) < request->count + sizeof(*message))
        return -EAGAIN;
    message = add(from, to, request->count, user, note);
    if (!message)
        return -ENOBUFS;
    got = fill(message, request, 0);
    if (got != request->count) {
        take_back(to, message, note);
        return got < 0 ? got : -EFAULT;
    }
    return got;
}

/* The next piece of a stream to be filled; null: there is no room. */
static struct message *piece(struct socket *from, struct socket *to, uint64_t left,
    const struct socket_user *user, struct note *note)
{
    struct message *last = message_last(to);
    uint32_t space = room(from, to), bytes;

    if (last && !last->cargo && !(note && note->cargo) && last->size < last->room
        && same_user(&last->user, user))
        return last;
    if (space < PIECE_LEAST + sizeof(*last))
        return NULL;
    space -= (uint32_t)sizeof(*last);
    bytes = left < PIECE_LEAST ? PIECE_LEAST : left < PIECE_MOST ? (uint32_t)left
                                                                 : PIECE_MOST;
    return add(from, to, bytes < space ? bytes : space, user, note);
}

static int64_t send_bytes(struct socket *from, struct socket *to,
    struct server_request *request, const struct socket_user *user, struct note *note)
{
    uint64_t done = 0;

    while (done < request->count) {
        struct message *message = piece(from, to, request->count - done, user, note);
        int64_t got = message ? fill(message, request, done)
                      : to->queued ? -EAGAIN : -ENOBUFS;

        if (message && !message->size)
            take_back(to, message, note);
        if (got < 0)
            return done ? (int64_t)done : got;
        done += (uint64_t)got;
    }
    return (int64_t)done;
}

/* Where it goes; an error. */
static int target_of(struct socket *socket, const struct note *note, struct socket **to)
{
    int32_t error = socket->error;

    *to = note && note->target ? note->target : socket->peer;
    if (socket->write_shut)
        return -EPIPE;
    if (socket->type != TYPE_DATAGRAM) {
        return *to ? 0 : socket->state == SOCKET_ENDED ? -EPIPE : -ENOTCONN;
    }
    if (error || (note && note->lost)) {
        socket->error = 0;
        return -ECONNREFUSED;
    }
    if (!*to)
        return -ENOTCONN;
    if ((*to)->read_shut)
        return -EPIPE;
    return !(*to)->peer || (*to)->peer == socket ? 0 : -EPERM;
}

/* A message's result, or -EAGAIN: no room. */
static int64_t send(struct socket *socket, struct server_request *request,
    struct note *note)
{
    struct socket_user user = user_of(request->request.badge);
    struct socket *to;
    int64_t result = target_of(socket, note, &to);

    if (result)
        return result;
    if (note && note->about.flags & MESSAGE_USER)
        user = note->about.user;
    result = is_stream(socket) ? send_bytes(socket, to, request, &user, note)
                               : send_whole(socket, to, request, &user, note);
    if (result == -EAGAIN) {
        socket->full = to;
        to->awaited = true;
        server_wait_most(request->server, socket->times[1]);
    } else if (result >= 0) {
        socket_serve(request->server, to, UXRT_READY_READ);
    }
    return result;
}

int64_t socket_write(struct server_request *request)
{
    struct socket *socket = socket_of(request->file->node);
    struct note *note = NULL;
    uint32_t flags, tag;
    int64_t result;

    if (!parse(request, &flags, &tag))
        return -ESPIPE;
    request->now = flags & SOCKET_NOW;
    if (flags & SOCKET_PREPARED) {
        note = note_find(socket, request->request.badge, tag, false);
        if (!note)
            return -EINVAL;
    }
    result = send(socket, request, note);
    if (note && result >= 0)    /* who sends to itself may have been told, in its place */
        note = note_find(socket, request->request.badge, tag, false);
    if (note && result >= 0)
        note_free(socket, note);
    return result;
}

/* --- readiness ---------------------------------------- */

static bool can_send(const struct socket *socket)
{
    const struct socket *peer = socket->peer;

    if (!peer)
        return true;
    return is_stream(socket) ? room(socket, peer) >= PIECE_LEAST + sizeof(struct message)
                             : peer->queued <= socket->send_buffer / 2;
}

static uint32_t stream_ready(const struct socket *socket)
{
    uint32_t bits = 0;

    if (socket->state == SOCKET_FRESH)
        return UXRT_READY_WRITE | UXRT_READY_HANGUP;
    if (socket->state == SOCKET_ENDED)
        bits |= UXRT_READY_HANGUP | UXRT_READY_READ | UXRT_READY_PEER_SHUT;
    if (socket->read_shut)
        bits |= UXRT_READY_READ | UXRT_READY_PEER_SHUT;
    if (socket->read_shut && socket->write_shut)
        bits |= UXRT_READY_HANGUP;
    if (socket->error)
        bits |= UXRT_READY_ERROR;
    return bits;
}

uint32_t socket_ready(struct server_file *file)
{
    const struct socket *socket = socket_of(file->node);
    uint32_t bits;

    if (S_ISDIR(file->node->mode))
        return UXRT_READY_READ;
    bits = socket->type == TYPE_DATAGRAM ? 0 : stream_ready(socket);
    if (socket->state == SOCKET_LISTENING)
        return list_empty(&socket->pending) ? 0 : UXRT_READY_READ;
    if (!list_empty(&socket->queue) || socket->read_shut)
        bits |= UXRT_READY_READ;
    if (can_send(socket))
        bits |= UXRT_READY_WRITE;
    return bits;
}
