/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file system in memory: nodes, which are files, directories and symbolic links
 * (node.c), names of nodes in directories (directory.c), and the bytes of files in memory
 * objects, which clients can map (memory.c). names.c and data.c have operations on names
 * and bytes, operations.c the table of all. One thread; nothing here waits except for the
 * process server.
 */
#pragma once

#include <pipe/pipe.h>
#include <server/server.h>
#include <util/list.h>
#include <util/mode.h>

#include "hash.h"

enum { PAGE_BYTES = 4096 };

/* The bytes of a regular file. Pages that were never written are holes: they read as zero
 * and take no memory, unless a client has mapped the file to write to it. */
struct ramfs_data {
    int handle;             /* memory object, if there is `memory` */
    bool shared;            /* clients may map it: the object ends where the file does */
    bool written;           /* clients may write to it: there are no holes */
    uint8_t *memory;        /* the object, mapped; null: none yet */
    size_t room;            /* bytes of the object */
    size_t window;          /* bytes mapped, from `memory` on: at least `room` */
    uint64_t *present;      /* a bit for each page of `room`: it is no hole */
    size_t resident;        /* pages that are none */
};

/* Where a directory has an entry. In the order of the cookies, with gaps (null). */
struct ramfs_place {
    uint64_t cookie;
    struct ramfs_entry *entry;
};

struct ramfs_directory {
    struct ramfs_node *parent;
    struct ramfs_place *places;
    size_t used, room;      /* places: with gaps, and allocated */
    size_t count;           /* entries */
    uint64_t next_cookie;
};

struct ramfs_link {
    char *target;
    size_t length;
};

struct ramfs_node {
    struct server_node node;        /* first: the library's */
    struct hash_link link;          /* by number */
    union {                         /* by the type in node.mode */
        struct ramfs_data data;
        struct ramfs_directory directory;
        struct ramfs_link symlink;
        struct pipe *pipe;          /* of a FIFO; null: nobody has opened it yet */
    };
};

struct ramfs_entry {
    struct hash_link link;          /* by directory and name */
    struct ramfs_node *directory, *node;
    uint64_t cookie;
    uint16_t length;
    char name[];
};

static inline struct ramfs_node *ramfs_node(struct server_node *node)
{
    return (struct ramfs_node *)node;
}

/* node.c. `limit`: bytes of memory for everything. Makes the root; null: no memory. */
struct ramfs_node *ramfs_begin(uint64_t limit);
/* A node without a name; null: no space. */
struct ramfs_node *node_create(uint32_t mode, uint32_t uid, uint32_t gid);
struct ramfs_node *node_find(uint64_t number);
/* Frees it and all that it has; it has no name and, if a directory, no entries. */
void node_free(struct ramfs_node *node);
/* The time for time stamps. */
int64_t ramfs_now(void);

/* Memory against the limit: true if there is space for this much more; pages of data are
 * counted here, everything else by the heap. */
bool space_for(uint64_t bytes);
void space_take(size_t pages);
void space_give(size_t pages);
uint64_t space_limit(void);
uint64_t space_free(void);

/* directory.c. Begins; false: no memory. */
bool directory_begin(void);
/* Link counts and times are the caller's. Length of a name: 1 to 255. */
struct ramfs_entry *directory_find(struct ramfs_node *directory, const char *name,
    size_t length);
/* Null: no space. The name is not there yet. */
struct ramfs_entry *directory_add(struct ramfs_node *directory, const char *name,
    size_t length, struct ramfs_node *node);
void directory_remove(struct ramfs_entry *entry);
/* The first entry whose cookie is not less; null at the end. */
struct ramfs_entry *directory_next(const struct ramfs_node *directory, uint64_t cookie);
/* True if `node` is `directory` or below it. */
bool directory_contains(const struct ramfs_node *directory,
    const struct ramfs_node *node);

/* names.c: operations of the table, as server.h says. */
int ramfs_lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node);
int ramfs_create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node);
int ramfs_symlink(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, const char *target,
    size_t target_length);
int64_t ramfs_readlink(struct server *server, struct server_node *node, char *target,
    size_t size);
int ramfs_link(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node);
int ramfs_remove(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node);
int ramfs_rename(struct server *server, struct server_node *from, const char *old,
    size_t old_length, struct server_node *to, const char *new, size_t new_length,
    struct server_node *node, struct server_node *replaced);
int ramfs_exchange(struct server *server, struct server_node *from, const char *old,
    size_t old_length, struct server_node *to, const char *new, size_t new_length,
    struct server_node *node, struct server_node *other);
int ramfs_entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256]);

/* memory.c: memory for the bytes of files. False: no space. */
static inline size_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}
/* Makes the object at least this large, and no larger if it is shared. */
bool data_enlarge(struct ramfs_data *data, uint64_t bytes);
/* Takes memory for the holes among the pages of these bytes, which the object has. */
bool data_fill_holes(struct ramfs_data *data, uint64_t from, uint64_t to);
/* Is this page no hole? */
bool data_present(const struct ramfs_data *data, size_t page);
/* Frees the pages beyond the first `pages`, and the object ends there. */
void data_cut(struct ramfs_data *data, size_t pages);
/* Makes the file as large as this and all its bytes writable memory, which is returned;
 * null: no space. For filling it at start. */
void *data_fill(struct ramfs_node *node, size_t size);
void data_free(struct ramfs_node *node);

/* data.c: operations on a regular file's bytes. */
int64_t ramfs_read(struct server_request *request);
int64_t ramfs_write(struct server_request *request);
int ramfs_resize(struct server *server, struct server_node *node, uint64_t size);
int64_t ramfs_object(struct server_request *request, unsigned protection);

/* fifo.c: the same, of FIFOs; the other end is waited for. */
int fifo_open(struct server *server, struct server_file *file,
    const struct server_caller *caller);
void fifo_free(struct ramfs_node *node);

/* operations.c. */
extern const struct server_operations ramfs_operations;

/* boot.c: copies the tree at `path` of the namespace into an empty directory. */
int ramfs_copy(struct ramfs_node *directory, const char *path);
