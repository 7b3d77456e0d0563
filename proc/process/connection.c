/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identity table and the capabilities of connections. The table is shared with
 * servers, so entries are written field by field, with the state last; what is decided
 * here comes from struct connection, never from the table.
 */
#include <memory/slot.h>
#include <process/connection.h>

#include <stddef.h>

#include <files/files.h>
#include <kcall/invoke.h>
#include <process/namespace.h>
#include <util/errno.h>
#include <util/string.h>

/* Connections that only the superuser gets. */
enum { PER_PAGE = PAGE_SIZE / sizeof(struct identity), RESERVE = 256 };

static struct object *identities;
static struct identity *pages[IDENTITY_MAX / PER_PAGE];
static struct connection connections[IDENTITY_MAX];
static uint32_t first_free = 1;     /* all lower indices are in use */

static bool make_identities(void)
{
    identities = object_create(IDENTITY_MAX / PER_PAGE);
    if (!identities) {
        return false;
    }
    for (unsigned i = 0; i < IDENTITY_MAX / PER_PAGE; i++) {
        uint32_t frame = object_frame(identities, i, true);

        if (!frame) {
            return false;
        }
        pages[i] = frame_memory(frame);
    }
    return true;
}

bool connection_init(cptr endpoint)
{
    service_create_own(endpoint);
    return make_identities() && buffer_init();
}

struct object *connection_identities(void)
{
    return identities;
}

struct identity *connection_identity(uint32_t index)
{
    return index < IDENTITY_MAX ? &pages[index / PER_PAGE][index % PER_PAGE] : NULL;
}

struct connection *connection_at(uint32_t index)
{
    return index < IDENTITY_MAX && connections[index].service
        ? &connections[index] : NULL;
}

uint64_t connection_badge(uint32_t index)
{
    return badge_of(index, connections[index].generation);
}

struct connection *connection_find(uint64_t badge)
{
    struct connection *connection = connection_at(BADGE_INDEX(badge));

    return connection && connection->process
           && badge == badge_of(BADGE_INDEX(badge), connection->generation)
        ? connection : NULL;
}

struct process *connection_process(uint64_t badge)
{
    const struct connection *connection = connection_find(badge);

    return connection ? connection->process : NULL;
}

static void write_state(struct identity *identity, enum identity_state state)
{
    __atomic_store_n(&identity->state, state, __ATOMIC_RELEASE);
}

static void write_identity(struct identity *identity, const struct process *process)
{
    const struct process_page *page = process->page;

    identity->pid = page->pid;
    identity->pgid = page->pgid;
    identity->sid = page->sid;
    identity->uid = page->euid;
    identity->gid = page->egid;
    identity->umask = page->umask;
    memcpy(identity->groups, process->groups, sizeof(identity->groups));
    identity->group_count = process->group_count;
    identity->ignored = (uint32_t)process->signals.ignored;
}

static void write_roots(struct identity *identity, const struct process *process)
{
    identity->root_count = namespace_roots(process->namespace, identity->service,
        identity->roots);
}

/* Those of the connection that it was forked from, if both processes see the same names. */
static void begin_roots(struct identity *identity, const struct process *process)
{
    const struct connection *parent = identity->parent ? connection_find(identity->parent)
                                                       : NULL;

    if (parent && parent->process->namespace == process->namespace) {
        const struct identity *from = connection_identity(BADGE_INDEX(identity->parent));

        memcpy(identity->roots, from->roots, sizeof(identity->roots));
        identity->root_count = from->root_count;
    } else {
        write_roots(identity, process);
    }
}

/* The lowest index, so that servers have little to look through: entry 0 tells them where
 * the indices end that were ever used. */
static uint32_t free_index(uint32_t limit)
{
    struct identity *bound = connection_identity(0);

    while (first_free < IDENTITY_MAX && connections[first_free].service) {
        first_free++;
    }
    if (first_free >= limit) {
        return 0;
    }
    if (first_free >= bound->used_end) {
        __atomic_store_n(&bound->used_end, first_free + 1, __ATOMIC_RELEASE);
    }
    return first_free;
}

/* Slots are used in turn, so that one of a service that has ended is not used soon. */
static unsigned free_slot(struct process *process)
{
    for (unsigned i = SLOT_CONNECTION; i < SLOTS; i++) {
        unsigned slot = process->next_slot;

        process->next_slot = slot + 1 < SLOTS ? slot + 1 : SLOT_CONNECTION;
        if (!process->connections[slot]) {
            return slot;
        }
    }
    return 0;
}

static unsigned find_slot(const struct process *process, const struct service *service)
{
    for (unsigned slot = connection_slot(process, 0); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        if (connections[process->connections[slot]].service == service) {
            return slot;
        }
    }
    return 0;
}

