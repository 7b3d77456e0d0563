/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of time that goes with messages: passive servers, and who has the time when
   a call ends otherwise than with an answer. */
#include "actors.h"

enum { MS = 1000 };

TEST("sched_context: a call lends the caller's to a passive server")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    passive_server(serve, e);
    for (uint64_t i = 1; i < 5; i++) {
        CHECK_EQ(ipc_call(e, 0, i).mr[0], 2 * i);
        CHECK_EQ(stage, i);
    }
}

TEST("sched_context: a passive server's time is the client's")
{
    cptr e = make(OBJECT_ENDPOINT);
    uint64_t used = 0;

    start();
    passive_server(serve, e);
    struct thread *t = prepare(.run = call_one, .arg = e);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(got.mr[0], 2);
    CHECK_OK(kc_sched_context_consumed(t->sc, &used));
}

TEST("sched_context: a plain send lends nothing")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = passive_server(receive_one, e);
    ipc_send(e, 0, 7);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_sched_context_bind(t->sc, t->tcb));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.mr[0], 7);
}

TEST("sched_context: a passive server starts on its first client's")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *client = spawn(.run = call_one, .arg = e);
    struct thread *server = prepare(.run = serve, .arg = e);
    CHECK_OK(kc_tcb_resume(server->tcb));
    CHECK_EQ(got.mr[0], 2);
    CHECK_OK(kc_sched_context_unbind(server->sc));
    CHECK_OK(kc_tcb_suspend(client->tcb));
    CHECK_EQ(ipc_call(e, 0, 4).mr[0], 8);
}

static cptr inner;

static void relay(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        uint64_t word = ipc_call(inner, 0, m.mr[0]).mr[0];
        m = ipc_reply_recv(e, self()->reply, word + 1);
    }
}

TEST("sched_context: a loan passes through nested calls")
{
    cptr e = make(OBJECT_ENDPOINT);

    inner = make(OBJECT_ENDPOINT);
    start();
    passive_server(serve, inner);
    passive_server(relay, e);
    for (uint64_t i = 1; i < 4; i++)
        CHECK_EQ(ipc_call(e, 0, i).mr[0], 2 * i + 1);
}

static void serve_then_stop(uint64_t e)
{
    ipc_recv(e, self()->reply);
    stage = 1;
    (void)kc_tcb_suspend(self()->tcb);
}

TEST("sched_context: a loan returns when the reply object is deleted")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *server = passive_server(serve_then_stop, e);
    struct thread *client = spawn(.run = call_one, .arg = e);
    CHECK_EQ(stage, 1);
    CHECK_OK(drop(server->reply));
    CHECK_ERR(kc_sched_context_bind(client->sc, make(OBJECT_TCB)),
              ERROR_ILLEGAL_OPERATION);
    spawn(.run = serve, .arg = e);
    CHECK_OK(kc_tcb_resume(client->tcb));
    CHECK_EQ(got.mr[0], 2);
}

TEST("sched_context: a loan returns when the server is deleted and another answers")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *server = passive_server(serve_then_stop, e);
    spawn(.run = call_one, .arg = e);
    CHECK_OK(drop(server->tcb));
    ipc_reply(server->reply, 0, 21);
    CHECK_EQ(got.mr[0], 21);
}

TEST("sched_context: a loan ends with the lender")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *server = passive_server(serve_then_stop, e);
    struct thread *client = spawn(.run = call_one, .arg = e);
    CHECK_OK(drop(client->tcb));
    CHECK_OK(drop(client->sc));
    ipc_reply(server->reply, 0, 1);
    CHECK_EQ(got.mr[0], 0);
    CHECK_OK(kc_sched_context_bind(server->sc, server->tcb));
}

static cptr next_hop;

static void pass_on(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        stage++;
        m = ipc_nbsend_recv(next_hop, e, self()->reply, m.mr[0] + 1);
    }
}

TEST("sched_context: sending without waiting hands time on to a passive thread")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    next_hop = make(OBJECT_ENDPOINT);
    passive_server(receive_one, next_hop);
    struct thread *t = spawn(.run = pass_on, .arg = e);
    CHECK_EQ(stage, 0);
    ipc_send(e, 0, 5);
    CHECK_EQ(stage, 2);
    CHECK_EQ(got.mr[0], 6);
    (void)t;
}

TEST("sched_context: a signal gives a passive thread the notification's")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), n));
    passive_server(wait_always, n);
    for (unsigned i = 1; i < 4; i++) {
        kc_signal(n);
        CHECK_EQ(stage, i);
    }
}

TEST("sched_context: a signal without one leaves a passive thread waiting for time")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    struct thread *t = passive_server(wait_always, n);
    kc_signal(n);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_sched_context_bind(t->sc, t->tcb));
    CHECK_EQ(stage, 1);
}

TEST("sched_context: a passive server gets the time of its bound notification")
{
    cptr n = make(OBJECT_NOTIFICATION), e = make(OBJECT_ENDPOINT);

    start();
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), n));
    struct thread *t = prepare(.run = receive_one, .arg = e);
    CHECK_OK(kc_tcb_bind_notification(t->tcb, n));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_OK(kc_sched_context_unbind(t->sc));
    kc_signal(mint(n, RIGHTS_ALL, 6));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.badge, 6);
}

TEST("sched_context: unbinding takes a loan from the server")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *server = passive_server(serve_forever, e);
    CHECK_OK(kc_tcb_set_priority(server->tcb, ROOT_SLOT_TCB, TEST_PRIORITY - 1));
    struct thread *client = spawn(.run = call_one, .arg = e);
    sleep_ms(5);
    CHECK(counter[0] > 0);
    CHECK_OK(kc_sched_context_unbind_object(client->sc, server->tcb));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
}

TEST("sched_context: suspending a passive server keeps its loan for it")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *server = passive_server(serve_forever, e);
    CHECK_OK(kc_tcb_set_priority(server->tcb, ROOT_SLOT_TCB, TEST_PRIORITY - 1));
    spawn(.run = call_one, .arg = e);
    sleep_ms(5);
    CHECK_OK(kc_tcb_suspend(server->tcb));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
    CHECK_OK(kc_tcb_resume(server->tcb));
    sleep_ms(5);
    CHECK(counter[0] > before);
}

