/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about connections, and of servers. */
#include <memory/slot.h>
#include <process/call.h>

#include <stddef.h>

#include <kcall/invoke.h>
#include <process/connection.h>
#include <process/hold.h>
#include <process/namespace.h>
#include <util/errno.h>

/* -> slot, badge */
int call_connect(struct call *call)
{
    struct service *service = service_find((uint32_t)call->words[0]);
    int slot;

    if (!service || call->words[0] > UINT32_MAX
        || !hold_reaches(call->process, service)) {
        return -ENOENT;
    }
    slot = connection_open(call->process, service, 0);
    if (slot < 0) {
        return slot;
    }
    call->result[0] = (uint64_t)slot;
    call->result[1] = connection_badge(call->process->connections[slot]);
    return 0;
}

/* -> service number */
int call_lookup(struct call *call)
{
    const struct service *service = service_named(call->bytes, call->byte_count);

    if (!service || !namespace_reaches(call->process->namespace, service->number)) {
        return -ENOENT;
    }
    call->result[0] = service->number;
    return 0;
}

/* slot, size -> place, size */
int call_buffer(struct call *call)
{
    uint64_t size = call->words[1];
    int64_t place = call->words[0] < SLOTS
        ? connection_buffer(call->thread, (unsigned)call->words[0], &size) : -EINVAL;

    if (place < 0) {
        return (int)place;
    }
    call->result[0] = (uint64_t)place;
    call->result[1] = size;
    return 0;
}

/* A row of free numbers of reply objects, or -1. */
static int free_row(const struct process *process, uint64_t count)
{
    for (unsigned first = 0, found = 0; first + found < REPLIES_MAX;) {
        if (process->replies[first + found]) {
            first += found + 1;
            found = 0;
        } else if (++found == count) {
            return (int)first;
        }
    }
    return -1;
}

static void drop_row(struct process *process, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        pool_return(POOL_REPLY, process->replies[i]);
        process->replies[i] = 0;
    }
}

static int make_replies(struct process *process, uint64_t count)
{
    int row = free_row(process, count);

    if (count == 0 || count > REPLIES_MAX) {
        return -EINVAL;
    }
    if (row < 0) {
        return -EMFILE;
    }
    for (unsigned i = (unsigned)row; i < (unsigned)row + count; i++) {
        cptr reply = pool_take(POOL_REPLY);

        if (!reply) {
            drop_row(process, (unsigned)row, i);
            return -ENOMEM;
        }
        process->replies[i] = reply;
        if (kc_cnode_copy(process->cspace, SLOT_REPLY + i, CSPACE_BITS, slot_cnode, reply,
                SLOT_DEPTH, RIGHT_WRITE | RIGHT_READ) != ERROR_NONE) {
            drop_row(process, (unsigned)row, i + 1);
            return -ENOMEM;
        }
    }
    return row;
}

/* The tables that servers read, mapped when a process first serves. */
static bool map_tables(struct process *process)
{
    unsigned flags = REGION_SYSTEM | REGION_SHARED | REGION_NO_FORK;
    struct object *identities = connection_identities();
    struct object *buffers = connection_buffers();
    struct region_info info;

    if (space_next_region(process->space, IDENTITY_TABLE, &info)
        && info.start == IDENTITY_TABLE) {
        return true;
    }
    if (space_map(process->space, IDENTITY_TABLE, object_pages(identities), PROC_READ,
            flags, identities, 0, false) < 0) {
        return false;
    }
    if (space_map(process->space, BUFFER_TABLE, object_pages(buffers), PROC_READ, flags,
            buffers, 0, false) < 0) {
        (void)space_unmap(process->space, IDENTITY_TABLE, object_pages(identities), true);
        return false;
    }
    return true;
}

