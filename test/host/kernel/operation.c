/* SPDX-License-Identifier: BSD-2-Clause */
/* See operation.h. Capabilities are picked by type from the slots of the world. */
#include <stdio.h>
#include <stdlib.h>

#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>

#include "choice.h"
#include "machine.h"
#include "operation.h"
#include "user.h"
#include "world.h"

/* --- picking ----------------------------------------------------------------------------- */

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

/* A slot whose capability is of this kind; any of the type if there is none. */
static word pick_if(enum cap_type type, bool (*wanted)(struct cap cap))
{
    word found[WORLD_SLOTS];
    unsigned count = find(type, found), left = 0;

    for (unsigned i = 0; i < count; i++) {
        if (wanted(machine_root_slots()[found[i]].cap))
            found[left++] = found[i];
    }
    return left ? found[choose(left)] : pick(type);
}

static bool receivers_wait(struct cap cap)
{
    return (cap_endpoint(cap)->tail & MASK(2)) == ENDPOINT_RECEIVING;
}
static bool senders_wait(struct cap cap)
{
    return (cap_endpoint(cap)->tail & MASK(2)) == ENDPOINT_SENDING;
}
static bool badged_senders_wait(struct cap cap)
{
    return cap_badge(cap) != 0 && senders_wait(cap);
}
static bool is_bound(struct cap cap) { return cap_notification(cap)->bound != NULL; }
static bool is_free(struct cap cap) { return cap_reply(cap)->tcb == 0; }
static bool is_awaited(struct cap cap)
{
    word tcb = cap_reply(cap)->tcb;
    return tcb && !(tcb & REPLY_CLAIMED);
}

static word pick_any(void)
{
    static const uint8_t types[] = {
        CAP_UNTYPED, CAP_ENDPOINT, CAP_NOTIFICATION, CAP_REPLY, CAP_CNODE, CAP_TCB,
        CAP_SCHED_CONTEXT, CAP_FRAME, CAP_PML4, CAP_ZOMBIE, CAP_IRQ_HANDLER,
    };
    return pick(types[choose(ARRAY_SIZE(types))]);
}

struct place {
    word root, index, depth;
};

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

static struct place place_full(void) { return place_in(pick_any()); }
static struct place place_empty(void) { return place_in(pick(CAP_NULL)); }

static word argument(word usual)
{
    return chance(3) ? choose_word() : usual;
}

static bool has_window(struct cap cap)
{
    const struct tcb *t = (const struct tcb *)(cap_reply(cap)->tcb & ~MASK(2));
    return is_awaited(cap) && t->window_length > 0;
}

static const struct tcb *actor;     /* the thread that the operation is for */

static bool is_ready_here(struct cap cap)
{
    const struct tcb *t = cap_sched_context(cap)->tcb;
    return t && t->queued == QUEUE_READY && t->core == actor->core && t->prio >= actor->prio;
}
static bool of_receiver(struct cap cap)
{
    const struct tcb *t = cap_sched_context(cap)->tcb;
    return t && t->state == THREAD_RECEIVING;
}

/* --- building requests -------------------------------------------------------------------- */

static struct request invocation(word cap, word label)
{
    return (struct request){
        .number = chance(90) ? SYSCALL_CALL : SYSCALL_SEND, .cap = cap, .label = label,
    };
}

static void add_word(struct request *r, word value)
{
    r->words[r->length++] = argument(value);
}

static void add_cap(struct request *r, word cap)
{
    r->caps[r->cap_count++] = chance(2) ? choose(WORLD_SLOTS * 2) : cap;
}

static void add_place(struct request *r, struct place p)
{
    add_word(r, p.index);
    add_word(r, p.depth);
}

/* --- capabilities ---------------------------------------------------------------------------- */

static struct request retype(void)
{
    static const uint8_t bits[] = {
        [OBJECT_UNTYPED] = 10, [OBJECT_CNODE] = 2, [OBJECT_SCHED_CONTEXT] = 7,
        [OBJECT_PAGE_DIRECTORY] = 0,
    };
    struct request r = invocation(pick(CAP_UNTYPED), INVOKE_UNTYPED_RETYPE);
    unsigned type = choose(10);

