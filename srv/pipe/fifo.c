/* SPDX-License-Identifier: BSD-2-Clause */
/* The directory of pipes with names. */
#include "node.h"

#include <util/errno.h>
#include <util/mode.h>
#include <util/string.h>

static struct list fifos = {&fifos, &fifos};    /* in the order of their numbers */

static struct pipe_node *find(const char *name, size_t length)
{
    for (struct list *link = fifos.next; link != &fifos; link = link->next) {
        struct pipe_node *pipe = list_entry(link, struct pipe_node, link);

        if (pipe->length == length && !memcmp(pipe->name, name, length))
            return pipe;
    }
    return NULL;
}

struct pipe_node *fifo_next(uint64_t number)
{
    for (struct list *link = fifos.next; link != &fifos; link = link->next) {
        struct pipe_node *pipe = list_entry(link, struct pipe_node, link);

        if (pipe->node.number >= number)
            return pipe;
    }
    return NULL;
}

int fifo_lookup(const char *name, size_t length, struct server_node **node)
{
    struct pipe_node *pipe = find(name, length);

    if (!pipe)
        return -ENOENT;
    *node = &pipe->node;
    return 0;
}

int fifo_create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node)
{
    (void)server, (void)parent;
    if (!S_ISFIFO(mode))
        return -EPERM;

    struct pipe_node *pipe = pipe_create(mode, caller);

    if (!pipe)
        return -ENFILE;
    pipe->length = (uint8_t)length;
    memcpy(pipe->name, name, length);
    pipe->node.links = 1;
    list_append(&fifos, &pipe->link);
    *node = &pipe->node;
    return 0;
}

int fifo_remove(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node)
{
    (void)server, (void)parent;
    struct pipe_node *pipe = find(name, length);

    if (!pipe || &pipe->node != node)
        return node->links ? -EPERM : -ENOENT;
    list_remove(&pipe->link);
    node->links = 0;
    return 0;
}
