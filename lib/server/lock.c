/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks of whole files, as flock: held by an open file, so shared over fork and dup. A
 * node counts its shared locks; EXCLUSIVE stands for the exclusive one. Who has to wait
 * asks again when one is given back.
 */
#include <server/internal.h>
#include <util/string.h>

#define EXCLUSIVE UINT32_MAX

static void give_back(struct open_file *open)
{
    struct server_node *node = open->file.node;

    if (open->lock == UXRT_LOCK_EXCLUSIVE)
        node->locks = 0;
    else if (open->lock == UXRT_LOCK_SHARED)
        node->locks--;
    open->lock = UXRT_LOCK_NONE;
}

void fs_lock_end(struct server *server, struct open_file *open)
{
    give_back(open);
    server_changed(server, open->file.node, READY_LOCK);
}

static bool take(struct open_file *open, uint32_t kind)
{
    struct server_node *node = open->file.node;

    if (kind == UXRT_LOCK_EXCLUSIVE ? node->locks != 0 : node->locks >= EXCLUSIVE - 1)
        return false;
    node->locks = kind == UXRT_LOCK_EXCLUSIVE ? EXCLUSIVE : node->locks + 1;
    open->lock = (uint8_t)kind;
    return true;
}

int64_t fs_lock_write(struct attribute_call *call)
{
    struct open_file *open = fs_open_of(call->request->file);
    struct uxrt_lock lock;
    uint32_t kind;

    memcpy(&lock, call->data, sizeof(lock));
    kind = lock.kind & ~(uint32_t)UXRT_LOCK_NOWAIT;
    if (kind > UXRT_LOCK_EXCLUSIVE || lock.reserved)
        return -EINVAL;
    if (open->file.flags & UXRT_PATH)
        return -EBADF;
    if (kind == open->lock)
        return sizeof(lock);
    if (open->lock)
        fs_lock_end(call->server, open);
    if (!kind || take(open, kind))
        return sizeof(lock);
    if (lock.kind & UXRT_LOCK_NOWAIT)
        return -EAGAIN;
    return fs_wait_arm(call->server, call->connection, open->file.node, READY_LOCK,
        call->request->request.file);
}
