/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reply windows; see window.h and window(7). A window is nothing but registers of a
 * thread that waits in its call: nothing is kept of it, and nobody has to close it. The
 * reply's lock is held while a piece is copied: whoever ends the client's wait takes it
 * first, so a piece never reaches a client that runs again, and the registers stay as
 * they are (TCB_WriteRegisters has exclusion). The address spaces are locked by the
 * architecture, so a page that was unmapped is not touched after its unmapping returned.
 */
#include <abi/fault.h>
#include <abi/object.h>
#include <abi/syscall.h>
#include <core/arch.h>
#include <core/gate.h>
#include <object/window.h>

/* Bytes copied before the locks are released and the next look at what is urgent. */
#define PIECE  16384

struct window {
    const struct tcb *client;   /* null: nobody waits, or shows nothing */
    word address, length, directions;
};

static bool is_user_memory(word address, word length)
{
    return address <= USER_TOP && length <= USER_TOP - address;
}

/* What the thread shows that waits for an answer through `r`. Lock held. */
ALWAYS_INLINE struct window window_of(const struct reply *r)
{
    const struct tcb *t = reply_tcb(r);

    if (!t || (r->tcb & REPLY_CLAIMED) || t->fault.type != FAULT_NULL
        || context_number(&t->context) != SYSCALL_CALL_WINDOW)
        return (struct window){0};
    return (struct window){t, context_mr(&t->context, 1), context_mr(&t->context, 2),
                           context_mr(&t->context, 3)};
}

/* Is the direction allowed, and the window one that can be? */
ALWAYS_INLINE bool is_open(const struct window *w, word direction)
{
    return w->client && w->directions & direction && w->length
           && is_user_memory(w->address, w->length);
}

ALWAYS_INLINE bool is_within(const struct window *w, const struct window_request *q)
{
    return q->offset <= w->length && q->length <= w->length - q->offset;
}

/* May this be copied, and if not, why? */
static enum outcome check(struct reply *r, const struct window_request *q)
{
    bit_lock(&r->tcb);
    struct window w = window_of(r);
    bit_unlock(&r->tcb);
    if (!is_open(&w, q->direction))
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (q->offset > w.length)
        return refuse_range(0, w.length);
    if (!is_within(&w, q))
        return refuse_range(0, w.length - q->offset);
    return OUTCOME_DONE;
}

/* Copy what follows the first `done` bytes, at most a piece; how much. */
static word copy_piece(const struct tcb *server, struct reply *r,
                       const struct window_request *q, word done)
{
    word own = q->address + done, count = 0;
    word limit = min_word(q->length - done, PIECE);

    bit_lock(&r->tcb);
    struct window w = window_of(r);
    if (likely(is_open(&w, q->direction) && is_within(&w, q))) {
        word theirs = w.address + q->offset + done;
        count = q->direction == WINDOW_READ
                ? arch_user_copy(server, own, w.client, theirs, limit)
                : arch_user_copy(w.client, theirs, server, own, limit);
    }
    bit_unlock(&r->tcb);
    return count;
}

/* Copies until all is done, a page is missing or something urgent waits; how much. */
static word copy(const struct tcb *server, struct reply *r,
                 const struct window_request *q)
{
    word done = 0, count;

    do {
        count = copy_piece(server, r, q, done);
        done += count;
    } while (count > 0 && done < q->length && !preemption_wanted());
    return done;
}

static bool one_direction(const struct window_request *q)
{
    return q->direction == WINDOW_READ || q->direction == WINDOW_WRITE;
}

bool window_copy_fast(const struct tcb *server, struct reply *r,
                      const struct window_request *q, word *done)
{
    if (!is_user_memory(q->address, q->length) || !one_direction(q))
        return false;
    *done = copy(server, r, q);
    return *done > 0;
}

enum outcome window_copy(struct invocation *inv, struct reply *r)
{
    struct window_request q = {
        .offset = invocation_word(inv, 0), .address = invocation_word(inv, 1),
        .length = invocation_word(inv, 2), .direction = invocation_word(inv, 3),
    };

    if (inv->length < 4)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (!is_user_memory(q.address, q.length))
        return refuse_argument(1);
    if (!one_direction(&q))
        return refuse_argument(3);
    enum outcome outcome = check(r, &q);
    if (outcome != OUTCOME_DONE)
        return outcome;
    word done = copy(inv->caller, r, &q);
    return reply_words(inv, 1, &done);
}
