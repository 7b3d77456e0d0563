/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AF_UNIX sockets. Each is a node with exactly one open file; names lead to it by a table
 * of bound names (name.c). What was sent to a socket and not yet received is its queue
 * (queue.c). connect.c joins sockets, data.c moves bytes, option.c has the operations of
 * ATTR_SOCKET, main.c opens and closes.
 */
#pragma once

#include <server/server.h>
#include <transport/socket.h>
#include <util/list.h>

enum { SOCKETS_MAX = 1024, COLLECT_EACH = 128, BACKLOG_MAX = 128, NOTES_MAX = 16 };
/* Bytes of memory that the queue of a socket may take, and those of all. */
enum { BUFFER_DEFAULT = 212992, BUFFER_MIN = 4608, QUEUES_MAX = 64 * 1024 * 1024 };

enum socket_type { TYPE_STREAM = 1, TYPE_DATAGRAM = 2, TYPE_SEQUENCE = 5 };
enum socket_state { SOCKET_FRESH, SOCKET_LISTENING, SOCKET_CONNECTED, SOCKET_ENDED };

/* A name, which sockets and messages refer to. */
struct name {
    uint32_t references, length;
    char text[SOCKET_NAME_MAX];
};

/* Files on their way. */
struct cargo {
    uint32_t count;
    struct socket_file files[];
};

struct message {
    struct list link;           /* of the queue */
    struct socket_user user;
    struct name *sender;        /* or null */
    struct cargo *cargo;        /* or null */
    uint32_t size, taken;       /* bytes written, bytes read */
    uint32_t room;              /* for bytes */
    char data[];
};

/* What is kept for a connection's thread between two requests: SOCKET_PREPARE and
 * SOCKET_MESSAGE. */
struct note {
    struct list link;           /* of the socket */
    uint64_t badge;
    uint32_t tag;
    bool received;
    bool lost;                  /* prepared: where it was to go is no more */
    struct socket *target;      /* prepared: where it goes; null: to the peer */
    struct cargo *cargo;        /* or null */
    struct socket_message about;
};

struct socket {
    struct server_node node;    /* first: the library's */
    struct list link;           /* of all */
    struct server_file *file;   /* null: not accepted yet */
    uint8_t type, state;
    bool read_shut, write_shut, pass_user;
    int32_t error;              /* reported once: SO_ERROR */
    struct socket_user user, peer_user;
    /* Its name. */
    struct name *name;
    bool bound;                 /* to that name; an accepted one is not */
    uint64_t key;               /* of a path; 0: none */
    /* Where it sends to, and who sends to it. */
    struct socket *peer;
    struct list follower, followers;    /* of the peer; those whose peer this is */
    struct socket *full;        /* it waits for room there */
    bool awaited;               /* somebody waits for room here */
    /* A listening one: those that were not accepted yet. */
    struct list waiting, pending;       /* in the list of one; list of it */
    uint32_t backlog, pending_count;
    /* collect.c */
    uint32_t on_its_way;        /* references to its file by cargo */
    enum { UNREACHED, REACHED, LOOKED_AT } reach;
    /* What came. */
    struct list queue;
    uint32_t queued;            /* bytes of memory */
    uint32_t send_buffer, receive_buffer;
    uint64_t times[2];          /* longest wait to receive, to send; nanoseconds, or 0 */
    struct server_request *reading;     /* parked, in their order */
    struct list notes;
    uint32_t note_count;
};

static inline struct socket *socket_of(struct server_node *node)
{
    return (struct socket *)node;
}

/* main.c */
extern struct list sockets;
/* One that nobody has open yet; null: too many, or no memory. */
struct socket *socket_create(struct server *server, unsigned type, uint64_t badge);
/* Gives back everything that it has; the node goes with its last reference. */
void socket_end(struct server *server, struct socket *socket);
struct socket_user user_of(uint64_t badge);

/* name.c */
int name_bind(struct socket *socket, const struct socket_address *address);
void name_end(struct socket *socket);
void name_put(struct name *name);
void name_tell(const struct name *name, struct socket_address *address);
/* The socket with this name that one of this type may send to; an error. */
int name_find(const struct socket_address *address, unsigned type, struct socket **found);

/* connect.c */
int socket_join(struct socket *one, struct socket *other);
void socket_part(struct socket *socket);
int64_t socket_connect(struct server *server, struct socket *socket,
    const struct socket_address *address, uint64_t badge);
int socket_listen(struct server *server, struct socket *socket, uint32_t backlog,
    uint64_t badge);
/* The next connection of a listening socket; null: there is none yet. */
struct socket *socket_accept(struct server *server, struct socket *socket);
int socket_shutdown(struct server *server, struct socket *socket, uint32_t how);
/* Who waited for room at this socket looks again. */
void socket_room(struct server *server, struct socket *socket);

/* queue.c */
/* Memory for a message of `room` bytes in the socket's queue; null: none. */
struct message *message_create(struct socket *socket, uint32_t room);
void message_free(struct socket *socket, struct message *message);
struct message *message_first(const struct socket *socket);
struct message *message_last(const struct socket *socket);
void cargo_drop(struct cargo *cargo);
struct cargo *cargo_create(const struct socket_file *files, uint32_t count);

/* collect.c: ends the sockets that nobody can use any more, soon. */
void sockets_collect(struct server *server);

/* note.c */
struct note *note_find(struct socket *socket, uint64_t badge, uint32_t tag,
    bool received);
/* Makes one, in place of that which there was; null: no memory. */
struct note *note_create(struct socket *socket, uint64_t badge, uint32_t tag,
    bool received);
void note_free(struct socket *socket, struct note *note);
void note_forget_target(const struct socket *target);

/* data.c */
int64_t socket_read(struct server_request *request);
int64_t socket_write(struct server_request *request);
uint32_t socket_ready(struct server_file *file);
/* Answers parked reads that can be answered now, and tells who waits. */
void socket_serve(struct server *server, struct socket *socket, uint32_t bits);

/* option.c */
int64_t socket_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size);
int64_t socket_set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size);
