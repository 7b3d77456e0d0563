/* SPDX-License-Identifier: BSD-2-Clause */
/* Random invocations of untyped memory, CNodes, interrupts, pages and domains. */
#include <object/cnode.h>

#include "choice.h"
#include "machine.h"
#include "request.h"

static bool badged_senders_wait(struct cap cap)
{
    return cap_badge(cap) != 0 && senders_wait(cap);
}

struct request ask_retype(void)
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

struct request ask_copy(void)
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

struct request ask_rotate(void)
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

struct request ask_destroy(void)
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

/* --- devices and memory ------------------------------------------------------------ */

struct request ask_interrupt(void)
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

struct request ask_page(void)
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

struct request ask_domain(void)
{
    struct request r = invocation(ROOT_SLOT_DOMAIN, INVOKE_DOMAIN_SET + choose(3));

    for (int i = 0; i < 3; i++)
        add_word(&r, choose(3));
    add_cap(&r, pick(CAP_TCB));
    return r;
}

