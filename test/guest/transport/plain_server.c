/* SPDX-License-Identifier: BSD-2-Clause */
/* What the server of plain_server.h does with its messages; no library is used. */
#include "plain_server.h"

#include <stdbool.h>

#include <transport/protocol.h>
#include <uxrt/server.h>

#include "peer.h"

enum { FILES = 64, NO_SUCH_FILE = -2, BAD_FILE = -9, FULL = -23, NO_ATTRIBUTE = -25,
       NO_SPACE = -28 };
enum kind { KIND_DATA, KIND_STATE };

static struct {
    uint64_t badge;             /* 0: unused */
    uint32_t id;
    enum kind kind;
} files[FILES];

static struct {
    struct uxrt_message message;
    uint8_t data[PEER_SIZE];
} in;

static uint8_t store[PEER_SIZE];
static struct peer_state state;
static const struct plain_calls *calls;
static int service;
static unsigned turn;           /* the ways to read and to write are used in turn */

static int find(uint64_t badge, uint32_t id)
{
    for (int i = 0; i < FILES; i++) {
        if (files[i].badge == badge && (files[i].id == id || !badge))
            return i;
    }
    return -1;
}

static bool is_name(const char *name)
{
    uint32_t i = 0;

    while (name[i] && 4 + i < in.message.count && in.data[4 + i] == (uint8_t)name[i])
        i++;
    return !name[i] && 4 + i == in.message.count;
}

/* Of a name: it goes along. */
static int64_t do_stat(int64_t bytes, const void **from)
{
    static const char name[4] = "data";
    static const struct uxrt_stat stat = {.node = 3, .mode = 0100644, .size = PEER_SIZE};

    if (bytes != sizeof(name))
        return bytes ? NO_SUCH_FILE : NO_ATTRIBUTE;
    for (unsigned i = 0; i < sizeof(name); i++) {
        if (in.data[i] != (uint8_t)name[i])
            return NO_SUCH_FILE;
    }
    *from = &stat;
    return in.message.count < sizeof(stat) ? in.message.count : sizeof(stat);
}

static int64_t do_open(uint32_t id)
{
    int free = find(0, 0);

    if (free < 0)
        return FULL;
    if (!is_name("data") && !is_name("state"))
        return NO_SUCH_FILE;
    files[free].badge = in.message.badge;
    files[free].id = id;
    files[free].kind = is_name("data") ? KIND_DATA : KIND_STATE;
    state.opened++;
    return in.message.count;
}

/* The bytes of a read begin at *from; `bytes` came with the message. */
static int64_t do_attribute(int64_t bytes, const void **from)
{
    int file = find(in.message.badge, in.message.file);

    switch (ATTRIBUTE_OF(in.message.offset)) {
    case ATTR_OPEN:
        return do_open((uint32_t)(in.message.offset & LAST_FILE));
    case ATTR_CLOSE:
        if (file < 0)
            return BAD_FILE;
        files[file].badge = 0;
        state.closed++;
        return 0;
    case ATTR_STAT:
        return do_stat(bytes, from);
    default:
        return NO_ATTRIBUTE;
    }
}

static int64_t do_bytes(const void **from)
{
    const struct uxrt_message *m = &in.message;
    int file = find(m->badge, m->file);
    uint64_t room = m->offset < PEER_SIZE ? PEER_SIZE - m->offset : 0;
    uint64_t count = m->count < room ? m->count : room;

    state.requests++;
    if (file < 0)
        return BAD_FILE;
    if (files[file].kind == KIND_STATE) {
        *from = &state;
        return m->count < sizeof(state) ? m->count : sizeof(state);
    }
    if (!count)
        return m->write && m->count ? NO_SPACE : 0;
    *from = store + m->offset;
    for (uint64_t i = 0; m->write && i < count; i++)
        store[m->offset + i] = in.data[i];
    return (int64_t)count;
}

static int64_t answer(int64_t result, const void *from)
{
    struct uxrt_message *m = &in.message;
    size_t bytes = !m->write && result > 0 ? (size_t)result : 0;

    m->result = result;
    if (++turn % 3) {
        struct plain_place v[3] = {{m, sizeof(*m)}, {(void *)from, bytes / 2},
                                   {(char *)from + bytes / 2, bytes - bytes / 2}};

        return calls->writev(service, v, 3);
    }
    for (size_t i = 0; i < bytes; i++)
        in.data[i] = ((const uint8_t *)from)[i];
    return calls->write(service, &in, sizeof(*m) + bytes);
}

static int64_t receive(void)
{
    struct plain_place v[2] = {{&in.message, sizeof(in.message)},
                               {in.data, sizeof(in.data)}};

    return ++turn % 2 ? calls->read(service, &in, sizeof(in))
                      : calls->readv(service, v, 2);
}

static void end_connection(void)
{
    for (int i = 0; i < FILES; i++) {
        if (files[i].badge == in.message.badge)
            files[i].badge = 0;
    }
    state.ended++;
}

void plain_server(int number, const struct plain_calls *given)
{
    enum { AGAIN = -11 };
    int64_t got = 0;

    service = number;
    calls = given;
    while (got >= 0 || got == AGAIN) {
        const void *from = store;
        int64_t result;

        got = receive();
        if (got < (int64_t)sizeof(in.message))
            return;
        if (in.message.end) {
            end_connection();
            continue;
        }
        result = in.message.offset & ATTRIBUTE && !in.message.current
            ? do_attribute(got - (int64_t)sizeof(in.message), &from) : do_bytes(&from);
        got = answer(result, from);
    }
}
