/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct way of a read or write of bytes from the receive to the operation: inlined
 * where requests are received, as nearly all requests go it and each instruction counts.
 * Whatever is not as usual goes to fs_careful and fs_settle. The request's `server` is
 * set already, and `append` is false.
 */
#pragma once

#include <server/internal.h>
#include <transport/watch.h>
#include <util/string.h>

/* Operations may call the process server, which changes the message registers: the bytes
 * of a write are kept before. */
static inline void fs_keep(struct server *server, struct uxrt_request *request)
{
    const uint64_t *data = request->data;

    if (request->form != FORM_MESSAGE)
        return;
    if (request->count <= 24) {
        server->kept[0] = data[0];
        server->kept[1] = data[1];
        server->kept[2] = data[2];
    } else {
        memcpy(server->kept, data, request->count);
    }
    request->data = server->kept;
}

/* The open file if all is as in nearly every request for bytes, else null. An index
 * beyond the table finds the connection of another badge. */
static inline struct server_file *fs_direct(struct server *server,
    struct server_request *request)
{
    const struct uxrt_request *r = &request->request;
    struct connection *connection = server->connections[r->badge % IDENTITY_MAX];
    struct server_file *file;

    if (!connection || connection->badge != r->badge || r->file >= connection->file_slots)
        return NULL;
    file = connection->files[r->file];
    if (!file || !(file->flags >> (DIRECT_SHIFT + r->write) & 1))
        return NULL;
    request->offset = r->current ? (uint64_t)file->position : r->offset;
    request->count = r->count;
    if ((int64_t)(request->offset | (request->offset + r->count)) < 0)
        return NULL;
    return file;
}

/* Calls the operation, and moves the position. */
static inline int64_t fs_do_bytes(struct server *server, struct server_request *request,
    struct server_file *file)
{
    int64_t result;

    request->file = file;
    request->end = false;
    result = server->bytes[request->request.write](request);
    if (request->request.current && result > 0 && result <= request->count)
        file->position = (int64_t)request->offset + result;
    if (__builtin_expect(server->watched & (WATCH_ACCESS << request->request.write), 0)
        && result > 0 && result <= request->count)
        fs_event_file(server, file, WATCH_ACCESS << request->request.write);
    return result;
}

/* Does a request: its result, or SERVER_PARKED: not to be answered now. */
static inline int64_t fs_do(struct server *server, struct server_request *request)
{
    struct server_file *file;
    int64_t result;

    if (request->request.write)
        fs_keep(server, &request->request);
    file = fs_direct(server, request);
    if (__builtin_expect(!file, 0))
        return fs_careful(server, request);
    result = fs_do_bytes(server, request, file);
    if (__builtin_expect((uint64_t)result <= request->count, 1))
        return result;
    return fs_settle(server, request, result);
}
