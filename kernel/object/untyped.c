/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory. Word 1 of an untyped capability holds two numbers of bytes from its
 * start: how much is given out, and up to where memory may be dirty; all beyond both is
 * zero. Children are counted by the derivation list: without any, everything is free again
 * and what was given out is dirty. Memory is cleared when an object is made of it: that
 * object's alone, in chunks with preemption points. Untyped memory is not cleared, but
 * handed on as dirty.
 *
 * The capability's word is changed under the derivation lock only.
 */
#include <abi/error.h>
#include <abi/object.h>
#include <core/arch.h>
#include <core/gate.h>
#include <object/cnode.h>
#include <object/untyped.h>

#define CLEAR_CHUNK  BIT(16)

word object_bits(word type, word user_bits)
{
    switch (type) {
    case OBJECT_UNTYPED:        return user_bits;
    case OBJECT_TCB:            return CONFIG_TCB_BITS;
    case OBJECT_ENDPOINT:       return ENDPOINT_BITS;
    case OBJECT_NOTIFICATION:   return NOTIFICATION_BITS;
    case OBJECT_CNODE:          return user_bits + SLOT_BITS;
    case OBJECT_SCHED_CONTEXT:  return user_bits;
    case OBJECT_REPLY:          return REPLY_BITS;
    default:                    return arch_object_bits(type, user_bits);
    }
}

/* --- the request ---------------------------------------- */

struct retype {
    struct slot *parent;
    word type, bits, user_bits, count;
    struct slot *dest;              /* the first of `count` slots */
    word offset;                    /* of the first object */
    bool device;
};

static enum outcome check_size(word type, word user_bits, bool device)
{
    if (type >= OBJECT_TYPE_COUNT)
        return refuse_argument(0);
    if (user_bits >= 64 || object_bits(type, user_bits) > UNTYPED_MAX_BITS)
        return refuse_range(0, UNTYPED_MAX_BITS);
    if (type == OBJECT_CNODE && user_bits == 0)
        return refuse_argument(1);
    if (type == OBJECT_UNTYPED && user_bits < UNTYPED_MIN_BITS)
        return refuse_argument(1);
    if (type == OBJECT_SCHED_CONTEXT && user_bits < SCHED_CONTEXT_MIN_BITS)
        return refuse_argument(1);
    if (object_bits(type, user_bits) == 0)
        return refuse_argument(0);
    if (device && type != OBJECT_UNTYPED && !arch_object_is_frame(type))
        return refuse_argument(1);
    return OUTCOME_DONE;
}

/* The CNode that gets the capabilities: words 2-3 below extra capability 0. */
static enum outcome find_cnode(struct invocation *inv, struct cap *node)
{
    word index = invocation_word(inv, 2), depth = invocation_word(inv, 3);
    struct slot *slot = inv->extra[0];

    if (depth != 0) {
        enum outcome outcome = cspace_target_slot(inv->extra[0]->cap, index, depth, false,
                                                  &slot);
        if (outcome != OUTCOME_DONE)
            return outcome;
    }
    *node = slot->cap;
    if (cap_type(*node) != CAP_CNODE) {
        this_core()->error->lookup = (struct lookup_error){
            .type = LOOKUP_MISSING_CAPABILITY, .bits_left = depth};
        return refuse_lookup(false);
    }
    return OUTCOME_DONE;
}

static enum outcome check_slots(struct invocation *inv, struct retype *r)
{
    word first = invocation_word(inv, 4);
    struct cap node;
    enum outcome outcome = find_cnode(inv, &node);

    if (outcome != OUTCOME_DONE)
        return outcome;
    word size = BIT(cap_cnode_radix(node));
    if (first > size - 1)
        return refuse_range(0, size - 1);
    if (r->count < 1 || r->count > CONFIG_FANOUT_LIMIT)
        return refuse_range(1, CONFIG_FANOUT_LIMIT);
    if (r->count > size - first)
        return refuse_range(1, size - first);
    r->dest = (struct slot *)cap_ptr(node) + first;
    for (word i = 0; i < r->count; i++) {
        if (!cap_is_null(r->dest[i].cap))
            return refuse(ERROR_DELETE_FIRST);
    }
    return OUTCOME_DONE;
}

static enum outcome check_memory(struct retype *r)
{
    struct cap cap = r->parent->cap;
    word size = BIT(cap_untyped_bits(cap));
    word used = cap_untyped_used(cap);

    if (!slot_has_children(r->parent)) {        /* all is free again */
        r->parent->cap = cap_untyped_with(cap, 0, max_word(used, cap_untyped_dirty(cap)));
        used = 0;
    }
    if (used > size || ((size - used) >> r->bits) < r->count)
        return refuse_memory(used > size ? 0 : size - used);
    r->offset = ALIGN_UP(used, r->bits);
    if (r->offset > size || ((size - r->offset) >> r->bits) < r->count)
        return refuse_memory(size - used);
    return OUTCOME_DONE;
}

