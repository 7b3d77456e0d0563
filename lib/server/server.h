/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a file server needs besides its own idea: open files and their ids, positions,
 * permission bits, confinement to roots, names, readiness, parked requests, locks, and
 * everything that a client may do wrong. A server fills a table of operations and calls
 * server_run(); server(7) shows one of less than 150 lines.
 *
 * A node is a file or directory of the server: the library keeps a count of references to
 * it (open files and parked requests), and calls `forget` when the last one goes of a
 * node that has no name any more. A file is a node opened by a connection. Each request
 * is answered exactly once: an operation returns its result, or SERVER_PARKED after it
 * has kept the request for server_finish() later.
 *
 * Operations return a count or 0, or a negative error number. Those left out (null) give
 * the error that Unix has for them (EPERM, ENOTDIR, EISDIR, ENOTTY, ESPIPE, ...).
 * One thread calls them. An operation that calls the transport itself does that before it
 * puts bytes: both may use the message registers.
 */
#pragma once

#include <uxrt/server.h>

struct server;
struct server_file;

struct server_node {
    uint64_t number;        /* of the node, never used again: st_ino, and roots are named
                               by it; 0 is not used, the root has 1 */
    uint32_t mode;          /* type and permission bits as in <sys/stat.h> */
    uint32_t uid, gid;
    uint32_t links;         /* names that it has; 0 and no references: forget */
    uint32_t references;    /* the library's */
    struct server_wait *waiting;    /* the library's: armed and parked */
    uint32_t changes[2];    /* the library's: how often it became ready to read, to write */
    uint64_t size;
    int64_t accessed, modified, changed;
    uint32_t device;        /* special number of a device node */
    uint64_t key;           /* the library's: of a socket's name (ATTR_KEY) */
    uint32_t locks;         /* the library's */
    struct server_watch *watches;   /* the library's */
    bool queue;             /* the library's: a node of its own, of events */
    struct server_range *ranges;    /* the library's: locked ones, of bytes */
};

/* Who asks: valid during the operation. */
struct server_caller {
    uint64_t badge;
    uint32_t pid, uid, gid, umask;
    bool privileged;        /* uid 0 */
    uint64_t opening;       /* of an open: the id that the file will have */
};

/* A request that reads or writes a file's bytes. */
struct server_request {
    struct uxrt_request request;    /* the transport's */
    struct server *server;
    struct server_file *file;
    uint64_t offset;        /* the position is filled in */
    uint32_t count;         /* bytes wanted or given, as far as this form can */
    bool append;
    bool end;               /* set by the operation: this reached the end of the file */
    bool now;               /* set by the operation: it shall not wait, whatever the file's
                               flags say */
    int64_t done;           /* set by the operation while it keeps the request: what has been
                               done, which is its result if it is cancelled; 0: nothing */
    struct server_request *next;    /* the operation's, while it keeps the request */
};

struct server_file {
    struct server_node *node;
    uint32_t flags;         /* UXRT_READ, _WRITE, _APPEND, _NONBLOCK, ... */
    int64_t position;
    uint32_t references;    /* ids of all connections that stand for this open file */
    void *data;             /* the server's own */
};

enum { SERVER_PARKED = 1 << 30 };

