/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens: a server has let the process of one connection map one object, once. A token
 * is the connection's index and a serial number; nobody else can use it, so it can be
 * guessed. A connection has a few; beyond that the oldest one goes.
 */
#include <process/connection.h>

#include <stddef.h>

#include <util/errno.h>
#include <util/heap.h>

enum { TOKENS_OF_CONNECTION = 64, INDEX_BITS = 20 };

struct token {
    struct token *next;         /* older */
    struct object *object;
    uint64_t value;
    unsigned protection;
};

static struct object *take(struct token **link)
{
    struct token *token = *link;
    struct object *object = token->object;

    *link = token->next;
    heap_free(token);
    return object;
}

static void drop_oldest(struct token **link)
{
    for (unsigned i = 1; *link; i++) {
        if (i >= TOKENS_OF_CONNECTION) {
            object_put(take(link));
        } else {
            link = &(*link)->next;
        }
    }
}

int64_t connection_share(uint64_t badge, struct object *object, unsigned protection)
{
    static uint64_t serial;
    struct connection *connection = connection_find(badge);
    struct token *token;

    if (!connection) {
        return -ESTALE;
    }
    token = heap_alloc(sizeof(*token));
    if (!token) {
        return -ENOMEM;
    }
    drop_oldest(&connection->tokens);
    serial = (serial + 1) & 0xfffffffff;
    object_get(object);
    *token = (struct token){
        .next = connection->tokens, .object = object, .protection = protection,
        .value = serial << INDEX_BITS | BADGE_INDEX(badge),
    };
    connection->tokens = token;
    return (int64_t)token->value;
}

struct object *connection_take(struct process *process, uint64_t value,
    unsigned *protection)
{
    struct connection *connection = connection_at(BADGE_INDEX(value));

    if (!connection || connection->process != process) {
        return NULL;
    }
    for (struct token **link = &connection->tokens; *link; link = &(*link)->next) {
        if ((*link)->value == value) {
            *protection = (*link)->protection;
            return take(link);
        }
    }
    return NULL;
}

void connection_drop_tokens(struct connection *connection)
{
    while (connection->tokens) {
        object_put(take(&connection->tokens));
    }
}