    type = type == 7 ? OBJECT_PAGE_4K : type == 9 ? OBJECT_UNTYPED : type;
    add_word(&r, type);
    add_word(&r, bits[type] ? bits[type] + choose(3) : 0);
    word index = 0, depth = 0, first = pick(CAP_NULL);
    if (chance(20)) {
        index = pick(CAP_CNODE);
        depth = 64;
        first = choose(8);
    }
    add_word(&r, index);
    add_word(&r, depth);
    add_word(&r, first);
    add_word(&r, 1 + (chance(25) ? choose(4) : 0));
    add_cap(&r, ROOT_SLOT_CNODE);
    return r;
}

static word badge_or_guard(void)
{
    return chance(50) ? choose(4) : cnode_guard(choose(4), choose(5));
}

static struct request copy(void)
{
    static const uint16_t labels[] = {
        INVOKE_CNODE_COPY, INVOKE_CNODE_MINT, INVOKE_CNODE_MOVE, INVOKE_CNODE_MUTATE,
    };
    word label = labels[choose(ARRAY_SIZE(labels))];
    struct place dest = place_empty(), source = place_full();
    struct request r = invocation(dest.root, label);

    add_place(&r, dest);
    add_place(&r, source);
    if (label == INVOKE_CNODE_COPY || label == INVOKE_CNODE_MINT)
        add_word(&r, chance(70) ? RIGHTS_ALL : choose(16));
    if (label == INVOKE_CNODE_MINT || label == INVOKE_CNODE_MUTATE)
        add_word(&r, badge_or_guard());
    add_cap(&r, source.root);
    return r;
}

static struct request rotate(void)
{
    struct place dest = chance(50) ? place_empty() : place_full();
    struct place pivot = place_full(), source = chance(30) ? dest : place_full();
    struct request r = invocation(dest.root, INVOKE_CNODE_ROTATE);

    add_place(&r, dest);
    add_word(&r, chance(80) ? 0 : badge_or_guard());
    add_place(&r, pivot);
    add_word(&r, chance(80) ? 0 : badge_or_guard());
    add_place(&r, source);
    add_cap(&r, pivot.root);
    add_cap(&r, source.root);
    return r;
}

static struct request destroy(void)
{
    static const uint16_t labels[] = {
        INVOKE_CNODE_DELETE, INVOKE_CNODE_DELETE, INVOKE_CNODE_REVOKE,
        INVOKE_CNODE_CANCEL_BADGED_SENDS,
    };
    word label = labels[choose(ARRAY_SIZE(labels))];
    struct place p = place_full();

    if (p.root == ROOT_SLOT_CNODE && label == INVOKE_CNODE_CANCEL_BADGED_SENDS)
        p.index = pick_if(CAP_ENDPOINT, badged_senders_wait);
    struct request r = invocation(p.root, label);
    add_place(&r, p);
    return r;
}

/* --- threads ---------------------------------------------------------------------------------- */

static word handler(void)
{
    return chance(30) ? 0 : pick(CAP_ENDPOINT);
}

static word context_or_null(void)
{
    return chance(20) ? 0 : pick(CAP_SCHED_CONTEXT);
}

static struct request thread_space(word tcb)
{
    struct request r = invocation(tcb, INVOKE_TCB_CONFIGURE);
    unsigned what = choose(3);
    word cspace = chance(80) ? ROOT_SLOT_CNODE : pick(CAP_CNODE);
    word vspace = chance(70) ? ROOT_SLOT_VSPACE : pick(CAP_PML4);

    if (what == 1) {
        r.label = INVOKE_TCB_SET_SPACE;
        add_cap(&r, handler());
    }
    if (what < 2) {
        add_word(&r, 0);
        add_word(&r, 0);
        add_cap(&r, cspace);
        add_cap(&r, vspace);
    } else {
        r.label = INVOKE_TCB_SET_IPC_BUFFER;
    }
    if (what != 1) {
        add_word(&r, chance(10) ? 0 : 0x1000 * choose(8));
        add_cap(&r, pick(CAP_FRAME));
    }
    return r;
}

