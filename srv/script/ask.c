/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks. An operation that needs to know something from the script asks, which keeps the
 * client's request. When the answer is there, the request is begun anew, with the ask at
 * hand, and comes to the same question: now it is answered. So operations look as if
 * they could wait. Nothing is sent to a script but for a request that is kept, so nothing
 * is done twice; who finds no place is turned away and comes again.
 */
#include <program/time.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

#include "script.h"

enum { PATIENCE = 2000000000 };     /* nanoseconds */

uint64_t script_clock;

static struct ask *ask_at(struct list *link)
{
    return list_entry(link, struct ask, link);
}

/* Asks with a client. */
static unsigned count_asks(const struct script *script)
{
    unsigned count = 0;

    for (struct list *link = script->asks.next; link != &script->asks; link = link->next)
        count += ask_at(link)->request != NULL;
    return count;
}

/* A script always has one place; others are shared by all. */
static bool has_place(const struct script *script)
{
    unsigned own = count_asks(script), shared = 0;

    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        unsigned count = count_asks(list_entry(link, struct script, link));

        shared += count ? count - 1 : 0;
    }
    return own == 0 || (own < ASKS_MAX && shared < ASKS_SHARED);
}

static void free_question(struct question *question)
{
    heap_free((void *)question->path);
    heap_free((void *)question->other);
    heap_free(question->data);
}

void ask_free(struct script *script, struct ask *ask)
{
    struct node *locked = ask->locked;

    list_remove(&ask->link);
    free_question(&ask->question);
    heap_free(ask->absent);
    heap_free(ask);
    if (locked) {
        locked->writer = NULL;
        ask_wake_waiting(script);
    }
}

static char *copy(const char *text, size_t length)
{
    char *own = heap_alloc(length + 1);

    if (own && length)
        memcpy(own, text, length);
    return own;
}

/* Makes the question the ask's own; without memory for that, its data go. */
static bool set_question(struct ask *ask, const struct question *question)
{
    struct question own = *question;

    own.path = copy(question->path, question->length);
    own.other = question->other ? copy(question->other, question->other_length) : NULL;
    if (!own.path || (question->other && !own.other)) {
        free_question(&own);
        return false;
    }
    free_question(&ask->question);
    ask->question = own;
    return true;
}

static struct ask *ask_of(const struct script *script, const struct server_request *request)
{
    for (struct list *link = script->asks.next; link != &script->asks; link = link->next) {
        if (ask_at(link)->request == request)
            return ask_at(link);
    }
    return NULL;
}

/* Nobody waits for the answer. */
static void cancelled(struct server_request *request)
{
    struct script *script = script_of(request->server);
    struct ask *ask = ask_of(script, request);

    ask->request = NULL;
    if (ask->state == ASK_SENT)
        send_cancel(script, ask);
    else
        ask_free(script, ask);
}

/* Does it read what is no storage, and may come at any time? */
static bool may_take_long(const struct script *script, const struct ask *ask)
{
    const struct node *node = node_find(script, ask->question.path, ask->question.length);

    return (ask->question.op == OP_GET || ask->question.op == OP_READ) && node
           && S_ISCHR(node->node.mode);
}

/* One whose time has come, or null; *next is when that of the others comes. */
static struct ask *find_expired(int64_t now, int64_t *next)
{
    *next = INT64_MAX;
    for (struct list *at = scripts.next; at != &scripts; at = at->next) {
        const struct script *script = list_entry(at, struct script, link);

        for (struct list *link = script->asks.next; link != &script->asks;
            link = link->next) {
            struct ask *ask = ask_at(link);

            if (!ask->request || !ask->deadline)
                continue;
            if (ask->deadline <= now)
                return ask;
            *next = ask->deadline < *next ? ask->deadline : *next;
        }
    }
    return NULL;
}

/* A signal has come for its client. The script has it already, or soon: so the answer is
 * waited for, but not for ever. */
