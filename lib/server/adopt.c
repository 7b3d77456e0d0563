/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Adoption: a client names an open file of another connection (which the process server
 * has told it, reference.h) and gets an id for its node. That id only names: to open the
 * file again by it, it must be permitted like any other.
 */
#include <server/internal.h>
#include <util/string.h>

/* May the caller know what files this connection has open? */
static bool may_look(const struct attribute_call *call, const struct identity *whose)
{
    return call->caller.privileged || whose->uid == call->caller.uid;
}

int64_t fs_adopt_write(struct attribute_call *call)
{
    struct server *server = call->server;
    struct adoption adoption;
    const struct identity *whose;
    struct connection *other;
    struct server_file *file, *copy;
    int error = fs_id_check(call->connection, call->argument);

    if (error)
        return error;
    memcpy(&adoption, call->data, sizeof(adoption));
    whose = uxrt_identity(adoption.badge);
    if (!whose || whose->service != call->identity->service || adoption.reserved)
        return -ENOENT;
    if (!may_look(call, whose))
        return -EACCES;
    other = fs_connection_get(server, adoption.badge, &error);
    file = other ? fs_id_file(other, adoption.file) : NULL;
    if (!file)
        return -ENOENT;
    copy = fs_file_create(file->node, UXRT_PATH, fs_open_of(file)->path,
        fs_open_of(file)->path_length);
    if (!copy)
        return -ENOMEM;
    fs_open_of(copy)->base = fs_open_of(file)->base;
    fs_open_of(copy)->renames = fs_open_of(file)->renames;
    fs_id_set(call->connection, call->argument, copy);
    return (int64_t)call->size;
}
