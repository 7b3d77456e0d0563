/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the root task does so that a random test stays lively: new objects for those that
 * were deleted, time for threads without, a start for those that stopped.
 */
#include <object/cnode.h>
#include <object/refill.h>
#include <object/tcb.h>

#include "choice.h"
#include "machine.h"
#include "operation.h"
#include "request.h"
#include "world.h"

static struct request request(word cap, word label)
{
    return (struct request){.number = SYSCALL_CALL, .cap = cap, .label = label};
}

static struct cap cap_at(word slot) { return machine_root_slots()[slot].cap; }

/* Free memory again if the untyped is used up, else make an object of this type. */
static struct request make(word type, word bits)
{
    word from = pick(CAP_UNTYPED);
    struct cap cap = cap_at(from);

    if (cap_type(cap) == CAP_UNTYPED && BIT(cap_untyped_bits(cap)) - cap_untyped_used(cap) < 4096) {
        struct request r = request(ROOT_SLOT_CNODE, INVOKE_CNODE_REVOKE);
        r.words[0] = from;
        r.words[1] = 64;
        r.length = 2;
        return r;
    }
    return (struct request){
        .number = SYSCALL_CALL, .cap = from, .label = INVOKE_UNTYPED_RETYPE,
        .length = 6, .words = {type, bits, 0, 0, pick(CAP_NULL), 1},
        .cap_count = 1, .caps = {ROOT_SLOT_CNODE},
    };
}

static struct request set_time(word sc)
{
    word budget = 100 + choose(20) * 50;
    return (struct request){
        .number = SYSCALL_CALL, .cap = root_sched_control(choose(core_count)),
        .label = INVOKE_SCHED_CONTROL_CONFIGURE_FLAGS, .length = 5,
        .words = {budget, budget * (1 + choose(3)), choose(3), choose(8), choose(2)},
        .cap_count = 1, .caps = {sc},
    };
}

static struct request give_time(word tcb)
{
    word slot = pick(CAP_SCHED_CONTEXT);
    struct cap cap = cap_at(slot);

    if (cap_type(cap) != CAP_SCHED_CONTEXT)
        return make(OBJECT_SCHED_CONTEXT, 8);
    if (!sched_context_active(cap_sched_context(cap)))
        return set_time(slot);
    struct request r = request(slot, INVOKE_SCHED_CONTEXT_BIND);
    r.cap_count = 1;
    r.caps[0] = tcb;
    return r;
}

static struct request set_up(word tcb)
{
    return (struct request){
        .number = SYSCALL_CALL, .cap = tcb, .label = INVOKE_TCB_CONFIGURE,
        .length = 3, .words = {0, 0, 0x1000 * (1 + choose(7))},
        .cap_count = 3, .caps = {ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, pick(CAP_FRAME)},
    };
}

static struct request start(word tcb)
{
    return (struct request){
        .number = SYSCALL_CALL, .cap = tcb, .label = INVOKE_TCB_WRITE_REGISTERS,
        .length = 3, .words = {1, 1, USER_SYSCALL + 8},
    };
}

static struct request mint_badge(void)
{
    return (struct request){
        .number = SYSCALL_CALL, .cap = ROOT_SLOT_CNODE, .label = INVOKE_CNODE_MINT,
        .length = 6,
        .words = {pick(CAP_NULL), 64, pick(CAP_ENDPOINT), 64, RIGHTS_ALL, 1 + choose(3)},
        .cap_count = 1, .caps = {ROOT_SLOT_CNODE},
    };
}

static struct request revive(word slot)
{
    const struct tcb *t = cap_tcb(cap_at(slot));

    if (cap_is_null(t->slots[TCB_CSPACE].cap) || (!t->buffer && chance(50)))
        return cap_type(cap_at(pick(CAP_FRAME))) == CAP_FRAME ? set_up(slot)
                                                              : make(OBJECT_PAGE_4K, 0);
    if (!t->sc && !t->home && t->state != THREAD_CALLING && chance(70))
        return give_time(slot);
    if (!t->bound && chance(30)) {
        struct request r = request(slot, INVOKE_TCB_BIND_NOTIFICATION);
        r.cap_count = 1;
        r.caps[0] = pick(CAP_NOTIFICATION);
        return r;
    }
    if (t->prio == 0) {
        struct request r = request(slot, INVOKE_TCB_SET_PRIORITY);
        r.words[0] = 1 + choose(4);
        r.length = r.cap_count = 1;
        r.caps[0] = ROOT_SLOT_TCB;
        return r;
    }
    return start(slot);
}

void operation_repair(struct tcb *t)
{
    static const struct {
        enum cap_type cap;
        word type;
        unsigned wanted;
    } needs[] = {
        {CAP_TCB, OBJECT_TCB, 5}, {CAP_ENDPOINT, OBJECT_ENDPOINT, 3},
        {CAP_REPLY, OBJECT_REPLY, 6}, {CAP_NOTIFICATION, OBJECT_NOTIFICATION, 2},
    };
    struct request r;
    word tcb = pick(CAP_TCB);

    for (unsigned i = 0; i < ARRAY_SIZE(needs); i++) {
        if (pick_count(needs[i].cap) < needs[i].wanted) {
            r = make(needs[i].type, 0);
            user_load(t, &r);
            return;
        }
    }
    if (cap_type(cap_at(tcb)) != CAP_TCB)
        r = make(OBJECT_TCB, 0);
    else if (chance(5))
        r = mint_badge();
    else
        r = revive(tcb);
    user_load(t, &r);
}
