/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket: serves /srv/socket, whose files `stream`, `datagram` and `sequence` are new
 * sockets for each open. A name that is empty and relative to a socket opens the next
 * connection of a listening one, or the other one of a pair. Manual: socket(4).
 */
#include "socket.h"

#include <program/heap.h>
#include <program/time.h>
#include <transport/layout.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

enum { ROOT_NUMBER = 1, FIRST_NEW = 2, NEW_NUMBERS = 3, FIRST_NUMBER = 16 };

struct list sockets = {&sockets, &sockets};
static uint64_t next_number = FIRST_NUMBER;
static uint32_t socket_count;

static struct server_node root = {
    .number = ROOT_NUMBER, .mode = S_IFDIR | 0555, .links = 2, .references = 1};

#define NEW(n) {.number = FIRST_NEW + (n), .mode = S_IFSOCK | 0777, .links = 1, \
                .references = 1}
static struct server_node new_nodes[NEW_NUMBERS] = {NEW(0), NEW(1), NEW(2)};
static const struct {
    const char *name;
    unsigned type;
} kinds[NEW_NUMBERS] = {
    {"stream", TYPE_STREAM}, {"datagram", TYPE_DATAGRAM}, {"sequence", TYPE_SEQUENCE}};

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server, (void)parent;
    for (unsigned i = 0; i < NEW_NUMBERS; i++) {
        if (strlen(kinds[i].name) == length && !memcmp(kinds[i].name, name, length)) {
            *node = &new_nodes[i];
            return 0;
        }
    }
    return -ENOENT;
}

static int entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    (void)server, (void)directory;
    uint64_t number = cookie < FIRST_NEW ? FIRST_NEW : cookie;

    if (number >= FIRST_NEW + NEW_NUMBERS)
        return 0;
    entry->node = number;
    entry->next = number + 1;
    entry->type = S_IFSOCK >> 12;
    entry->name_length = (uint8_t)strlen(kinds[number - FIRST_NEW].name);
    memcpy(name, kinds[number - FIRST_NEW].name, entry->name_length);
    return 1;
}

struct socket_user user_of(uint64_t badge)
{
    const struct identity *who = uxrt_identity(badge);

    return who ? (struct socket_user){who->pid, who->uid, who->gid}
               : (struct socket_user){0, UINT32_MAX, UINT32_MAX};
}

struct socket *socket_create(struct server *server, unsigned type, uint64_t badge)
{
    struct socket *s = socket_count < SOCKETS_MAX ? heap_zero(1, sizeof(*s)) : NULL;

    if (!s || socket_count % COLLECT_EACH == COLLECT_EACH - 1)
        sockets_collect(server);
    if (!s)
        return NULL;
    socket_count++;
    s->user = user_of(badge);
    s->node = (struct server_node){
        .number = next_number++, .mode = S_IFSOCK | 0777, .uid = s->user.uid,
        .gid = s->user.gid, .references = 1};
    s->node.accessed = s->node.modified = s->node.changed = program_time();
    s->type = (uint8_t)type;
    s->send_buffer = s->receive_buffer = BUFFER_DEFAULT;
    list_init(&s->follower);
    list_init(&s->followers);
    list_init(&s->waiting);
    list_init(&s->pending);
    list_init(&s->queue);
    list_init(&s->notes);
    list_append(&sockets, &s->link);
    return s;
}

/* The open file becomes that of this socket, whose first reference it takes over. */
static void move_file(struct server_file *file, struct socket *socket)
{
    file->node->references--;
    file->node = &socket->node;
    socket->file = file;
}

/* What an open of a socket means: the next connection, or the other one of a pair. */
static int open_other(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    struct socket *base = socket_of(file->node), *other;

    if (base->state == SOCKET_LISTENING) {
        other = socket_accept(server, base);
        if (!other) {
            file->flags &= ~(uint32_t)UXRT_NONBLOCK;
            file->flags |= base->file->flags & UXRT_NONBLOCK;
            server_wait_most(server, base->times[0]);
            return -EAGAIN;
        }
        move_file(file, other);
        return 0;
    }
    if (base->state != SOCKET_FRESH || base->name)
        return -EINVAL;
    other = socket_create(server, base->type, caller->badge);
    if (!other)
        return -ENFILE;
    socket_join(base, other);
    base->peer_user = other->peer_user = other->user;
    move_file(file, other);
    return 0;
}

static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    uint64_t index = file->node->number - FIRST_NEW;
    struct socket *socket;

    if (file->node == &root)
        return 0;
    if ((file->flags & (UXRT_READ | UXRT_WRITE)) != (UXRT_READ | UXRT_WRITE))
        return -EINVAL;
    if (index >= NEW_NUMBERS)
        return open_other(server, file, caller);
    socket = socket_create(server, kinds[index].type, caller->badge);
    if (!socket)
        return -ENFILE;
    move_file(file, socket);
    return 0;
}

void socket_end(struct server *server, struct socket *socket)
{
    bool unread = !list_empty(&socket->queue) || !socket->file;
    struct socket *peer = socket->peer;

    if (unread && socket->state == SOCKET_CONNECTED && peer
        && socket->type != TYPE_DATAGRAM)
        peer->error = ECONNRESET;
    socket->state = SOCKET_ENDED;
    name_end(socket);
    while (!list_empty(&socket->pending))
        socket_end(server, list_entry(socket->pending.next, struct socket, waiting));
    list_remove(&socket->waiting);
    while (!list_empty(&socket->notes))
        note_free(socket, list_entry(socket->notes.next, struct note, link));
    note_forget_target(socket);
    while (message_first(socket))
        message_free(socket, message_first(socket));
    socket_room(server, socket);
    while (!list_empty(&socket->followers)) {
        struct socket *other = list_entry(socket->followers.next, struct socket, follower);

        socket_part(other);
        if (other->type == TYPE_DATAGRAM)
            other->error = ECONNREFUSED;
        else
            other->state = SOCKET_ENDED;
        socket_serve(server, other, UXRT_READY_READ | UXRT_READY_WRITE
                                        | UXRT_READY_HANGUP);
    }
    socket_part(socket);
    if (!socket->file) {
        socket->node.references--;
        server_unlinked(server, &socket->node);
    }
}

static void close(struct server *server, struct server_file *file)
{
    if (file->node == &root)
        return;
    socket_end(server, socket_of(file->node));
    socket_of(file->node)->file = NULL;
}

static void forget(struct server *server, struct server_node *node)
{
    struct socket *socket = socket_of(node);

    (void)server;
    list_remove(&socket->link);
    heap_free(socket);
    socket_count--;
}

static const struct server_operations operations = {
    .lookup = lookup, .entry = entry, .open = open, .close = close, .read = socket_read,
    .write = socket_write, .ready = socket_ready, .get = socket_get, .set = socket_set,
    .forget = forget};

int main(void)
{
    program_heap();
    root.accessed = root.modified = root.changed = program_time();
    server_run("socket", &operations, &root);
    return 1;
}
