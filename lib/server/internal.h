/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of lib/server share. A connection has ids, each of which is one
 * reference to an open file; an open file is one reference to a node. Snapshots of forks
 * and exported files hold references as ids do, and belong to the connection that made
 * them.
 */
#pragma once

#include <server/server.h>
#include <transport/layout.h>
#include <util/errno.h>
#include <util/list.h>
#include <util/mode.h>

/* Limits of one connection. */
enum {
    IDS_LIMIT = 8192,           /* ids are below; EMFILE */
    SNAPSHOTS_MAX = 8,          /* not yet bound; the oldest one goes */
    EXPORTS_MAX = 256,          /* not yet imported; EMFILE. One message has up to 253 */
    ANSWERS_MAX = 16,           /* of RPC, not yet read; the oldest one goes */
    PARKED_MAX = 8,
    WAITS_MAX = 1024,
};

/* Most bytes of an attribute's record, and of a path that is kept. */
enum { RECORD_MAX = 64 * 1024, PATH_KEPT = 1024, PATH_UNKNOWN = UINT16_MAX };

/* What waits for a lock waits for this bit of readiness. */
#define READY_LOCK (UINT32_C(1) << 31)

/* In the flags of an open file: bytes can be read or written the direct way. */
#define DIRECT_SHIFT 30
#define DIRECT_READ  (UINT32_C(1) << DIRECT_SHIFT)
#define DIRECT_WRITE (UINT32_C(2) << DIRECT_SHIFT)

/* What a file is opened for, as bits of a mode. */
enum { MAY_EXECUTE = 1, MAY_WRITE = 2, MAY_READ = 4 };

struct open_file {
    struct server_file file;    /* first: what operations see */
    bool opened;                /* its end is told to the operation `close` */
    uint8_t lock;               /* UXRT_LOCK_ that it holds */
    uint16_t path_length;       /* or PATH_UNKNOWN */
    uint64_t base;              /* number of the root node that it was opened from */
    uint64_t renames;           /* of the server when the path was right */
    char path[];
};

struct connection {
    uint64_t badge;
    struct server_file **files;     /* by id */
    uint32_t file_slots;            /* of the array */
    uint32_t file_count;
    uint32_t cancel;                /* of identity.cancel, what has been done */
    uint64_t lock_wait;             /* badge: whose lock of a range it waits for, or 0 */
    struct list parked, waits, answers, snapshots, exports;
    struct list link;               /* of those that have parked requests */
    uint32_t parked_count, wait_count, answer_count, snapshot_count, export_count;
};

/* A connection that wants to know when a node becomes ready for some of the bits. */
struct server_wait {
    struct server_wait *next;       /* of the node */
    struct list link;               /* of the connection */
    struct connection *connection;
    struct server_node *node;       /* a reference */
    uint32_t bits;
    uint64_t files;                 /* ids that wait, modulo 64, as bits */
};

struct server {
    struct connection *connections[IDENTITY_MAX];
    int64_t (*bytes[2])(struct server_request *);   /* of the operations: read, write */
    struct server_operations operations;    /* with defaults for those left out */
    struct server_node *root;
    int service;
    struct server_request *at_hand; /* the request being done, unless the direct way */
    bool named;                     /* made by server_create_name */
    bool has_number;                /* its service number is known: of the first client */
    uint32_t number;
    uint64_t last_snapshot;
    uint64_t renames;               /* that have been done */
    struct list exports;            /* of all connections */
    struct list parking;            /* connections with parked requests */
    struct list queues;             /* of events: watch.h */
    uint32_t queue_count, watch_count;
    uint32_t watched;               /* events that any watch is for */
    uint32_t endings;               /* of connections, of what has been seen: layout.h */
    char *record;                   /* RECORD_MAX bytes: of the attribute being done */
    uint64_t turn[SHORT_READ_MAX / 8];      /* struct name_turn of the request */
    uint32_t turn_bytes;
    uint64_t wait_most;             /* of the request at hand; 0: no limit */
    const char *name;               /* that the read at hand is of; null: of the file */
    size_t name_length;
    uint64_t name_kept[MESSAGE_MAX_LENGTH];
    uint64_t *registers;            /* of messages; of use when there is a request */
    uint64_t kept[MESSAGE_MAX_LENGTH];      /* bytes of the short write being done */
};