static struct request thread_priority(word tcb)
{
    struct request r = invocation(tcb, INVOKE_TCB_SET_PRIORITY);

    switch (choose(4)) {
    case 0:
        r.label = INVOKE_TCB_SET_SCHED_PARAMS;
        add_word(&r, chance(90) ? PRIORITY_MAX : choose(8));
        add_word(&r, choose(6));
        add_cap(&r, ROOT_SLOT_TCB);
        add_cap(&r, context_or_null());
        add_cap(&r, handler());
        return r;
    case 1:
        r.label = INVOKE_TCB_SET_MC_PRIORITY;
        add_word(&r, chance(90) ? PRIORITY_MAX : choose(8));
        break;
    default:
        add_word(&r, choose(6));
    }
    add_cap(&r, chance(80) ? ROOT_SLOT_TCB : tcb);
    return r;
}

static struct request thread_registers(word tcb)
{
    static const uint16_t labels[] = {
        INVOKE_TCB_READ_REGISTERS, INVOKE_TCB_WRITE_REGISTERS, INVOKE_TCB_COPY_REGISTERS,
    };
    struct request r = invocation(tcb, labels[choose(3)]);

    add_word(&r, choose(16));
    if (r.label == INVOKE_TCB_COPY_REGISTERS) {
        add_cap(&r, pick(CAP_TCB));
        return r;
    }
    add_word(&r, 1 + choose(4));
    if (r.label == INVOKE_TCB_WRITE_REGISTERS) {
        add_word(&r, USER_SYSCALL + 8);
        add_word(&r, choose_word());
        add_word(&r, choose_word());
        add_word(&r, choose_word());
    }
    return r;
}

static struct request thread_other(word tcb)
{
    struct request r = invocation(tcb, INVOKE_TCB_SUSPEND);

    switch (choose(9)) {
    case 0:
        break;
    case 1:
    case 2:
        r.label = INVOKE_TCB_RESUME;
        break;
    case 3:
        r.label = INVOKE_TCB_BIND_NOTIFICATION;
        add_cap(&r, pick(CAP_NOTIFICATION));
        break;
    case 4:
        r.label = INVOKE_TCB_UNBIND_NOTIFICATION;
        break;
    case 5:
        r.label = INVOKE_TCB_SET_TIMEOUT_ENDPOINT;
        add_cap(&r, handler());
        break;
    case 6:
        r.label = INVOKE_TCB_SET_FOREIGN;
        add_word(&r, 0x1000);
        add_word(&r, chance(50) ? 0 : 0x2000);
        add_word(&r, 0x1800);
        add_word(&r, choose_word());
        break;
    case 7:
        r.label = INVOKE_TCB_SET_WINDOW;
        add_word(&r, 0x10000 + choose(8) * 0x400);
        add_word(&r, choose(4) * 0x800);
        add_word(&r, choose(4));
        break;
    default:
        r.label = INVOKE_TCB_SET_FLAGS;
        add_word(&r, chance(50) ? TCB_FLAG_LEND : 0);
        add_word(&r, chance(50) ? TCB_FLAG_LEND : 0);
    }
    return r;
}

static struct request thread(void)
{
    word tcb = pick(CAP_TCB);

    switch (choose(6)) {
    case 0:  return thread_space(tcb);
    case 1:  return thread_priority(tcb);
    case 2:  return thread_registers(tcb);
    default: return thread_other(tcb);
    }
}

/* --- time ----------------------------------------------------------------------------------------- */

static struct request configure(void)
{
    struct request r = invocation(root_sched_control(choose(core_count)),
                                  INVOKE_SCHED_CONTROL_CONFIGURE_FLAGS);
    word budget = 20 + choose(40) * 20;

