/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocations of CNodes (manual, "CNode Methods"). */
#include <abi/error.h>
#include <core/arch.h>
#include <core/gate.h>
#include <object/cnode.h>
#include <object/endpoint.h>

/* --- copy, mint, move, mutate ---------------------------------------- */

/* Give a capability a badge or guard. Null when it cannot take that one. */
static struct cap with_data(struct cap cap, word data, bool preserve)
{
    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        if (preserve || cap_badge(cap) != 0)
            return cap_null();
        cap.w1 = data;
        return cap;
    case CAP_CNODE: {
        word size = cnode_guard_size(data);
        if (size + cap_cnode_radix(cap) > 64)
            return cap_null();
        return cap_cnode(cap_ptr(cap), cap_cnode_radix(cap),
                         cnode_guard_value(data) & MASK(size), size);
    }
    default:
        return cap;
    }
}

struct cap cap_with_guard(struct cap cap, word data)
{
    return with_data(cap, data, false);
}

struct transfer {
    struct slot *dest, *source;
    struct cap cap;
};

/* The two slots of a copy or move: words 0-1 and 2-3, extra capability 0. */
static enum outcome find_slots(struct invocation *inv, struct transfer *t)
{
    enum outcome outcome = cspace_target_slot(inv->cap, invocation_word(inv, 0),
                                              invocation_word(inv, 1), false, &t->dest);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (!cap_is_null(t->dest->cap))
        return refuse(ERROR_DELETE_FIRST);
    outcome = cspace_target_slot(inv->extra[0]->cap, invocation_word(inv, 2),
                                 invocation_word(inv, 3), true, &t->source);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (cap_is_null(t->source->cap)) {
        this_core()->error->lookup = (struct lookup_error){
            .type = LOOKUP_MISSING_CAPABILITY, .bits_left = invocation_word(inv, 3)};
        return refuse_lookup(true);
    }
    return OUTCOME_DONE;
}

static enum outcome decode_move(struct invocation *inv)
{
    struct transfer t;
    bool mutate = inv->label == INVOKE_CNODE_MUTATE;

    if (inv->length < (mutate ? 5 : 4) || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    enum outcome outcome = find_slots(inv, &t);
    if (outcome != OUTCOME_DONE)
        return outcome;
    t.cap = t.source->cap;
    if (mutate)
        t.cap = with_data(t.cap, invocation_word(inv, 4), true);
    if (cap_is_null(t.cap))
        return refuse(ERROR_ILLEGAL_OPERATION);
    slot_move(t.source, t.dest, t.cap);
    return OUTCOME_DONE;
}

/* Under the derivation lock. */
static enum outcome copy_locked(struct invocation *inv, bool mint)
{
    struct transfer t;
    struct cap copy;
    enum outcome outcome = find_slots(inv, &t);

    if (outcome != OUTCOME_DONE)
        return outcome;
    t.cap = cap_mask_rights(t.source->cap, invocation_word(inv, 4));
    if (mint) {
        t.cap = with_data(t.cap, invocation_word(inv, 5), false);
        if (cap_is_null(t.cap))
            return refuse(ERROR_ILLEGAL_OPERATION);
    }
    enum error_code error = cap_derive(t.source, t.cap, &copy);
    if (error != ERROR_NONE)
        return refuse(error);
    if (cap_is_null(copy))
        return refuse(ERROR_ILLEGAL_OPERATION);
    slot_insert(t.dest, copy, t.source);
    return OUTCOME_DONE;
}

static enum outcome decode_copy(struct invocation *inv)
{
    bool mint = inv->label == INVOKE_CNODE_MINT;

    if (inv->length < (mint ? 6 : 5) || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    spin_lock(&derivation_lock);
    enum outcome outcome = copy_locked(inv, mint);
    spin_unlock(&derivation_lock);
    return outcome;
}

/* --- rotate ---------------------------------------- */

static enum outcome missing(bool source, word depth)
{
    this_core()->error->lookup = (struct lookup_error){
        .type = LOOKUP_MISSING_CAPABILITY, .bits_left = depth};
    return refuse_lookup(source);
}

/* Words: dest index, depth, badge; pivot index, depth, badge; source index, depth. */
static enum outcome decode_rotate(struct invocation *inv)
{
    struct slot *dest, *pivot, *source;
    enum outcome outcome;

    if (inv->length < 8 || inv->extra_count < 2)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    outcome = cspace_target_slot(inv->cap, invocation_word(inv, 0),
                                 invocation_word(inv, 1), false, &dest);
    if (outcome == OUTCOME_DONE)
        outcome = cspace_target_slot(inv->extra[0]->cap, invocation_word(inv, 3),
                                     invocation_word(inv, 4), true, &pivot);
    if (outcome == OUTCOME_DONE)
        outcome = cspace_target_slot(inv->extra[1]->cap, invocation_word(inv, 6),
                                     invocation_word(inv, 7), true, &source);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (pivot == source || pivot == dest)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (source != dest && !cap_is_null(dest->cap))
        return refuse(ERROR_DELETE_FIRST);
    if (cap_is_null(source->cap))
        return missing(true, invocation_word(inv, 7));
    if (cap_is_null(pivot->cap))
        return missing(false, invocation_word(inv, 4));

    struct cap moved = with_data(source->cap, invocation_word(inv, 5), true);
    struct cap pivoted = with_data(pivot->cap, invocation_word(inv, 2), true);
    if (cap_is_null(moved) || cap_is_null(pivoted))
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (source == dest) {
        slot_swap(source, pivot);
        pivot->cap = moved;
        source->cap = pivoted;
    } else {
        slot_move(pivot, dest, pivoted);
        slot_move(source, pivot, moved);
    }
    return OUTCOME_DONE;
}

/* --- revoke, delete, cancel ---------------------------------------- */

static enum outcome cancel_badged(struct slot *slot)
{
    struct cap cap = slot->cap;

    if (cap_type(cap) != CAP_ENDPOINT || cap_rights(cap) != RIGHTS_ALL)
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (cap_badge(cap) != 0 && !endpoint_cancel_badged(cap_endpoint(cap), cap_badge(cap)))
        return OUTCOME_PREEMPTED;
    return OUTCOME_DONE;
}

static enum outcome decode_slot(struct invocation *inv)
{
    struct slot *slot;

    if (inv->length < 2)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (!gate_exclusive())
        return OUTCOME_EXCLUSIVE;
    enum outcome outcome = cspace_target_slot(inv->cap, invocation_word(inv, 0),
                                              invocation_word(inv, 1), false, &slot);
    if (outcome != OUTCOME_DONE)
        return outcome;
    switch (inv->label) {
    case INVOKE_CNODE_REVOKE:
        return slot_revoke(slot);
    case INVOKE_CNODE_DELETE:
        return slot_delete(slot);
    default:
        return cancel_badged(slot);
    }
}

enum outcome cnode_decode(struct invocation *inv)
{
    switch (inv->label) {
    case INVOKE_CNODE_COPY:
    case INVOKE_CNODE_MINT:
        return decode_copy(inv);
    case INVOKE_CNODE_MOVE:
    case INVOKE_CNODE_MUTATE:
        return decode_move(inv);
    case INVOKE_CNODE_ROTATE:
        return decode_rotate(inv);
    case INVOKE_CNODE_REVOKE:
    case INVOKE_CNODE_DELETE:
    case INVOKE_CNODE_CANCEL_BADGED_SENDS:
        return decode_slot(inv);
    default:
        return refuse(ERROR_ILLEGAL_OPERATION);
    }
}