static bool be_patient(const struct script *script, struct ask *ask)
{
    int64_t next;

    if (may_take_long(script, ask))
        return false;
    if (!ask->deadline) {
        (void)find_expired(0, &next);
        ask->deadline = program_time() + PATIENCE;
        if (next == INT64_MAX)
            uxrt_alarm(PATIENCE);
    }
    return true;
}

bool ask_stays(struct server_request *request)
{
    struct script *script = script_of(request->server);

    return be_patient(script, ask_of(script, request));
}

void asks_expire(void)
{
    int64_t now = program_time(), next;
    struct ask *ask;

    while ((ask = find_expired(now, &next)) != NULL) {
        struct server_request *request = ask->request;

        cancelled(request);
        server_finish(request, -EINTR);
    }
    if (next != INT64_MAX)
        uxrt_alarm(next - now);
}

struct ask *ask_answer(struct script *script, enum op op, const char *path, size_t length)
{
    struct ask *ask = script->current;

    if (!ask || ask->state != ASK_ANSWERED || ask->question.op != op
        || ask->question.length != length || memcmp(ask->question.path, path, length))
        return NULL;
    ask->state = ASK_TAKEN;
    return ask;
}

static struct ask *ask_create(struct script *script)
{
    struct ask *ask = heap_zero(1, sizeof(*ask));

    if (!ask)
        return NULL;
    ask->state = ASK_TAKEN;
    ask->began = script->began;
    list_init(&ask->link);
    return ask;
}

/* Keeps the request with its ask; or what the operation returns instead. */
static int keep(struct script *script, const struct server_request *request,
    struct ask *ask)
{
    bool hurry = may_take_long(script, ask) && server_interrupted(request);
    int result = server_keep(script->server, request, hurry ? NULL : cancelled,
        &ask->request);

    if (result != SERVER_PARKED)
        return result;
    list_remove(&ask->link);
    list_append(&script->asks, &ask->link);
    ask->state = ASK_QUEUED;
    script->asked = ask;
    if (server_interrupted(ask->request))
        (void)be_patient(script, ask);
    return result;
}

static int turn_away(struct script *script, const struct server_request *request)
{
    struct server_request *none;

    script->turned_away = true;
    return server_keep(script->server, request, NULL, &none);
}

int64_t ask(struct script *script, const struct server_request *request,
    const struct question *question)
{
    struct ask *own = question->op == OP_WAIT ? NULL
        : ask_answer(script, question->op, question->path, question->length);
    int result;

    if (own || script->dead) {
        heap_free(question->data);
        return own ? -own->error : -EIO;
    }
    own = script->current;
    if (!own && !has_place(script)) {
        heap_free(question->data);
        return turn_away(script, request);
    }
    if (!own)
        own = ask_create(script);
    if (!own)
        heap_free(question->data);
    if (!own || !set_question(own, question)) {
        if (own && own != script->current)
            ask_free(script, own);
        return -ENOMEM;
    }
    result = keep(script, request, own);
    if (result != SERVER_PARKED && own != script->current)
        ask_free(script, own);
    script->turned_away |= result == -ERROR_WAIT;
    return result;
}

void ask_answered(struct script *script, struct ask *ask, int error)
{
    script->sent -= ask->state == ASK_SENT;
    ask->state = ASK_ANSWERED;
    ask->error = error;
    script_clock++;
}

/* The first question: what the root is. One that is not known is a directory. */
void ask_root(struct script *script)
{
    static const struct question question = {.op = OP_STAT, .path = ""};
    struct ask *ask = ask_create(script);

    if (ask && set_question(ask, &question)) {
        ask->state = ASK_QUEUED;
        list_append(&script->asks, &ask->link);
    } else if (ask) {
        ask_free(script, ask);
    }
    script->known = list_empty(&script->asks);
}

static void learn_root(struct script *script, const struct ask *ask)
{
    script->known = true;
    if (!ask->error)
        (void)node_get(script, "", 0, ask);
    ask_wake_waiting(script);
}

void ask_lock(struct script *script, struct node *node)
{
    node->writer = script->asked;
    script->asked->locked = node;
}