static int connect(struct process *process, struct service *service, unsigned slot,
    uint64_t parent, uint64_t token)
{
    uint32_t index = service->connections < CONNECTIONS_OF_SERVICE
        ? free_index(IDENTITY_MAX - (process->page->euid ? RESERVE : 0)) : 0;
    struct connection *connection = &connections[index];
    struct identity *identity = connection_identity(index);

    if (!index) {
        return -ENFILE;
    }
    connection->generation++;
    if (slot < process->slots_end) {    /* it may be that of a service that has ended */
        (void)kc_cnode_delete(process->cspace, slot, CSPACE_BITS);
    }
    if (kc_cnode_mint(process->cspace, slot, CSPACE_BITS, slot_cnode, service->endpoint,
            SLOT_DEPTH, RIGHT_WRITE | RIGHT_GRANT_REPLY, connection_badge(index))
        != ERROR_NONE) {
        return -ENOMEM;
    }
    connection->process = process;
    connection->service = service;
    connection->slot = (uint16_t)slot;
    service->connections++;
    process->connections[slot] = index;
    process->slots_end = slot < process->slots_end ? process->slots_end : slot + 1;
    identity->generation = connection->generation;
    identity->service = service->number;
    identity->cancel = 0;
    identity->interrupt = 0;
    identity->parent = parent;
    identity->fork_token = token;
    write_identity(identity, process);
    begin_roots(identity, process);
    write_state(identity, IDENTITY_LIVE);
    return (int)slot;
}

int connection_inherit(struct process *process, struct service *service, unsigned slot,
    uint64_t parent, uint64_t token)
{
    unsigned there = find_slot(process, service);

    if (service->process == process) {
        return -EDEADLK;
    }
    if (there) {
        return (int)there;
    }
    if (!slot) {
        slot = free_slot(process);
    }
    return slot ? connect(process, service, slot, parent, token) : -ENFILE;
}

int connection_open(struct process *process, struct service *service, unsigned slot)
{
    return connection_inherit(process, service, slot, 0, 0);
}

static void free_connection(uint32_t index)
{
    struct connection *connection = &connections[index];

    buffer_free_all(connection);
    write_state(connection_identity(index), IDENTITY_FREE);
    connection->service->connections--;
    connection->service = NULL;
    first_free = index < first_free ? index : first_free;
}

/* What the client has of it. */
static void leave_process(struct connection *connection)
{
    struct process *process = connection->process;

    connection_drop_tokens(connection);
    if (process->cspace) {
        (void)kc_cnode_delete(process->cspace, connection->slot, CSPACE_BITS);
    }
    process->connections[connection->slot] = 0;
    connection->process = NULL;
}

void connection_end(uint32_t index)
{
    struct connection *connection = &connections[index];
    struct service *service = connection->service;

    buffer_leave_client(connection);
    buffer_disown(connection);
    leave_process(connection);
    if (!service->process) {
        files_ended(connection_badge(index));
        free_connection(index);
        return;
    }
    write_state(connection_identity(index), IDENTITY_ENDING);
    __atomic_add_fetch(&connection_identity(0)->cancel, 1, __ATOMIC_RELEASE);
    if (service->signal) {
        kc_signal(service->signal);
    }
}

int connection_done(struct service *service, uint64_t badge)
{
    uint32_t index = BADGE_INDEX(badge);
    struct connection *connection = connection_at(index);

    if (!connection || connection->service != service || connection->process
        || badge != connection_badge(index)) {
        return -EINVAL;
    }
    free_connection(index);
    return 0;
}

void connection_end_service(struct service *service)
{
    for (uint32_t index = 1; index < IDENTITY_MAX; index++) {
        struct connection *connection = &connections[index];

        if (connection->service == service) {
            struct process *process = connection->process;

            if (process) {
                leave_process(connection);
                process_wake_files(process, UINT64_MAX);    /* it may wait for readiness */
            }
            free_connection(index);
        }
    }
}

void connection_cancel(uint32_t index)
{
    const struct connection *connection = &connections[index];

    connection_identity(index)->cancel++;
    if (connection->service->signal) {
        kc_signal(connection->service->signal);
    }
}

void connection_update(struct process *process)
{
    for (unsigned slot = connection_slot(process, 0); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        struct identity *identity = connection_identity(process->connections[slot]);

        write_identity(identity, process);
        write_roots(identity, process);
    }
}

void connection_cancel_all(const struct process *process)
{
    for (unsigned slot = connection_slot(process, SLOT_PROC + 1); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        connection_cancel(process->connections[slot]);
    }
}

void connection_interrupt(const struct process *process, bool interrupt)
{
    for (unsigned slot = connection_slot(process, SLOT_PROC + 1); slot < SLOTS;
         slot = connection_slot(process, slot + 1)) {
        __atomic_store_n(&connection_identity(process->connections[slot])->interrupt,
            interrupt, __ATOMIC_RELEASE);
    }
}