struct server_operations {
    int (*begin)(struct server *);  /* before any request but reads and writes of files
                                       that are known; 0, or what is the result then */
    /* Names. Nodes returned need no reference taken. `parent` may be searched. */
    int (*lookup)(struct server *, struct server_node *parent, const char *name,
        size_t length, struct server_node **node);
    int (*create)(struct server *, const struct server_caller *,
        struct server_node *parent, const char *name, size_t length,
        uint32_t mode, struct server_node **node);
        /* mode has the type: regular, directory, FIFO, ...; not a symbolic link */
    int (*symlink)(struct server *, const struct server_caller *,
        struct server_node *parent, const char *name, size_t length,
        const char *target, size_t target_length);
    int64_t (*readlink)(struct server *, struct server_node *, char *target, size_t size);
        /* or -ERROR_FILE, with a struct file_turn as the target */
    int (*link)(struct server *, struct server_node *parent, const char *name,
        size_t length, struct server_node *node);
    int (*remove)(struct server *, struct server_node *parent, const char *name,
        size_t length, struct server_node *node);   /* ENOTEMPTY for a full directory */
    int (*rename)(struct server *, struct server_node *from, const char *old,
        size_t old_length, struct server_node *to, const char *new, size_t new_length,
        struct server_node *node, struct server_node *replaced);
    int (*exchange)(struct server *, struct server_node *from, const char *old,
        size_t old_length, struct server_node *to, const char *new, size_t new_length,
        struct server_node *node, struct server_node *other);   /* each gets the other's */
    /* One entry at or after the cookie: fills all but `length`; 0 at the end, else 1. */
    int (*entry)(struct server *, struct server_node *directory, uint64_t cookie,
        struct uxrt_entry *entry, char name[256]);
    struct server_node *(*root)(struct server *, uint64_t number);  /* for bound roots */
    struct server_node *(*parent)(struct server *, struct server_node *directory);
        /* for renames of directories to another one: else EXDEV; null above the root */

    /* Files. */
    int (*open)(struct server *, struct server_file *, const struct server_caller *);
    void (*close)(struct server *, struct server_file *);   /* the last reference, once */
    void (*give_up)(struct server *, uint64_t badge, uint64_t opening);
        /* an open that was to wait will not be asked for again */
    int64_t (*read)(struct server_request *);
    int64_t (*write)(struct server_request *);
    uint32_t (*ready)(struct server_file *);    /* bits UXRT_READY_; default: always */
    int (*resize)(struct server *, struct server_node *, uint64_t size);
    int (*stat)(struct server *, struct server_node *, struct uxrt_stat *); /* adjusts */
    /* These two may answer -ERROR_WAIT: asked again when the node changes. */
    int64_t (*get)(struct server_request *, unsigned attribute, uint64_t argument,
        void *record, size_t size);             /* ATTR_TERMIOS, ATTR_CONTROL, ... */
    int64_t (*set)(struct server_request *, unsigned attribute, uint64_t argument,
        const void *record, size_t size);
    int64_t (*rpc)(struct server_request *, const void *request, size_t count,
        void *answer, size_t size);             /* returns bytes of the answer */
    int64_t (*object)(struct server_request *, unsigned protection);    /* a token */
    void (*forget)(struct server *, struct server_node *);
    /* The name of a directory in its parent: its length; 0: it has none. If left out, the
     * entries of the parent are looked through. */
    size_t (*name)(struct server *, struct server_node *directory, char name[256]);

    /* Others. */
    bool watched;           /* nodes can be watched: their numbers and addresses stay until
                               they are forgotten, and all changes come by requests */
    void (*interrupt)(struct server *);         /* the driver's */
    bool (*stay)(struct server_request *);      /* one that was kept is cancelled, since a
                                                   signal came: shall it stay all the same?
                                                   Once for each */
    void (*alarm)(struct server *);             /* uxrt_alarm(); perhaps too early */
    int (*statfs)(struct server *, struct uxrt_statfs *);      /* adjusts */
    void (*turn)(struct server *, const char *name, size_t length,
        uint32_t *service);                     /* the process server's: a node of type
                                                   S_IFSOCK with this name was met; not 0:
                                                   the service that goes on */
};

/* The bytes of a read or write, whatever its form: as uxrt_request_get and _put, from
 * `from` bytes in. For no copy at all where there can be none, server_data(): the bytes
 * of a write or the room for a read, in registers or shared buffer, or null (plain). */
int64_t server_get(struct server_request *, uint64_t from, void *data, size_t count);
int64_t server_put(struct server_request *, uint64_t to, const void *data, size_t count);
void *server_data(struct server_request *);