    add_word(&r, budget);
    add_word(&r, chance(40) ? budget : budget + choose(20) * 100);
    add_word(&r, choose(5));
    add_word(&r, choose(16));
    add_word(&r, choose(2));
    add_cap(&r, pick(CAP_SCHED_CONTEXT));
    return r;
}

static struct request context(void)
{
    struct request r = invocation(pick(CAP_SCHED_CONTEXT), INVOKE_SCHED_CONTEXT_BIND);

    switch (choose(8)) {
    case 0:
    case 1:
    case 2:
        add_cap(&r, pick(chance(70) ? CAP_TCB : CAP_NOTIFICATION));
        return r;
    case 3:
        r.cap = pick_if(CAP_SCHED_CONTEXT, of_receiver);
        r.label = INVOKE_SCHED_CONTEXT_UNBIND;
        return r;
    case 4:
        r.label = INVOKE_SCHED_CONTEXT_UNBIND_OBJECT;
        add_cap(&r, pick(chance(70) ? CAP_TCB : CAP_NOTIFICATION));
        return r;
    case 5:
        r.label = INVOKE_SCHED_CONTEXT_CONSUMED;
        return r;
    case 6:
        r.cap = pick_if(CAP_SCHED_CONTEXT, is_ready_here);
        r.label = INVOKE_SCHED_CONTEXT_YIELD_TO;
        return r;
    default:
        r = invocation(root_sched_control(choose(core_count)), INVOKE_SCHED_CONTROL_ROAM);
        add_word(&r, choose(1u << core_count));
        add_cap(&r, pick(CAP_SCHED_CONTEXT));
        return r;
    }
}

/* --- devices and memory ------------------------------------------------------------------------------ */

static struct request interrupt(void)
{
    struct request r = invocation(pick(CAP_IRQ_HANDLER), INVOKE_IRQ_ACK);
    struct place p = place_empty();

    switch (choose(4)) {
    case 0:
        r.cap = ROOT_SLOT_IRQ_CONTROL;
        r.label = INVOKE_IRQ_ISSUE_HANDLER;
        add_word(&r, choose(8));
        add_place(&r, p);
        add_cap(&r, p.root);
        break;
    case 1:
        r.label = INVOKE_IRQ_SET_HANDLER;
        add_cap(&r, pick(CAP_NOTIFICATION));
        break;
    case 2:
        r.label = INVOKE_IRQ_CLEAR_HANDLER;
        break;
    }
    return r;
}

static struct request page(void)
{
    struct request r = invocation(pick(CAP_FRAME), INVOKE_PAGE_MAP);

    switch (choose(4)) {
    case 0:
        r.label = INVOKE_PAGE_UNMAP;
        break;
    case 1:
        r.label = INVOKE_PAGE_GET_ADDRESS;
        break;
    default:
        add_word(&r, 0x1000 * choose(512));
        add_word(&r, RIGHTS_READ_WRITE);
        add_word(&r, 0);
        add_cap(&r, pick(CAP_PML4));
    }
    return r;
}

static struct request domain(void)
{
    struct request r = invocation(ROOT_SLOT_DOMAIN, INVOKE_DOMAIN_SET + choose(3));

    for (int i = 0; i < 3; i++)
        add_word(&r, choose(3));
    add_cap(&r, pick(CAP_TCB));
    return r;
}

/* --- messages -------------------------------------------------------------------------------------------- */

/* One more call of a chain, or the answer that undoes it: what makes loans nest. */
static struct request conversation(void)
{
    struct request r = {.label = choose(4), .length = choose(6)};

    switch (choose(5)) {
    case 0:
    case 1:
        r.number = SYSCALL_CALL;
        r.cap = pick_if(CAP_ENDPOINT, chance(80) ? receivers_wait : senders_wait);
        break;
    case 2:
        r.number = SYSCALL_RECV;
        r.cap = pick_if(CAP_ENDPOINT, chance(50) ? senders_wait : receivers_wait);
        r.reply = pick_if(CAP_REPLY, is_free);
        break;
    case 3:
        r.number = SYSCALL_REPLY_RECV;
        r.cap = pick(CAP_ENDPOINT);
        r.reply = pick_if(CAP_REPLY, is_awaited);
        break;
    default:
        r.number = SYSCALL_NBSEND;
        r.cap = chance(50) ? pick_if(CAP_REPLY, is_awaited)
                           : pick_if(CAP_NOTIFICATION, is_bound);
    }
    return r;
}

