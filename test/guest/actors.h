/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions for threads that do one thing and note that it is done. Every file of tests
 * that includes this has its own notes, and calls start() at the beginning of a test.
 */
#pragma once

#include <test/test.h>

static struct message got;
static atomic_uint stage;            /* how many threads came to their end */
static _Atomic uint64_t counter[2];

static inline void start(void)
{
    got = (struct message){0};
    stage = 0;
    counter[0] = counter[1] = 0;
}

static inline void step(uint64_t amount)
{
    stage += (unsigned)amount;
}

static inline void count(uint64_t index)
{
    for (;;)
        counter[index]++;
}

static inline void call_one(uint64_t e)
{
    got = ipc_call(e, 0, 1);
    stage++;
}

static inline void send_one(uint64_t e)
{
    ipc_send(e, 0, 1);
    stage++;
}

static inline void receive_one(uint64_t e)
{
    got = ipc_recv(e, self()->reply);
    stage++;
}

static inline void wait_one(uint64_t n)
{
    got = ipc_wait(n);
    stage++;
}

static inline void wait_always(uint64_t n)
{
    for (;;) {
        ipc_wait(n);
        stage++;
    }
}

/* Answers each call with twice its word. */
static inline void serve(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        stage++;
        m = ipc_reply_recv(e, self()->reply, m.mr[0] * 2);
    }
}

/* Takes a call and keeps it. */
static inline void serve_forever(uint64_t e)
{
    ipc_recv(e, self()->reply);
    count(0);
}

/* A server that waits for calls without a scheduling context. */
static inline struct thread *passive_server(void (*run)(uint64_t), cptr e)
{
    struct thread *t = spawn(.run = run, .arg = e);

    CHECK_OK(kc_sched_context_unbind(t->sc));
    return t;
}