/* One request for an attribute. */
struct attribute_call {
    struct server *server;
    struct connection *connection;
    struct server_request *request; /* its `file` is the one in question; null: control */
    const struct identity *identity;
    struct server_caller caller;
    uint64_t argument;
    char *data;                     /* of a write, the record; of a read, room for it */
    size_t size;
    /* After the bytes of a read have been put, or could not be. */
    void (*then)(struct attribute_call *, bool done);
    uint64_t token;                 /* for `then` */
    void *object;
};

/* connection.c */
/* The connection of a badge, begun if this is the first sight; null: *error says why. */
struct connection *fs_connection_get(struct server *server, uint64_t badge, int *error);
struct connection *fs_connection_known(struct server *server, uint64_t badge);
void fs_connection_free(struct server *server, struct connection *connection);

/* file.c: open files and ids. */
struct server_file *fs_file_create(struct server_node *node, uint32_t flags,
    const char *path, size_t length);
void fs_file_put(struct server *server, struct server_file *file);
/* Sets the DIRECT_ bits of a file from its other flags. */
void fs_set_direct(struct server_file *file);
struct server_file *fs_id_file(const struct connection *connection, uint64_t id);
/* May this id be given to a file? 0, -EBUSY, -EMFILE, -EINVAL, -ENOMEM; nothing fails
 * afterwards. */
int fs_id_check(struct connection *connection, uint64_t id);
/* Takes over a reference. */
void fs_id_set(struct connection *connection, uint64_t id, struct server_file *file);
int fs_id_close(struct server *server, struct connection *connection, uint64_t id);
void fs_ids_close(struct server *server, struct connection *connection);
void fs_node_get(struct server_node *node);
void fs_node_put(struct server *server, struct server_node *node);
static inline struct open_file *fs_open_of(struct server_file *file)
{
    return (struct open_file *)file;
}

/* fork.c: snapshots and exports; adopt.c. */
int64_t fs_fork_read(struct attribute_call *call);
int64_t fs_fork_write(struct attribute_call *call);
int64_t fs_export_read(struct attribute_call *call);
int64_t fs_import_write(struct attribute_call *call);
int64_t fs_adopt_write(struct attribute_call *call);
/* The files that a new connection begins with, or that one which never came would
 * have. */
void fs_snapshot_bind(struct server *server, struct connection *child,
    const struct identity *identity);
void fs_snapshot_forget(struct server *server, const struct identity *identity);
void fs_snapshots_end(struct server *server, struct connection *connection);
void fs_exports_forget(struct server *server);
void fs_exports_end(struct server *server, struct connection *connection);

/* permit.c */
bool fs_permits(const struct server_node *node, const struct identity *who,
    unsigned want);
/* A program with another owner or other bytes is set-user-ID no longer, nor set-group-ID. */
void fs_drop_set_ids(struct server_node *node);
void fs_bytes_changed(struct server_node *node, const struct identity *who);
bool fs_in_group(const struct identity *who, uint32_t gid);
/* May it take this name of the directory away: sticky directories. */
bool fs_may_remove(const struct server_node *directory, const struct server_node *node,
    const struct identity *who);

/* walk.c: from names to nodes. */
enum { WALK_FOLLOW = 1, WALK_TURN = 2 };    /* also the last component */
struct walk {
    struct server_node *parent;     /* of the last component; null: there is none */
    struct server_node *node;       /* null: no such name */
    const char *name;               /* last component */
    size_t length;
    bool slash;                     /* a slash or "." follows: it means a directory */
};
int fs_walk(struct attribute_call *call, const char *name, size_t length, unsigned flags,
    struct walk *walk);
/* As walk, for a name that is to be made or taken away: `parent` is not null, and can be
 * written. */
int fs_walk_change(struct attribute_call *call, const char *name, size_t length,
    struct walk *walk);
/* readlink has put a struct file_turn there: makes the answer of it. -ERROR_FILE. */
int fs_turn_file(struct server *server, uint32_t used, const void *turn);
int fs_may_change(const struct attribute_call *call, const struct server_node *directory);

/* path.c */
/* The path of a file with this name from the directory `base` on: its length. */
size_t fs_path_join(const struct open_file *base, const char *name, size_t length,
    char path[PATH_KEPT]);

/* wait.c: readiness. */
/* The connection waits with this file until the node is ready for one of the bits. */
int fs_wait_arm(struct server *server, struct connection *connection,
    struct server_node *node, uint32_t bits, uint64_t id);
void fs_wait_drop(struct server *server, struct connection *connection,
    struct server_node *node);