static struct request message(bool may_block)
{
    static const int8_t polling[] = {       /* the first two cannot even fault */
        SYSCALL_NBSEND, SYSCALL_YIELD, SYSCALL_NBRECV, SYSCALL_NBWAIT,
    };
    static const int8_t waiting[] = {
        SYSCALL_CALL, SYSCALL_SEND, SYSCALL_RECV, SYSCALL_REPLY_RECV,
        SYSCALL_NBSEND_RECV, SYSCALL_NBSEND_RECV, SYSCALL_NBSEND_WAIT, SYSCALL_WAIT,
    };

    if (may_block && chance(60))
        return conversation();
    struct request r = {
        .number = may_block && chance(75) ? waiting[choose(ARRAY_SIZE(waiting))]
                                          : polling[choose(may_block ? 4 : 2)],
        .cap = pick(chance(75) ? CAP_ENDPOINT : chance(70) ? CAP_NOTIFICATION : CAP_REPLY),
        .reply = pick_if(CAP_REPLY, is_free), .label = choose(4), .length = choose(8),
        .destination = chance(50) ? pick_if(CAP_ENDPOINT, receivers_wait)
                                  : pick_if(CAP_REPLY, is_awaited),
        .cap_count = chance(20) ? choose(4) : 0,
    };

    if (chance(50))
        r.length = choose(120);
    for (unsigned i = 0; i < r.cap_count; i++)
        r.caps[i] = pick_any();
    if (may_block && chance(1))
        r.number = -(int64_t)choose(64);
    return r;
}

/* The server's half of a reply window. */
static struct request window(void)
{
    struct request r = invocation(pick_if(CAP_REPLY, has_window), INVOKE_REPLY_WINDOW_COPY);

    add_word(&r, choose(64) * 8);
    add_word(&r, 0x10000 + choose(8) * 0x400);
    add_word(&r, choose(32) * 64);
    add_word(&r, 1 + choose(2));
    return r;
}

/* Where the thread wants capabilities that come with messages. */
static void set_receive_slot(struct tcb *t)
{
    struct place p = place_empty();

    if (!t->buffer)
        return;
    t->buffer->receive_cnode = p.root;
    t->buffer->receive_index = p.index;
    t->buffer->receive_depth = p.depth;
}

void operation_choose(struct tcb *t, bool may_block)
{
    struct request r;
    unsigned kind = choose(56);

    actor = t;
    if (kind < 3)
        r = retype();
    else if (kind < 6)
        r = copy();
    else if (kind < 7)
        r = rotate();
    else if (kind < 9)
        r = destroy();
    else if (kind < 13)
        r = thread();
    else if (kind < 14)
        r = configure();
    else if (kind < 17)
        r = context();
    else if (kind < 18)
        r = interrupt();
    else if (kind < 19)
        r = chance(60) ? page() : chance(70) ? window() : domain();
    else
        r = message(may_block);
    if (chance(10))
        set_receive_slot(t);
    user_load(t, &r);
}

void operation_trace(unsigned core, const struct tcb *t)
{
    static int wanted = -1;
    const struct context *c = &t->context;

    if (wanted < 0)
        wanted = getenv("UXRT_HOST_TRACE") != NULL;
    if (wanted)
        fprintf(stderr, "core %u thread %p call %ld cap %lu label %lx length %lu caps %lu "
                "reply %lu: %lx %lx %lx %lx\n", core, (const void *)t, (int64_t)c->rdx,
                c->rdi, message_label(c->rsi), message_length(c->rsi),
                message_extra_caps(c->rsi), c->r12, context_mr(c, 0), context_mr(c, 1),
                context_mr(c, 2), context_mr(c, 3));
}
