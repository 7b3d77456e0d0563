/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reply windows; see window.h and window(7). The reply's lock is held while a piece is
 * copied: whoever ends the client's wait takes it first, so a piece never reaches a
 * client that runs again. The address spaces are locked by the architecture, so a page
 * that was unmapped is not touched after its unmapping returned. The window itself
 * changes only under exclusion, or by a thread that runs and so does not wait here.
 */
#include <abi/fault.h>
#include <abi/object.h>
#include <core/arch.h>
#include <core/gate.h>
#include <object/window.h>

/* Bytes copied before the locks are released and the next look at what is urgent. */
#define PIECE  16384

unsigned window_set(struct tcb *t, word address, word length, word direction)
{
    if (address > USER_TOP || length > USER_TOP - address)
        return 1;
    if (direction > WINDOW_READ_WRITE)
        return 2;
    t->window_address = address;
    t->window_length = length;
    t->window_directions = direction;
    return 0;
}

/* The thread that waits for an answer through `r` to its call, or null. Lock held. */
static struct tcb *window_client(const struct reply *r)
{
    struct tcb *t = reply_tcb(r);

    if (!t || (r->tcb & REPLY_CLAIMED) || t->fault.type != FAULT_NULL)
        return NULL;
    return t;
}

/* Is this request within what the client allows? Lock held. */
static bool is_allowed(const struct reply *r, const struct window_request *q)
{
    struct tcb *client = window_client(r);

    return client && client->window_directions & q->direction
           && q->offset <= client->window_length
           && q->length <= client->window_length - q->offset && client->window_length;
}

/* The same, with the reason why not. */
static enum outcome check(const struct reply *r, const struct window_request *q)
{
    struct tcb *client = window_client(r);

    if (!client || client->window_length == 0
        || !(client->window_directions & q->direction))
        return refuse(ERROR_ILLEGAL_OPERATION);
    if (q->offset > client->window_length)
        return refuse_range(0, client->window_length);
    if (q->length > client->window_length - q->offset)
        return refuse_range(0, client->window_length - q->offset);
    return OUTCOME_DONE;
}

/* Copy what follows the first `done` bytes, at most a piece; how much. */
static word copy_piece(const struct tcb *server, struct reply *r,
                       const struct window_request *q, word done)
{
    word own = q->address + done, count = 0;
    word limit = min_word(q->length - done, PIECE);

    bit_lock(&r->tcb);
    if (likely(is_allowed(r, q))) {
        struct tcb *client = window_client(r);
        word theirs = client->window_address + q->offset + done;
        count = q->direction == WINDOW_READ
                ? arch_user_copy(server, own, client, theirs, limit)
                : arch_user_copy(client, theirs, server, own, limit);
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

static bool own_memory(const struct window_request *q)
{
    return q->address <= USER_TOP && q->length <= USER_TOP - q->address;
}

static bool one_direction(const struct window_request *q)
{
    return q->direction == WINDOW_READ || q->direction == WINDOW_WRITE;
}

bool window_copy_fast(const struct tcb *server, struct reply *r,
                      const struct window_request *q, word *done)
{
    if (!own_memory(q) || !one_direction(q))
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
    if (!own_memory(&q))
        return refuse_argument(1);
    if (!one_direction(&q))
        return refuse_argument(3);
    bit_lock(&r->tcb);
    enum outcome outcome = check(r, &q);
    bit_unlock(&r->tcb);
    if (outcome != OUTCOME_DONE)
        return outcome;
    word done = copy(inv->caller, r, &q);
    return reply_words(inv, 1, &done);
}
