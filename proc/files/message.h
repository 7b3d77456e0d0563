/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message that is being done: made into a request for lib/server, and its answer. One
 * is done at a time. Used by files.c; transport.c moves its data.
 */
#pragma once

#include <kcall/syscall.h>
#include <uxrt/server.h>

#include <process/connection.h>

struct message {
    cptr reply;                 /* holds the client */
    uint64_t badge;
    enum request_form form;     /* as it came */
    uint64_t place;             /* FORM_BUFFER: address in the client */
    uint64_t words[MESSAGE_MAX_LENGTH]; /* bytes of a write; of a read, or a turn */
};

struct message *message_now(void);

/* Checks a message, takes its words and makes a request of it; false: nonsense. Data in a
 * shared buffer are reached through the client's address space and never mapped here, so
 * such requests look plain. */
bool message_take(struct uxrt_request *request, cptr reply, uint64_t badge,
    uint64_t info, const uint64_t mr[4]);

/* Makes the answer of the message; returns its info. */
uint64_t message_answer(const struct uxrt_request *request, uint64_t mr[4],
    int64_t result, bool end);
uint64_t message_error(uint64_t mr[4], int64_t error);
