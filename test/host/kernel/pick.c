/* SPDX-License-Identifier: BSD-2-Clause */
/* Picking capabilities and building invocations; see request.h. */
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/reply.h>

#include "choice.h"
#include "machine.h"
#include "request.h"
#include "world.h"

static unsigned find(enum cap_type type, word *found)
{
    struct slot *slots = machine_root_slots();
    unsigned count = 0;

    for (word slot = WORLD_FIRST; slot < WORLD_FIRST + WORLD_SLOTS; slot++) {
        if (cap_type(slots[slot].cap) == type)
            found[count++] = slot;
    }
    return count;
}

unsigned pick_count(enum cap_type type)
{
    word found[WORLD_SLOTS];
    return find(type, found);
}

word pick(enum cap_type type)
{
    word found[WORLD_SLOTS];
    unsigned count = find(type, found);
    return count ? found[choose(count)] : WORLD_FIRST + choose(WORLD_SLOTS);
}


word pick_if(enum cap_type type, bool (*wanted)(struct cap cap))
{
    word found[WORLD_SLOTS];
    unsigned count = find(type, found), left = 0;

    for (unsigned i = 0; i < count; i++) {
        if (wanted(machine_root_slots()[found[i]].cap))
            found[left++] = found[i];
    }
    return left ? found[choose(left)] : pick(type);
}

bool senders_wait(struct cap cap)
{
    return (cap_endpoint(cap)->tail & MASK(2)) == ENDPOINT_SENDING;
}

bool is_awaited(struct cap cap)
{
    word tcb = cap_reply(cap)->tcb;
    return tcb && !(tcb & REPLY_CLAIMED);
}

word pick_any(void)
{
    static const uint8_t types[] = {
        CAP_UNTYPED, CAP_ENDPOINT, CAP_NOTIFICATION, CAP_REPLY, CAP_CNODE, CAP_TCB,
        CAP_SCHED_CONTEXT, CAP_FRAME, CAP_PML4, CAP_ZOMBIE, CAP_IRQ_HANDLER,
    };
    return pick(types[choose(ARRAY_SIZE(types))]);
}


/* A slot in the root CNode, or in a small one. */
static struct place place_in(word root_index)
{
    struct cap node;
    word slot = pick(CAP_CNODE);

    if (chance(75))
        return (struct place){ROOT_SLOT_CNODE, root_index, 64};
    node = machine_root_slots()[slot].cap;
    if (cap_type(node) != CAP_CNODE)
        return (struct place){ROOT_SLOT_CNODE, root_index, 64};
    word radix = cap_cnode_radix(node);
    return (struct place){slot, cap_cnode_guard(node) << radix | choose(8),
                          radix + cap_cnode_guard_size(node)};
}

struct place place_full(void) { return place_in(pick_any()); }
struct place place_empty(void) { return place_in(pick(CAP_NULL)); }

static word argument(word usual)
{
    return chance(3) ? choose_word() : usual;
}

/* --- building requests ------------------------------------------------------------- */

struct request invocation(word cap, word label)
{
    return (struct request){
        .number = chance(90) ? SYSCALL_CALL : SYSCALL_SEND, .cap = cap, .label = label,
    };
}

void add_word(struct request *r, word value)
{
    r->words[r->length++] = argument(value);
}

void add_cap(struct request *r, word cap)
{
    r->caps[r->cap_count++] = chance(2) ? choose(WORLD_SLOTS * 2) : cap;
}

void add_place(struct request *r, struct place p)
{
    add_word(r, p.index);
    add_word(r, p.depth);
}