void ask_wake_waiting(struct script *script)
{
    for (struct list *link = script->asks.next; link != &script->asks; link = link->next) {
        struct ask *ask = ask_at(link);

        if (ask->question.op == OP_WAIT && ask->state == ASK_QUEUED)
            ask_answered(script, ask, 0);
    }
}

/* An ask that is answered: its request is begun anew. */
static void resume(struct script *script, struct ask *ask)
{
    struct server_request *request = ask->request;

    if (!script->known && !request)
        learn_root(script, ask);
    if (request) {
        ask->request = NULL;
        script->current = ask;
        script->began = ask->began;
        script->opening = NULL;
        server_resume(request);
        script->current = NULL;
    }
    if (ask->state != ASK_QUEUED)
        ask_free(script, ask);
}

static struct ask *find(struct script *script, enum ask_state state)
{
    for (struct list *link = script->asks.next; link != &script->asks; link = link->next) {
        struct ask *ask = ask_at(link);

        if (ask->state == state && (state != ASK_QUEUED || ask->question.op != OP_WAIT))
            return ask;
    }
    return NULL;
}

/* A file that was opened to be emptied, and closed: that is told now. */
static struct ask *flush_one(struct script *script)
{
    for (struct list *link = script->nodes.next; link != &script->nodes;
        link = link->next) {
        struct node *node = list_entry(link, struct node, link);
        const struct question put = {.op = OP_PUT, .path = node->path,
            .length = node->length};
        struct ask *ask = node->flush && !node->writer ? ask_create(script) : NULL;

        if (!ask)
            continue;
        node->flush = false;
        node->writer = ask;
        ask->locked = node;
        list_append(&script->asks, &ask->link);
        if (set_question(ask, &put))
            return ask;
        ask_free(script, ask);
    }
    return NULL;
}

/* Sends what there is; one request at a time, or several. */
static void send_some(struct script *script)
{
    unsigned most = script->features & CAN_TAGS ? ASKS_MAX : 1;

    while (script->sent < most) {
        struct ask *ask = script->known ? flush_one(script) : NULL;

        if (!ask)
            ask = find(script, ASK_QUEUED);
        if (!ask)
            return;
        ask->state = ASK_SENT;
        script->sent++;
        if (!send_ask(script, ask))
            ask_answered(script, ask, ENOMEM);
    }
}

static void fail_all(struct script *script)
{
    for (struct list *link = script->asks.next; link != &script->asks; link = link->next) {
        struct ask *ask = ask_at(link);

        if (ask->state == ASK_QUEUED || ask->state == ASK_SENT)
            ask_answered(script, ask, EIO);
    }
}

/* Who was turned away comes again. */
static void call_back(struct script *script)
{
    const uint32_t bits = UXRT_READY_READ | UXRT_READY_WRITE;

    script->turned_away = false;
    server_changed(script->server, &script->root.node, bits);
    for (struct list *link = script->nodes.next; link != &script->nodes;
        link = link->next)
        server_changed(script->server, &list_entry(link, struct node, link)->node, bits);
}

/* Whether something was done, so that there may be more. */
static bool settle(struct script *script)
{
    struct ask *ask;

    if (script->dead)
        fail_all(script);
    ask = find(script, ASK_ANSWERED);
    if (ask) {
        resume(script, ask);
        return true;
    }
    if (script->dead) {
        script_end(script);
        return true;
    }
    send_some(script);
    if (script->turned_away && has_place(script))
        call_back(script);
    return find(script, ASK_ANSWERED) != NULL;
}

/* One thing for one script; false: there was nothing to do for any. */
static bool settle_one(void)
{
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        struct script *script = list_entry(link, struct script, link);

        if (script->server && settle(script))
            return true;
    }
    return false;
}

void asks_settle(void)
{
    while (settle_one()) {
    }
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        struct script *script = list_entry(link, struct script, link);

        if (script->server)
            nodes_trim(script, false);
    }
}