static int bind_notification(struct thread *thread, struct service *service)
{
    cptr signal = slot_alloc();

    if (!signal || kc_cnode_mint(slot_cnode, signal, SLOT_DEPTH, slot_cnode,
            thread->notification, SLOT_DEPTH, RIGHT_WRITE, BADGE_NOTIFY | BADGE_SERVICE)
            != ERROR_NONE) {
        if (signal) {
            slot_free(signal);
        }
        return -ENOMEM;
    }
    service->signal = signal;
    if (!thread->bound && kc_tcb_bind_notification(thread->tcb, thread->notification)
            != ERROR_NONE) {
        return -EINVAL;
    }
    thread->bound = true;
    return 0;
}

/* replies wanted, notification wanted, name -> index, service number, first reply */
int call_serve(struct call *call)
{
    struct process *process = call->process;
    struct service *service;
    int row, error = 0;

    if (!map_tables(process)) {
        return -ENOMEM;
    }
    /* A thread that serves already has its reply objects. */
    row = call->words[0] ? make_replies(process, call->words[0]) : 0;
    if (row < 0) {
        return row;
    }
    service = service_create(process, call->bytes, call->byte_count, &error);
    if (!service) {
        goto no_service;
    }
    if (call->words[1]) {
        error = bind_notification(call->thread, service);
        if (error < 0) {
            goto no_notification;
        }
    }
    call->result[0] = service->index;
    call->result[1] = service->number;
    call->result[2] = (uint64_t)row;
    return 0;

no_notification:
    service_end(service);
no_service:
    drop_row(process, (unsigned)row, (unsigned)(row + (int)call->words[0]));
    return error;
}

/* Requests that were received can still be answered, unless this was the last service. */
int call_unserve(struct call *call)
{
    static const uint64_t nothing[MESSAGE_FAST_REGISTERS];
    struct process *process = call->process;
    bool serves = false;

    if (call->words[0] >= SERVICES_MAX || !process->services[call->words[0]]) {
        return -EINVAL;
    }
    service_end(process->services[call->words[0]]);
    (void)kc_cnode_delete(process->cspace, SLOT_ENDPOINT + call->words[0], CSPACE_BITS);
    for (unsigned i = 0; i < SERVICES_MAX; i++) {
        serves = serves || process->services[i];
    }
    for (unsigned i = 0; i < REPLIES_MAX && !serves; i++) {
        if (process->replies[i]) {
            kc_send(process->replies[i], message_info(0, 0, 0, 0), nothing);
        }
    }
    return 0;
}

/* index, name -> service number */
int call_serve_name(struct call *call)
{
    struct service *service = call->words[0] < SERVICES_MAX
        ? call->process->services[call->words[0]] : NULL;
    int error = -EINVAL;

    if (service) {
        service = service_create_name(service, call->bytes, call->byte_count, &error);
    }
    if (!service) {
        return error;
    }
    call->result[0] = service->number;
    return 0;
}

/* service number */
int call_unserve_name(struct call *call)
{
    struct service *service = call->words[0] <= UINT32_MAX
        ? service_find((uint32_t)call->words[0]) : NULL;

    if (!service || service->process != call->process || !service->main) {
        return -EINVAL;
    }
    service_end(service);
    return 0;
}

/* -> first reply object */
int call_replies(struct call *call)
{
    int row = make_replies(call->process, call->words[0]);

    if (row < 0) {
        return row;
    }
    call->result[0] = (uint64_t)row;
    return 0;
}

static bool serves(const struct process *process, const struct service *service)
{
    return service->process == process;
}

int call_wake(struct call *call)
{
    const struct connection *connection = connection_find(call->words[0]);

    if (!connection || !serves(call->process, connection->service)) {
        return -EINVAL;
    }
    process_wake_files(connection->process, call->words[1]);
    return 0;
}

int call_done(struct call *call)
{
    const struct connection *connection = connection_at(BADGE_INDEX(call->words[0]));

    if (!connection || !serves(call->process, connection->service)) {
        return -EINVAL;
    }
    return connection_done(connection->service, call->words[0]);
}
