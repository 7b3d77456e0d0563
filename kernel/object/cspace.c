/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-up of capability addresses (manual, "Capability Addressing"). */
#include <abi/error.h>
#include <object/cnode.h>

static struct slot *fail(struct lookup_error error)
{
    this_core()->error->lookup = error;
    return NULL;
}

struct slot *cspace_resolve(struct cap root, word address, word depth, word *left)
{
    struct cap cap = root;
    word bits = depth;

    if (cap_type(root) != CAP_CNODE)
        return fail((struct lookup_error){.type = LOOKUP_INVALID_ROOT});
    for (;;) {
        word radix = cap_cnode_radix(cap), size = cap_cnode_guard_size(cap);
        word guard = size ? (address >> ((bits - size) & 63)) & MASK(size) : 0;
        if (size > bits || guard != cap_cnode_guard(cap))
            return fail((struct lookup_error){
                .type = LOOKUP_GUARD_MISMATCH, .bits_left = bits,
                .guard = cap_cnode_guard(cap), .bits_found = size});
        if (radix + size > bits)
            return fail((struct lookup_error){
                .type = LOOKUP_DEPTH_MISMATCH, .bits_left = bits,
                .bits_found = radix + size});
        bits -= radix + size;
        struct slot *slot = (struct slot *)cap_ptr(cap)
                            + ((address >> bits) & MASK(radix));
        *left = bits;
        if (bits == 0)
            return slot;
        cap = slot->cap;
        if (cap_type(cap) != CAP_CNODE)
            return slot;
    }
}

/* A look-up of a whole address may stop early at a capability that is no CNode. */
struct slot *cspace_lookup(struct tcb *t, word address)
{
    struct cap root = t->slots[TCB_CSPACE].cap;
    word radix = cap_cnode_radix(root), left;

    /* One CNode for all bits of the address is the usual case. */
    if (cap_type(root) == CAP_CNODE && radix + cap_cnode_guard_size(root) == 64
        && address >> radix == cap_cnode_guard(root))
        return (struct slot *)cap_ptr(root) + (address & MASK(radix));
    return cspace_resolve(root, address, 64, &left);
}

enum outcome cspace_target_slot(struct cap root, word index, word depth, bool source,
                                struct slot **slot)
{
    word left;

    if (cap_type(root) != CAP_CNODE) {
        fail((struct lookup_error){.type = LOOKUP_INVALID_ROOT});
        return refuse_lookup(source);
    }
    if (depth < 1 || depth > 64)
        return refuse_range(1, 64);
    *slot = cspace_resolve(root, index, depth, &left);
    if (!*slot)
        return refuse_lookup(source);
    if (left != 0) {
        fail((struct lookup_error){.type = LOOKUP_DEPTH_MISMATCH, .bits_left = left});
        return refuse_lookup(source);
    }
    return OUTCOME_DONE;
}
