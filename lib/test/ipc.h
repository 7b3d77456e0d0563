/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages as values, for tests that look at few words: mr holds words 0 to 3, the rest
 * is in the IPC buffer (kc_word, kc_set_word).
 */
#pragma once

#include <kcall/syscall.h>

struct message {
    uint64_t label;
    uint64_t length;
    uint64_t caps;
    uint64_t unwrapped;
    uint64_t badge;
    uint64_t mr[4];
};

static inline void ipc_unpack(struct message *m, uint64_t info)
{
    m->label = message_label(info);
    m->length = message_length(info);
    m->caps = message_extra_caps(info);
    m->unwrapped = message_unwrapped(info);
}

/* The calls of the same names, with a message as the result. */
static inline struct message ipc_recv(cptr from, cptr reply)
{
    struct message m = {0};

    ipc_unpack(&m, kc_recv(from, reply, &m.badge, m.mr));
    return m;
}

static inline struct message ipc_nbrecv(cptr from, cptr reply)
{
    struct message m = {0};

    ipc_unpack(&m, kc_nbrecv(from, reply, &m.badge, m.mr));
    return m;
}

static inline struct message ipc_wait(cptr from)
{
    struct message m = {0};

    ipc_unpack(&m, kc_wait(from, &m.badge, m.mr));
    return m;
}

static inline struct message ipc_nbwait(cptr from)
{
    struct message m = {0};

    ipc_unpack(&m, kc_nbwait(from, &m.badge, m.mr));
    return m;
}

/* With a message of one word, or as the info word says, in the first half. */
static inline struct message ipc_call_info(cptr to, uint64_t info, uint64_t word)
{
    struct message m = {.mr = {word, 0, 0, 0}};

    ipc_unpack(&m, kc_call(to, info, m.mr));
    return m;
}

static inline struct message ipc_call(cptr to, uint64_t label, uint64_t word)
{
    return ipc_call_info(to, message_info(label, 0, 0, 1), word);
}

/* A call of one word whose answerer may copy to or from memory of the caller. */
static inline struct message ipc_call_window(cptr to, uint64_t label, uint64_t address,
                                             uint64_t length, uint64_t direction)
{
    struct message m = {.mr = {0, address, length, direction}};

    ipc_unpack(&m, kc_call_window(to, message_info(label, 0, 0, 1), m.mr));
    return m;
}

static inline struct message ipc_reply_recv(cptr from, cptr reply, uint64_t word)
{
    struct message m = {.mr = {word, 0, 0, 0}};

    ipc_unpack(&m, kc_reply_recv(from, reply, message_info(0, 0, 0, 1), &m.badge, m.mr));
    return m;
}

static inline struct message ipc_nbsend_recv(cptr to, cptr from, cptr reply, uint64_t word)
{
    struct message m = {.mr = {word, 0, 0, 0}};

    ipc_unpack(&m, kc_nbsend_recv(to, from, reply, message_info(0, 0, 0, 1), &m.badge,
                                  m.mr));
    return m;
}

static inline struct message ipc_nbsend_wait(cptr to, cptr from, uint64_t word)
{
    struct message m = {.mr = {word, 0, 0, 0}};

    ipc_unpack(&m, kc_nbsend_wait(to, from, message_info(0, 0, 0, 1), &m.badge, m.mr));
    return m;
}

static inline void ipc_send_info(cptr to, uint64_t info, uint64_t word)
{
    uint64_t mr[4] = {word, 0, 0, 0};

    kc_send(to, info, mr);
}

static inline void ipc_send(cptr to, uint64_t label, uint64_t word)
{
    ipc_send_info(to, message_info(label, 0, 0, 1), word);
}

static inline void ipc_nbsend(cptr to, uint64_t label, uint64_t word)
{
    uint64_t mr[4] = {word, 0, 0, 0};

    kc_nbsend(to, message_info(label, 0, 0, 1), mr);
}

/* An answer of one word through a reply object. */
static inline void ipc_reply(cptr reply, uint64_t label, uint64_t word)
{
    ipc_send(reply, label, word);
}
