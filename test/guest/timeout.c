/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of timeout faults. */
#include "actors.h"

enum { MS = 1000 };

static struct thread *timed_thread(void (*run)(uint64_t), uint64_t arg, cptr timeout_ep)
{
    struct thread *t = prepare(.run = run, .arg = arg, .budget = 2 * MS,
                               .period = 1000 * MS);

    CHECK_OK(kc_sched_control_configure_flags(boot->sched_control.start, t->sc, 2 * MS,
                                              1000 * MS, 0, 0x7a6, 0));
    CHECK_OK(kc_tcb_set_timeout_endpoint(t->tcb, timeout_ep));
    CHECK_OK(kc_tcb_resume(t->tcb));
    return t;
}

TEST("sched_context: a spent budget is a timeout fault")
{
    cptr ep = make(OBJECT_ENDPOINT);

    start();
    timed_thread(count, 0, mint(ep, RIGHTS_ALL, 3));
    struct message m = ipc_recv(ep, self()->reply);
    CHECK_EQ(m.label, FAULT_TIMEOUT);
    CHECK_EQ(m.length, TIMEOUT_LENGTH);
    CHECK_EQ(m.badge, 3);
    CHECK_EQ(m.mr[TIMEOUT_DATA], 0x7a6);
    CHECK(m.mr[TIMEOUT_CONSUMED] >= MS);
    CHECK(counter[0] > 0);
}

TEST("sched_context: after more budget, an answer to a timeout lets the thread go on")
{
    cptr ep = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = timed_thread(count, 0, ep);
    ipc_recv(ep, self()->reply);
    uint64_t before = counter[0];
    CHECK_OK(set_context(0, t->sc, 2 * MS, 1000 * MS));
    uint64_t mr[4] = {0};
    kc_send(self()->reply, 0, mr);
    struct message m = ipc_recv(ep, self()->reply);
    CHECK_EQ(m.label, FAULT_TIMEOUT);
    CHECK(counter[0] > before);
}

TEST("sched_context: an answer to a timeout can set registers")
{
    cptr ep = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = timed_thread(count, 0, ep);
    ipc_recv(ep, self()->reply);
    CHECK_OK(set_context(0, t->sc, 5 * MS, 5 * MS));
    for (unsigned i = 4; i < TIMEOUT_REPLY_LENGTH; i++)
        kc_set_word(i, 0);
    kc_set_word(TIMEOUT_REPLY_RDI, 64);
    uint64_t mr[4] = {(uint64_t)step, t->stack_top, 0x202, 0};
    kc_send(self()->reply, message_info(0, 0, 0, TIMEOUT_REPLY_RDI + 1), mr);
    CHECK_EQ(stage, 64);
}

TEST("sched_context: without an endpoint for timeouts a thread waits for its period")
{
    start();
    spawn(.run = count, .budget = 2 * MS, .period = 40 * MS);
    uint64_t before = counter[0];
    CHECK(before > 0);
    CHECK(eventually(counter[0] > before));
}

TEST("sched_context: a passive server faults when its client's budget ends")
{
    cptr e = make(OBJECT_ENDPOINT), ep = make(OBJECT_ENDPOINT);

    start();
    struct thread *server = passive_server(serve_forever, e);
    CHECK_OK(kc_tcb_set_timeout_endpoint(server->tcb, mint(ep, RIGHTS_ALL, 9)));
    timed_thread(call_one, e, 0);
    struct message m = ipc_recv(ep, self()->reply);
    CHECK_EQ(m.label, FAULT_TIMEOUT);
    CHECK_EQ(m.badge, 9);
    CHECK_EQ(m.mr[TIMEOUT_DATA], 0x7a6);
    CHECK(counter[0] > 0);
    ipc_reply(server->reply, 0, 31);
    CHECK_EQ(stage, 0);
}