void fs_waits_end(struct server *server, struct connection *connection);
int64_t fs_ready_read(struct attribute_call *call);

/* park.c */
/* uxrt_wake, with the message registers as they were. */
void fs_parked_end(struct connection *connection, int error);
void fs_wake(struct server *server, uint64_t badge, uint64_t files);

/* Makes of a request a short read that is answered with these bytes. */
void fs_answer_with(struct server *server, struct server_request *request,
    const void *data, uint32_t size);

/* lock.c */
int64_t fs_lock_write(struct attribute_call *call);
void fs_lock_end(struct server *server, struct open_file *open);

/* range.c */
int64_t fs_range_read(struct attribute_call *call);
int64_t fs_range_write(struct attribute_call *call);
/* The connection closes an id of the file: it owns no locks of the node any more. */
void fs_ranges_close(struct server *server, const struct connection *connection,
    struct server_file *file);
/* The open file ends. */
void fs_ranges_end(struct server *server, struct server_file *file);

/* rpc.c */
int64_t fs_rpc_read(struct attribute_call *call);
int64_t fs_rpc_write(struct attribute_call *call);
void fs_answers_end(struct connection *connection);
void fs_answers_drop(struct connection *connection, uint64_t id);

/* attribute.c */
/* Does an attribute's request: the result, and SERVER_PARKED. */
int64_t fs_attribute_do(struct server *server, struct connection *connection,
    struct server_request *request);

/* open.c, name.c, rename.c, record.c: handlers. */
/* The node that a read is of, which may have a name. */
int fs_named_node(struct attribute_call *call, struct server_node **node);
int64_t fs_open_write(struct attribute_call *call);
int64_t fs_clone_write(struct attribute_call *call);
int64_t fs_close_write(struct attribute_call *call);
int64_t fs_closemany_write(struct attribute_call *call);
int64_t fs_mkdir_write(struct attribute_call *call);
int64_t fs_remove_write(struct attribute_call *call);
int64_t fs_symlink_write(struct attribute_call *call);
int64_t fs_hardlink_write(struct attribute_call *call);
int64_t fs_rename_write(struct attribute_call *call);
int64_t fs_stat_read(struct attribute_call *call);
int64_t fs_set_write(struct attribute_call *call);
int64_t fs_position_read(struct attribute_call *call);
int64_t fs_position_write(struct attribute_call *call);
int64_t fs_flags_read(struct attribute_call *call);
int64_t fs_flags_write(struct attribute_call *call);
int64_t fs_path_read(struct attribute_call *call);
int64_t fs_link_read(struct attribute_call *call);
int64_t fs_readdir_read(struct attribute_call *call);
int64_t object_attribute_read(struct attribute_call *call);
int64_t fs_statfs_read(struct attribute_call *call);
int64_t fs_sync_write(struct attribute_call *call);
int64_t fs_key_read(struct attribute_call *call);
int64_t fs_key_write(struct attribute_call *call);

/* queue.c: queues of events; their nodes are the library's own. */
static inline bool fs_is_queue(const struct server_node *node)
{
    return node->queue;
}
int64_t fs_queue_write(struct attribute_call *call);
int64_t fs_queue_read(struct server_request *request);
uint32_t fs_queue_ready(const struct server_node *node);
uint32_t fs_queue_bytes(const struct server_node *node);
void fs_queue_free(struct server *server, struct server_node *node);

/* watch.c: tells those who watch for this event (transport/watch.h). Of a node itself; of
 * its name, which it has, had or gets; of an open file, by both. */
void fs_event_self(struct server *server, const struct server_node *node, uint32_t event);
void fs_event_name(struct server *server, const struct walk *at,
    const struct server_node *node, uint32_t event, uint32_t cookie);
void fs_event_file(struct server *server, const struct server_file *file, uint32_t event);
/* The node is to be forgotten. */
void fs_watches_end(struct server *server, struct server_node *node);
int64_t fs_watch_read(struct attribute_call *call);
int64_t fs_watch_write(struct attribute_call *call);

/* default.c: fills operations that are left out. */
void fs_operations_complete(struct server_operations *operations);

/* handle.c: requests that do not go the direct way, with every check; and the end of one
 * whose result is no count. SERVER_PARKED: no answer yet. */
int64_t fs_careful(struct server *server, struct server_request *request);
int64_t fs_settle(struct server *server, struct server_request *request, int64_t result);
