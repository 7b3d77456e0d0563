/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of sockets. A path's node is a file server's: it keeps the key that was made for
 * the name here (ATTR_KEY), so whoever may connect there finds the socket by that. An
 * abstract name, which begins with a NUL, is known here alone.
 */
#include "socket.h"

#include <server/token.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/string.h>

static bool is_abstract(const char *text)
{
    return !text[0];
}

static struct name *name_create(const char *text, uint32_t length)
{
    struct name *name = heap_alloc(sizeof(*name));

    if (!name)
        return NULL;
    *name = (struct name){.references = 1, .length = length};
    memcpy(name->text, text, length);
    return name;
}

void name_put(struct name *name)
{
    if (name && !--name->references)
        heap_free(name);
}

void name_tell(const struct name *name, struct socket_address *address)
{
    *address = (struct socket_address){0};
    if (!name)
        return;
    address->length = name->length;
    memcpy(address->name, name->text, name->length);
}

static struct socket *find_abstract(const char *text, uint32_t length, unsigned type)
{
    for (struct list *at = sockets.next; at != &sockets; at = at->next) {
        struct socket *s = list_entry(at, struct socket, link);

        if (s->state != SOCKET_ENDED && s->bound && !s->key && s->type == type
            && s->name->length == length && !memcmp(s->name->text, text, length))
            return s;
    }
    return NULL;
}

static struct socket *find_key(uint64_t key)
{
    for (struct list *at = sockets.next; at != &sockets; at = at->next) {
        struct socket *s = list_entry(at, struct socket, link);

        if (s->key == key && s->state != SOCKET_ENDED)
            return s;
    }
    return NULL;
}

/* A name of the system's choice: five digits after the NUL. */
static int choose_name(struct socket *socket)
{
    static const char digits[] = "0123456789abcdef";
    static uint32_t last;
    char text[6] = {0};

    do {
        last = (last + 1) & 0xfffff;
        for (unsigned i = 0; i < 5; i++)
            text[1 + i] = digits[last >> (4 * (4 - i)) & 15];
    } while (find_abstract(text, sizeof(text), socket->type));
    socket->name = name_create(text, sizeof(text));
    socket->bound = socket->name != NULL;
    return socket->bound ? 0 : -ENOMEM;
}

int name_bind(struct socket *socket, const struct socket_address *address)
{
    if (address->length > SOCKET_NAME_MAX || socket->name)
        return -EINVAL;
    if (!address->length)
        return choose_name(socket);
    if (is_abstract(address->name)
        && find_abstract(address->name, address->length, socket->type))
        return -EADDRINUSE;
    socket->name = name_create(address->name, address->length);
    if (!socket->name)
        return -ENOMEM;
    socket->bound = true;
    while (!is_abstract(address->name) && !socket->key)
        socket->key = fs_token_make();
    return 0;
}

void name_end(struct socket *socket)
{
    name_put(socket->name);
    socket->name = NULL;
    socket->bound = false;
    socket->key = 0;
}

int name_find(const struct socket_address *address, unsigned type, struct socket **found)
{
    if (!address->length || address->length > SOCKET_NAME_MAX)
        return -EINVAL;
    *found = is_abstract(address->name)
        ? find_abstract(address->name, address->length, type)
        : address->key ? find_key(address->key) : NULL;
    if (!*found)
        return -ECONNREFUSED;
    return (*found)->type == type ? 0 : -EPROTOTYPE;
}
