/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks of ranges of bytes, as fcntl's: owned by a process, which is a connection, and gone
 * when it closes any of its ids of the node; or by an open file, and gone with that. A node
 * has a list of them; those of one owner do not overlap. Who has to wait asks again when one
 * is given back. Processes that would wait for each other for ever are told: EDEADLK.
 */
#include <server/internal.h>
#include <util/heap.h>
#include <util/string.h>

enum { RANGES_MAX = 4096 /* of a node */, CHAIN_MAX = 64 /* who waits for whom */ };

struct server_range {
    struct server_range *next;
    uint64_t badge;             /* of the connection that made it */
    struct server_file *file;   /* the open file that owns it; null: the connection does */
    uint32_t kind, pid;
    uint64_t start, end;        /* the first and the last byte */
};

static bool same_owner(const struct server_range *one, const struct server_range *other)
{
    return one->file == other->file && (one->file || one->badge == other->badge);
}

static bool overlap(const struct server_range *one, const struct server_range *other)
{
    return one->start <= other->end && other->start <= one->end;
}

/* A lock of somebody else that is in the way, or null. */
static struct server_range *conflict(const struct server_node *node,
    const struct server_range *new)
{
    for (struct server_range *at = node->ranges; at; at = at->next) {
        if (overlap(at, new) && !same_owner(at, new)
            && (at->kind == UXRT_LOCK_EXCLUSIVE || new->kind == UXRT_LOCK_EXCLUSIVE))
            return at;
    }
    return NULL;
}

/* Those who wait ask again, and nobody waits for anybody until then. */
static void released(struct server *server, struct server_node *node)
{
    for (struct server_wait *wait = node->waiting; wait; wait = wait->next) {
        if (wait->bits & READY_LOCK)
            wait->connection->lock_wait = 0;
    }
    server_changed(server, node, READY_LOCK);
}

/* --- taking and giving back ---------------------------------------- */

/* Would `self` wait for one that waits for it? */
static bool is_circle(struct server *server, uint64_t self, uint64_t badge)
{
    for (unsigned i = 0; badge && i < CHAIN_MAX; i++) {
        const struct connection *next = fs_connection_known(server, badge);

        if (badge == self)
            return true;
        badge = next ? next->lock_wait : 0;
    }
    return false;
}

/* Takes away from an own lock what the new one covers; true: nothing is left of it. `spare`
 * becomes what is behind it. */
static bool cut(struct server_range *old, struct server_range *new,
    struct server_range **spare)
{
    bool before = old->start < new->start, after = old->end > new->end;

    if (old->kind == new->kind) {
        new->start = before ? old->start : new->start;
        new->end = after ? old->end : new->end;
        return true;
    }
    if (before && after) {
        struct server_range *next = old->next;

        **spare = *old;
        (*spare)->start = new->end + 1;
        (*spare)->next = next;
        old->next = *spare;
        *spare = NULL;
    }
    if (before)
        old->end = new->start - 1;
    else if (after)
        old->start = new->end + 1;
    return !before && !after;
}

/* Do they touch, so that they are one lock if of one kind? */
static bool touch(const struct server_range *old, const struct server_range *new)
{
    return overlap(old, new)
           || (old->kind == new->kind
               && (old->end + 1 == new->start || new->end + 1 == old->start));
}

static unsigned count(const struct server_node *node)
{
    unsigned ranges = 0;

    for (const struct server_range *at = node->ranges; at; at = at->next)
        ranges++;
    return ranges;
}

/* Makes the range what the record says; 0 or -ENOLCK. */
static int change(struct server_node *node, const struct server_range *wanted)
{
    struct server_range *new = heap_alloc(sizeof(*new));
    struct server_range *spare = heap_alloc(sizeof(*spare)), **place = &node->ranges;

    if (!new || !spare || count(node) + 2 > RANGES_MAX) {
        heap_free(new);
        heap_free(spare);
        return -ENOLCK;
    }
    *new = *wanted;
    while (*place) {
        struct server_range *old = *place;

        if (same_owner(old, new) && touch(old, new) && cut(old, new, &spare)) {
            *place = old->next;
            heap_free(old);
        } else {
            place = &old->next;
        }
    }
    if (new->kind) {
        new->next = node->ranges;
        node->ranges = new;
    } else {
        heap_free(new);
    }
    heap_free(spare);
    return 0;
}

