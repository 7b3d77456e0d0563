/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes, for servers whose files are some: a ring of bytes (ring.c), reads and writes that
 * wait for each other (data.c), opens that wait for the other end (meet.c). A server makes
 * a pipe of each node that is one, and tells of each open and close; the open file's `data`
 * is the pipe from then on, and the operations can be those of its table.
 */
#pragma once

#include <server/server.h>
#include <util/list.h>

/* A write of at most PIPE_ATOMIC bytes goes in as a whole. */
enum { PIPE_BYTES = 64 * 1024, PIPE_ATOMIC = 4096, PIPE_BYTES_MOST = 1024 * 1024 };

/* Somebody who opens one end of a FIFO and waits for the other end. */
struct pipe_wait {
    uint64_t badge;         /* connection; 0: none */
    uint64_t id;            /* that its file will have */
    uint32_t end;           /* UXRT_READ or UXRT_WRITE */
    bool met;               /* the other end was opened meanwhile: now it succeeds */
};
enum { PIPE_WAITS = 8 };

struct pipe {
    struct server_node *node;           /* whose it is */
    char *bytes;                        /* `size` of them; null: none yet */
    uint32_t size;                      /* a power of two */
    uint32_t head, tail;                /* counters that only grow: [head, tail) is there */
    uint32_t readers, writers;          /* open files */
    bool met;                           /* there was a writer since there are readers */
    struct server_request *reading, *writing;   /* parked, in their order */
    struct pipe_wait waits[PIPE_WAITS];
    struct list link;                   /* of those that somebody waits to open */
};

static inline struct pipe *pipe_of(const struct server_file *file)
{
    return file->data;
}

static inline uint32_t pipe_used(const struct pipe *pipe)
{
    return pipe->tail - pipe->head;
}

/* A pipe that nobody has open yet; it is zero-filled before. */
void pipe_begin(struct pipe *pipe, struct server_node *node);
/* Gives back its memory. */
void pipe_end(struct pipe *pipe);
/* The file is an end of it, or both. */
void pipe_opened(struct pipe *pipe, struct server_file *file);

/* data.c: operations; FIONREAD and those of transport/pipe.h of ATTR_CONTROL. */
int64_t pipe_read(struct server_request *request);
int64_t pipe_write(struct server_request *request);
uint32_t pipe_ready(struct server_file *file);
int64_t pipe_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size);
int64_t pipe_set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size);
void pipe_close(struct server *server, struct server_file *file);

/* meet.c: may this end of a FIFO be opened now? 0; -ERROR_WAIT: later; -ENXIO. */
int pipe_meet(struct server *server, struct pipe *pipe, const struct server_file *file,
    const struct server_caller *caller);
/* For the operation of this name. */
void pipe_give_up(struct server *server, uint64_t badge, uint64_t id);
/* Does somebody wait to open this end? */
bool pipe_expects(const struct pipe *pipe, uint32_t end);

/* ring.c: of this library. Both return bytes, or an error and nothing has changed. */
int64_t ring_fill(struct pipe *pipe, struct server_request *from, uint32_t count);
int64_t ring_drain(struct pipe *pipe, struct server_request *to, uint32_t count);
/* Copies what is there after the first `skip` bytes, as far as it fits: the bytes. */
uint32_t ring_peek(const struct pipe *pipe, uint64_t skip, char *to, uint32_t size);
/* Forgets what is in it. */
void ring_empty(struct pipe *pipe);
void ring_free(struct pipe *pipe);
/* Room for so many bytes, a power of two, from now on. -EBUSY: there are more of them. */
int ring_resize(struct pipe *pipe, uint32_t size);