/* Keeps a request for later: a copy that belongs to the operation until server_finish()
 * answers it; bytes of a short write stay with it. Null: no more can be parked for this
 * connection; return -ERROR_WAIT then, which makes the client wait until server_changed()
 * and ask again. A cancelled request is taken back by calling `cancelled`, and the client
 * gets EINTR, unless some of it has been done. */
struct server_request *server_park(struct server_request *,
    void (*cancelled)(struct server_request *));
void server_finish(struct server_request *, int64_t result);

/* The same for any request, in any operation: what is kept is not answered but begun anew
 * by server_resume(), as if it came now. Null: the request at hand. The operation returns
 * what this returns: SERVER_PARKED and *kept is set, or -ERROR_WAIT: the client asks again
 * after server_changed() of the file's node (of the root, for the request at hand). */
int server_keep(struct server *server, const struct server_request *request,
    void (*cancelled)(struct server_request *), struct server_request **kept);
void server_resume(struct server_request *request);
/* Has the client a signal to take? What is kept then (by who has `stay`) is not cancelled
 * for it any more. */
bool server_interrupted(const struct server_request *request);

/* Of the request at hand, if it has to wait (-EAGAIN, -ERROR_WAIT): not longer than so many
 * nanoseconds, then its result is EAGAIN. */
void server_wait_most(struct server *server, uint64_t nanoseconds);

/* The node's readiness has changed: wakes who waits for it. */
void server_changed(struct server *, struct server_node *, uint32_t bits);

/* Begins a service with this name in /srv and this root directory or file, and serves it
 * for ever. Returns only if it cannot begin. */
int server_run(const char *name, const struct server_operations *operations,
    struct server_node *root);

/* The parts of server_run, for who has other things to do as well: answer one request
 * that has been received. `result` and `end` are for uxrt_answer; false: do not answer
 * (yet). */
struct server *server_create(const struct server_operations *operations,
    struct server_node *root, int service);
/* A service of its own name whose requests come to `service` as well (uxrt_serve_name),
 * with the number that identities have of it. Null: *error says why. */
struct server *server_create_name(const struct server_operations *operations,
    struct server_node *root, int service, const char *name, int *error);
uint32_t server_number(const struct server *server);
/* Ends all connections, with EIO for what is parked, and the service of server_create_name.
 * Nodes stay the caller's. */
void server_destroy(struct server *server);
bool server_handle(struct server *, struct uxrt_request *, int64_t *result, bool *end);
void server_notified(struct server *, uint64_t reasons);

/* The last name of a node went without a request for it: forgets it if nobody uses it. */
void server_unlinked(struct server *, struct server_node *node);

/* Is there such a connection, live, and does it have the node open? */
bool server_has_open(struct server *server, uint64_t badge, const struct server_node *node);

/* A connection has ended: everything of it is given back, then uxrt_done(). Called by
 * server_notified(); directly only by the process server. */
void server_ended(struct server *, uint64_t badge);

/* A file that was exported (ATTR_EXPORT) is kept no longer on its way: PROC_RELEASED. */
void server_released(struct server *, uint64_t token);

/* The file that was exported with this token, or null. */
struct server_file *server_exported(struct server *server, uint64_t token);

/* Does somebody keep this exported file (PROC_HELD)? As server_identity: of who links it. */
bool server_held(uint64_t token);

/* This request has changed bytes of its file: unless it is one of uid 0, the file is
 * set-user-ID and set-group-ID no longer. For servers that have such files, after a write;
 * changes of the size are the library's matter. */
void server_bytes_changed(const struct server_request *request);

/* Nanoseconds since 1970. As server_identity: of who links it. */
int64_t server_time(void);

/* Entry of the identity table; null beyond its end. A page of them is in a row. Not a
 * function of lib/server but of who links it: program.c is for programs. */
const struct identity *server_identity(uint32_t index);