static int64_t take(struct attribute_call *call, const struct server_range *new, bool wait)
{
    struct server_node *node = call->request->file->node;
    const struct server_range *other = new->kind ? conflict(node, new) : NULL;
    uint64_t holder = other && !other->file && !new->file ? other->badge : 0;
    int error;

    if (other && !wait)
        return -EAGAIN;
    if (other && is_circle(call->server, new->badge, holder))
        return -EDEADLK;
    if (other) {
        call->connection->lock_wait = holder;
        return fs_wait_arm(call->server, call->connection, node, READY_LOCK,
            call->request->request.file);
    }
    error = change(node, new);
    if (!error && new->kind != UXRT_LOCK_EXCLUSIVE)
        released(call->server, node);
    return error ? error : (int64_t)call->size;
}

/* --- requests ---------------------------------------- */

static int check(const struct server_file *file, uint32_t kind)
{
    if (file->flags & UXRT_PATH || (kind == UXRT_LOCK_SHARED && !(file->flags & UXRT_READ))
        || (kind == UXRT_LOCK_EXCLUSIVE && !(file->flags & UXRT_WRITE)))
        return -EBADF;
    return 0;
}

/* An empty range: the connection waits no longer. */
int64_t fs_range_write(struct attribute_call *call)
{
    const uint32_t flags = UXRT_LOCK_NOWAIT | UXRT_LOCK_FILE;
    struct server_file *file = call->request->file;
    struct uxrt_range range;
    int error;

    memcpy(&range, call->data, sizeof(range));

    struct server_range new = {
        .badge = call->connection->badge, .kind = range.kind & ~flags,
        .file = range.kind & UXRT_LOCK_FILE ? file : NULL,
        .pid = range.kind & UXRT_LOCK_FILE ? 0 : call->caller.pid,
        .start = range.start, .end = range.end,
    };

    if (new.kind > UXRT_LOCK_EXCLUSIVE || range.pid || range.end > INT64_MAX
        || (range.start > range.end && new.kind))
        return -EINVAL;
    error = check(file, new.kind);
    if (error)
        return error;
    call->connection->lock_wait = 0;
    return range.start > range.end
           ? (int64_t)call->size : take(call, &new, !(range.kind & UXRT_LOCK_NOWAIT));
}

/* All there are, from number `argument` on. */
int64_t fs_range_read(struct attribute_call *call)
{
    const struct server_file *file = call->request->file;
    uint64_t skip = call->argument;
    size_t used = 0;

    for (const struct server_range *at = file->node->ranges; at; at = at->next) {
        bool own = at->file ? at->file == file : at->badge == call->connection->badge;
        struct uxrt_range range = {
            .kind = at->kind | (at->file ? UXRT_LOCK_FILE : 0) | (own ? UXRT_LOCK_OWN : 0),
            .pid = at->pid, .start = at->start, .end = at->end,
        };

        if (skip) {
            skip--;
        } else if (call->size - used >= sizeof(range)) {
            memcpy(call->data + used, &range, sizeof(range));
            used += sizeof(range);
        }
    }
    return (int64_t)used;
}

/* Drops those of the node that the owner of this one has. */
static void drop(struct server *server, struct server_node *node,
    const struct server_range *owner)
{
    struct server_range **place = &node->ranges;
    bool any = false;

    while (*place) {
        struct server_range *range = *place;

        if (same_owner(range, owner)) {
            *place = range->next;
            heap_free(range);
            any = true;
        } else {
            place = &range->next;
        }
    }
    if (any)
        released(server, node);
}

/* One that only names the node does not count: it was opened for a moment. */
void fs_ranges_close(struct server *server, const struct connection *connection,
    struct server_file *file)
{
    const struct server_range owner = { .badge = connection->badge };

    if (!(file->flags & UXRT_PATH))
        drop(server, file->node, &owner);
}

void fs_ranges_end(struct server *server, struct server_file *file)
{
    const struct server_range owner = { .file = file };

    drop(server, file->node, &owner);
}
