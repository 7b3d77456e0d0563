/* SPDX-License-Identifier: BSD-2-Clause */
/* See operation.h: messages, and the choice among all kinds of system calls. */
#include <stdio.h>
#include <stdlib.h>

#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>

#include "choice.h"
#include "operation.h"
#include "request.h"

static bool receivers_wait(struct cap cap)
{
    return (cap_endpoint(cap)->tail & MASK(2)) == ENDPOINT_RECEIVING;
}
static bool is_bound(struct cap cap) { return cap_notification(cap)->bound != NULL; }
static bool is_free(struct cap cap) { return cap_reply(cap)->tcb == 0; }
static bool has_window(struct cap cap)
{
    const struct tcb *t = (const struct tcb *)(cap_reply(cap)->tcb & ~MASK(2));
    return is_awaited(cap) && context_number(&t->context) == SYSCALL_CALL_WINDOW;
}

/* The call is one with a window, which words 1 to 3 are. */
static void open_window(struct request *r)
{
    r->number = SYSCALL_CALL_WINDOW;
    r->length = 4;
    r->words[1] = 0x10000 + choose(8) * 0x400;
    r->words[2] = choose(12) * 0x400;
    r->words[3] = choose(4);
}

/* One more call of a chain, or the answer that undoes it: what makes loans nest. */
static struct request conversation(void)
{
    struct request r = {.label = choose(4), .length = choose(6)};

    switch (choose(5)) {
    case 0:
    case 1:
        r.number = SYSCALL_CALL;
        r.cap = pick_if(CAP_ENDPOINT, chance(80) ? receivers_wait : senders_wait);
        if (chance(30))
            open_window(&r);
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
        .cap = pick(chance(75) ? CAP_ENDPOINT : chance(70) ? CAP_NOTIFICATION
                                                    : CAP_REPLY),
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
    word reply = pick_if(CAP_REPLY, has_window);
    struct request r = invocation(reply, INVOKE_REPLY_WINDOW_COPY);

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

    if (kind < 3)
        r = ask_retype();
    else if (kind < 6)
        r = ask_copy();
    else if (kind < 7)
        r = ask_rotate();
    else if (kind < 9)
        r = ask_destroy();
    else if (kind < 13)
        r = ask_thread();
    else if (kind < 14)
        r = ask_configure();
    else if (kind < 17)
        r = ask_context(t);
    else if (kind < 18)
        r = ask_interrupt();
    else if (kind < 19)
        r = chance(60) ? ask_page() : chance(70) ? window() : ask_domain();
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
        fprintf(stderr,
                "core %u thread %p call %ld cap %lu label %lx length %lu caps %lu "
                "reply %lu: %lx %lx %lx %lx\n", core, (const void *)t, (int64_t)c->rdx,
                c->rdi, message_label(c->rsi), message_length(c->rsi),
                message_extra_caps(c->rsi), c->r12, context_mr(c, 0), context_mr(c, 1),
                context_mr(c, 2), context_mr(c, 3));
}
