/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of lib/server about watches share: a watch is of one node and tells one
 * queue; it ends with either. It is no reference to the node.
 */
#pragma once

#include <server/internal.h>
#include <transport/watch.h>

struct event {
    struct list link;               /* of the queue */
    struct watch_record record;     /* last: with its name */
};

struct queue {
    struct server_node node;        /* first */
    struct list link;               /* of the server */
    struct list events, watches;
    size_t event_count;
    bool overflow;                  /* and events were lost after those */
    uint32_t last_number;           /* of a watch */
};

struct server_watch {
    struct server_watch *next;      /* of the node */
    struct list link;               /* of the queue */
    struct queue *queue;
    struct server_node *node;
    uint32_t number, mask;          /* enum watch_event, watch_how */
};

/* Adds a record with this head and name, unless it is the last one already. */
void fs_queue_put(struct server *server, struct queue *queue,
    const struct watch_record *head, const char *name, size_t length);
/* Its watches end, and nobody is told. */
void fs_queue_watches_end(struct server *server, struct queue *queue);
