/* SPDX-License-Identifier: BSD-2-Clause */
/* The nodes of srv/pipe: pipes (lib/pipe), which may have a name in its directory
 * (fifo.c). ends.c makes them and has the table of operations. */
#pragma once

#include <pipe/pipe.h>
#include <util/list.h>

enum { PIPES_MAX = 1024 };

struct pipe_node {
    struct server_node node;            /* first: the library's */
    struct pipe pipe;
    struct list link;                   /* of one with a name */
    uint8_t length;                     /* of the name; 0: it never had one */
    char name[255];
};

static inline struct pipe_node *pipe_node(struct server_node *node)
{
    return (struct pipe_node *)node;
}

/* ends.c */
extern const struct server_operations pipe_operations;
extern struct server_node pipe_root;
/* A pipe that nobody has open yet; null: no memory, or too many. */
struct pipe_node *pipe_create(uint32_t mode, const struct server_caller *owner);

/* fifo.c: operations on names. */
int fifo_lookup(const char *name, size_t length, struct server_node **node);
int fifo_create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node);
int fifo_remove(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node);
/* The first one whose number is not less; null at the end. */
struct pipe_node *fifo_next(uint64_t number);