/* --- performing it ---------------------------------------- */

/*
 * Memory that is being cleared for objects not yet made: [start, left) is still to be
 * done. It is forgotten when anything is made, since what was made may be gone and its
 * memory dirty again when the same request comes back. Protected by the derivation lock.
 */
static struct {
    paddr start, end, left;
} clearing;

/* Clear one more chunk of [start, end), from the top; true when all is clear. */
static bool clear_chunk(paddr start, paddr end)
{
    if (clearing.start != start || clearing.end != end) {
        clearing.start = start;
        clearing.end = clearing.left = end;
    }
    word bytes = min_word(clearing.left - start, CLEAR_CHUNK);
    clearing.left -= bytes;
    __builtin_memset(phys_to_virt(clearing.left), 0, bytes);
    return clearing.left == start;
}

/* Clear what is dirty of the memory of the new objects; true when all is clear. */
static bool clear(const struct retype *r)
{
    struct cap cap = r->parent->cap;
    word end = min_word(r->offset + (r->count << r->bits), cap_untyped_dirty(cap));

    if (r->device || r->type == OBJECT_UNTYPED || end <= r->offset)
        return true;
    return clear_chunk(cap_paddr(cap) + r->offset, cap_paddr(cap) + end);
}

/* New untyped memory, of which so much as reaches below the end of what is dirty is so. */
static struct cap create_untyped(const struct retype *r, paddr base)
{
    struct cap cap = cap_untyped(base, r->bits, r->device, 0);
    paddr dirty = cap_paddr(r->parent->cap) + cap_untyped_dirty(r->parent->cap);

    if (r->device || dirty <= base)
        return cap;
    return cap_untyped_with(cap, 0, min_word(dirty - base, BIT(r->bits)));
}

static struct cap create(const struct retype *r, paddr base)
{
    word address = (word)phys_to_virt(base);

    switch (r->type) {
    case OBJECT_UNTYPED:
        return create_untyped(r, base);
    case OBJECT_TCB:
        tcb_init((struct tcb *)address);
        return cap_make(CAP_TCB, address, 0, 0);
    case OBJECT_ENDPOINT:
        return cap_make(CAP_ENDPOINT, address, RIGHTS_ALL, 0);
    case OBJECT_NOTIFICATION:
        return cap_make(CAP_NOTIFICATION, address, RIGHT_READ | RIGHT_WRITE, 0);
    case OBJECT_CNODE:
        return cap_cnode((struct slot *)address, r->user_bits, 0, 0);
    case OBJECT_SCHED_CONTEXT:
        return cap_make(CAP_SCHED_CONTEXT, address, r->bits, 0);
    case OBJECT_REPLY:
        return cap_make(CAP_REPLY, address, RIGHTS_ALL, 0);
    default:
        return arch_object_create(r->type, base, r->device);
    }
}

/* False: part of the memory has been cleared; try again. */
static bool perform(struct retype *r)
{
    paddr base = cap_paddr(r->parent->cap) + r->offset;

    if (!clear(r))
        return false;
    clearing.start = clearing.end = 0;
    r->parent->cap = cap_untyped_with(r->parent->cap, r->offset + (r->count << r->bits),
                                      cap_untyped_dirty(r->parent->cap));
    for (word i = 0; i < r->count; i++)
        slot_insert_new(r->parent, &r->dest[i], create(r, base + (i << r->bits)));
    return true;
}

/* One attempt under the derivation lock; *done stays false when it is to be repeated. */
static enum outcome attempt(struct invocation *inv, struct retype *r, bool *done)
{
    enum outcome outcome = check_slots(inv, r);

    if (outcome == OUTCOME_DONE)
        outcome = check_memory(r);
    if (outcome == OUTCOME_DONE)
        outcome = check_size(r->type, r->user_bits, r->device);
    *done = outcome != OUTCOME_DONE || perform(r);
    return outcome;
}

/* Words: type, size bits, node index, node depth, first slot, count; cap: root CNode. */
enum outcome untyped_decode(struct invocation *inv)
{
    if (inv->label != INVOKE_UNTYPED_RETYPE)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (inv->length < 6 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);

    struct retype r = {
        .parent = inv->slot, .type = invocation_word(inv, 0),
        .user_bits = invocation_word(inv, 1), .count = invocation_word(inv, 5),
        .device = cap_untyped_device(inv->cap),
    };
    enum outcome outcome = check_size(r.type, r.user_bits, false);
    if (outcome != OUTCOME_DONE)
        return outcome;
    r.bits = object_bits(r.type, r.user_bits);
    for (;;) {
        bool done;
        spin_lock(&derivation_lock);
        outcome = attempt(inv, &r, &done);
        spin_unlock(&derivation_lock);
        if (done)
            return outcome;
        if (preemption_wanted())
            return OUTCOME_PREEMPTED;
    }
}
