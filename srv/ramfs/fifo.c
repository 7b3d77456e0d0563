/* SPDX-License-Identifier: BSD-2-Clause */
/* FIFOs: pipes of lib/pipe, made when a node is opened for the first time. */
#include "ramfs.h"

#include <util/errno.h>
#include <util/heap.h>

int fifo_open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    struct ramfs_node *node = ramfs_node(file->node);
    int error;

    if (!node->pipe) {
        node->pipe = space_for(sizeof(*node->pipe)) ? heap_zero(1, sizeof(*node->pipe))
                                                    : NULL;
        if (!node->pipe)
            return -ENOSPC;
        pipe_begin(node->pipe, &node->node);
    }
    error = pipe_meet(server, node->pipe, file, caller);
    if (!error)
        pipe_opened(node->pipe, file);
    return error;
}

void fifo_free(struct ramfs_node *node)
{
    if (node->pipe)
        pipe_end(node->pipe);
    heap_free(node->pipe);
}
