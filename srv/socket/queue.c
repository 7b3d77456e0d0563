/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that were sent to a socket, and the files that go along with them. */
#include "socket.h"

#include <transport/process.h>
#include <util/heap.h>
#include <util/string.h>

static uint64_t queued;         /* of all sockets */

struct cargo *cargo_create(const struct socket_file *files, uint32_t count)
{
    struct cargo *cargo = heap_alloc(sizeof(*cargo) + count * sizeof(*files));

    if (!cargo)
        return NULL;
    cargo->count = count;
    memcpy(cargo->files, files, count * sizeof(*files));
    return cargo;
}

void cargo_drop(struct cargo *cargo)
{
    for (uint32_t i = 0; cargo && i < cargo->count; i++)
        (void)uxrt_hold(cargo->files[i].service, cargo->files[i].token, HOLD_NONE);
    heap_free(cargo);
}

struct message *message_create(struct socket *socket, uint32_t room)
{
    uint32_t bytes = (uint32_t)sizeof(struct message) + room;
    struct message *message = queued + bytes <= QUEUES_MAX ? heap_alloc(bytes) : NULL;

    if (!message)
        return NULL;
    *message = (struct message){.room = room};
    list_append(&socket->queue, &message->link);
    socket->queued += bytes;
    queued += bytes;
    return message;
}

void message_free(struct socket *socket, struct message *message)
{
    uint32_t bytes = (uint32_t)sizeof(*message) + message->room;

    list_remove(&message->link);
    cargo_drop(message->cargo);
    name_put(message->sender);
    heap_free(message);
    socket->queued -= bytes;
    queued -= bytes;
}

struct message *message_first(const struct socket *socket)
{
    return list_empty(&socket->queue)
        ? NULL : list_entry(socket->queue.next, struct message, link);
}

struct message *message_last(const struct socket *socket)
{
    return list_empty(&socket->queue)
        ? NULL : list_entry(socket->queue.previous, struct message, link);
}
