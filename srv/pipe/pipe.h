/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes: a ring of bytes (ring.c), reads and writes that wait for each other (data.c),
 * and pipes with names (fifo.c). ends.c makes pipes and has the table of operations.
 */
#pragma once

#include <server/server.h>
#include <util/list.h>

/* A write of at most PIPE_ATOMIC bytes goes in as a whole. */
enum { PIPE_BYTES = 64 * 1024, PIPE_ATOMIC = 4096, PIPES_MAX = 1024 };

/* Somebody who opens one end of a FIFO and waits for the other end. */
struct fifo_wait {
    uint64_t badge;         /* connection; 0: none */
    uint32_t end;           /* UXRT_READ or UXRT_WRITE */
    bool met;               /* the other end was opened meanwhile: now it succeeds */
};
enum { FIFO_WAITS = 8 };

struct pipe {
    struct server_node node;            /* first: the library's */
    char *bytes;                        /* PIPE_BYTES; null: none yet */
    uint32_t head, tail;            /* counters that only grow: [head, tail) is there */
    uint32_t readers, writers;          /* open files */
    struct server_request *reading, *writing;   /* parked, in their order */
    /* Of one with a name. */
    struct list link;
    struct fifo_wait waits[FIFO_WAITS];
    uint8_t length;                     /* of the name; 0: it never had one */
    char name[255];
};

static inline struct pipe *pipe_of(struct server_node *node)
{
    return (struct pipe *)node;
}

static inline uint32_t pipe_used(const struct pipe *pipe)
{
    return pipe->tail - pipe->head;
}

/* ends.c */
extern const struct server_operations pipe_operations;
extern struct server_node pipe_root;
/* A pipe that nobody has open yet; null: no memory, or too many. */
struct pipe *pipe_create(uint32_t mode, const struct server_caller *owner);

/* ring.c. Both return bytes, or an error and nothing has changed. */
int64_t ring_fill(struct pipe *pipe, struct server_request *from, uint32_t count);
int64_t ring_drain(struct pipe *pipe, struct server_request *to, uint32_t count);
/* Forgets what is in it. */
void ring_empty(struct pipe *pipe);
void ring_free(struct pipe *pipe);

/* data.c: operations, and what is to be done when an end was closed. */
int64_t pipe_read(struct server_request *request);
int64_t pipe_write(struct server_request *request);
uint32_t pipe_ready(struct server_file *file);
int64_t pipe_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size);
void pipe_closed(struct server *server, struct pipe *pipe);

/* fifo.c: operations on names. */
int fifo_lookup(const char *name, size_t length, struct server_node **node);
int fifo_create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node);
int fifo_remove(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node);
/* The first one whose number is not less; null at the end. */
struct pipe *fifo_next(uint64_t number);
/* May this end be opened now? 0; -ERROR_WAIT: later; -ENXIO. */
int fifo_meet(struct server *server, struct pipe *pipe, const struct server_file *file,
    uint64_t badge);
/* Does somebody wait to open this end? */
bool fifo_expects(const struct pipe *pipe, uint32_t end);
