/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of lent time on one core, lend(7). A server burns as much time as a message asks
 * for; the contexts tell who paid. Limits are loose, for emulators on busy machines.
 *
 * Priorities: the test's thread interrupts a server of LOW at its signals.
 */
#include "time.h"

enum { LOW = TEST_PRIORITY - 20, BELOW = TEST_PRIORITY - 10, MS = 1000, JOB = 40 * MS };
enum { PAID = 30 * MS, FREE = 20 * MS };

static atomic_uint stage, answered, spins, seen;
static cptr ep, inner, event, go;

static void start(void)
{
    stage = answered = spins = seen = 0;
    ep = make(OBJECT_ENDPOINT);
    inner = make(OBJECT_ENDPOINT);
    event = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 1);
    go = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 1);
}

/* Who paid: the first a lot, the second little. On one core time is counted in
 * instructions; with several the machine takes time away now and then, so that the second
 * has paid at least much less. */
static void check_payer(cptr payer, cptr other)
{
    uint64_t much = charged(payer), little = charged(other);

    bool exact = boot->node_count == 1;

    if (much < PAID || (little > FREE && (exact || little > much / 2)))
        test_fail(__FILE__, __LINE__, "the right context paid", much, little);
}

/* --- threads ------------------------------------------------------------ */

static void serve(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        burn((unsigned)m.mr[0]);
        m = ipc_reply_recv(e, self()->reply, ++stage);
    }
}

/* Says that it begins. */
static void serve_loudly(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        kc_signal(event);
        burn((unsigned)m.mr[0]);
        m = ipc_reply_recv(e, self()->reply, ++stage);
    }
}

static void serve_late(uint64_t e)
{
    ipc_wait(go);
    serve(e);
}

static void forward(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        struct message answer = ipc_call(inner, 0, m.mr[0]);
        m = ipc_reply_recv(e, self()->reply, answer.mr[0]);
    }
}

static void call(uint64_t us)
{
    if (ipc_call(ep, 0, us).mr[0] > 0)
        answered++;
}

static void send(uint64_t us)
{
    ipc_send(ep, 0, us);
}

static void spin(uint64_t unused)
{
    (void)unused;
    for (;;)
        spins++;
}

/* A server that has come to wait gets the priority LOW. */
static struct thread *lower(struct thread *t)
{
    CHECK_OK(kc_tcb_set_priority(t->tcb, ROOT_SLOT_TCB, LOW));
    return t;
}

/* A server of LOW that is in the middle of a long call of a client of BELOW. */
struct pair {
    struct thread *server, *client;
};

static struct pair interrupt_service(void)
{
    start();
    struct pair p = {.server = lower(lender(.run = serve_loudly, .arg = ep))};
    p.client = spawn(.run = call, .arg = 2 * JOB, .priority = BELOW);
    ipc_wait(event);
    CHECK_EQ(stage, 0);
    (void)charged(p.server->sc);
    (void)charged(p.client->sc);
    return p;
}

static void wait_for(const atomic_uint *value, unsigned wanted)
{
    for (unsigned i = 0; i < 200 && *value != wanted; i++)
        sleep_ms(5);
    CHECK_EQ(*value, wanted);
}

/* --- plain cases -------------------------------------------------------- */

TEST("lend: a call is served on the caller's time")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    for (unsigned i = 1; i <= 3; i++) {
        (void)charged(self()->sc);
        (void)charged(t->sc);
        CHECK_EQ(ipc_call(ep, 0, JOB).mr[0], i);
        check_payer(self()->sc, t->sc);
    }
}

TEST("lend: a plain message is served on the server's own time")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    (void)charged(self()->sc);
    ipc_send(ep, 0, JOB);
    check_payer(t->sc, self()->sc);
    CHECK_EQ(stage, 1);
    ipc_call(ep, 0, JOB);
    check_payer(self()->sc, t->sc);
}

static void serve_signals(uint64_t e)
{
    for (;;) {
        struct message m = ipc_recv(e, self()->reply);
        burn(m.badge ? JOB : (unsigned)m.mr[0]);
        stage++;
        if (!m.badge)
            ipc_reply(self()->reply, 0, stage);
    }
}

TEST("lend: a signal is served on the server's own time")
{
    start();
    struct thread *t = lender_prepare(.run = serve_signals, .arg = ep);
    CHECK_OK(kc_tcb_bind_notification(t->tcb, go));
    CHECK_OK(kc_tcb_resume(t->tcb));
    (void)charged(self()->sc);
    kc_signal(go);
    check_payer(t->sc, self()->sc);
    CHECK_EQ(ipc_call(ep, 0, JOB).mr[0], 2);
    check_payer(self()->sc, t->sc);
}

TEST("lend: the flag takes effect on a thread that waits already")
{
    uint64_t flags = 0;

    start();
    struct thread *t = spawn(.run = serve, .arg = ep);
    CHECK_OK(kc_tcb_set_flags(t->tcb, 0, TCB_FLAG_LEND, &flags));
    (void)charged(self()->sc);
    ipc_call(ep, 0, JOB);
    check_payer(self()->sc, t->sc);
}

TEST("lend: without the flag a server pays itself, and after it is cleared")
{
    uint64_t flags = 0;

    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    CHECK_OK(kc_tcb_set_flags(t->tcb, TCB_FLAG_LEND, 0, &flags));
    CHECK_EQ(flags, 0);
    (void)charged(self()->sc);
    ipc_call(ep, 0, JOB);
    check_payer(t->sc, self()->sc);
}

TEST("lend: a thread without a context of its own is a passive server")
{
    start();
    struct thread *t = lender_prepare(.run = serve, .arg = ep, .passive = true);
    cptr sc = make_context(0, 20 * MS, 20 * MS);
    CHECK_OK(kc_sched_context_bind(sc, t->tcb));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_OK(kc_sched_context_unbind_object(sc, t->tcb));
    (void)charged(self()->sc);
    CHECK_EQ(ipc_call(ep, 0, JOB).mr[0], 1);
    CHECK(charged(self()->sc) >= PAID);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

TEST("lend: a home that is put aside cannot be bound to others")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    cptr other = make(OBJECT_TCB);
    CHECK_ERR(kc_sched_context_bind(t->sc, other), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_bind(make_context(0, MS, MS), t->tcb),
              ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_sched_context_unbind(t->sc));
    CHECK_OK(kc_sched_context_bind(t->sc, other));
}

/* --- queued behind ------------------------------------------------------ */

TEST("lend: callers that queued are each served on their own time")
{
    start();
    struct thread *t = lender(.run = serve_late, .arg = ep);
    struct thread *a = spawn(.run = call, .arg = JOB, .priority = TEST_PRIORITY + 5);
    struct thread *b = spawn(.run = call, .arg = JOB, .priority = TEST_PRIORITY + 4);
    (void)charged(t->sc);
    kc_signal(go);
    join(a);
    join(b);
    CHECK_EQ(answered, 2);
    CHECK(charged(a->sc) >= PAID);
    CHECK(charged(b->sc) >= PAID);
    CHECK(charged(t->sc) <= FREE);
}

TEST("lend: a plain message that queued is served on the server's own time")
{
    start();
    struct thread *t = lender(.run = serve_late, .arg = ep);
    struct thread *a = spawn(.run = send, .arg = JOB, .priority = TEST_PRIORITY + 5);
    kc_signal(go);
    join(a);
    check_payer(t->sc, a->sc);
}

/* --- several servers ---------------------------------------------------- */

TEST("lend: time is lent on to the next server")
{
    start();
    struct thread *last = lender(.run = serve, .arg = inner);
    struct thread *middle = lender(.run = forward, .arg = ep);
    for (unsigned i = 1; i <= 2; i++) {
        (void)charged(self()->sc);
        CHECK_EQ(ipc_call(ep, 0, JOB).mr[0], i);
        check_payer(self()->sc, last->sc);
        CHECK(charged(middle->sc) <= FREE);
    }
}

TEST("lend: time is lent on to a passive server")
{
    start();
    struct thread *last = spawn(.run = serve, .arg = inner);
    CHECK_OK(kc_sched_context_unbind(last->sc));
    struct thread *middle = lender(.run = forward, .arg = ep);
    (void)charged(self()->sc);
    CHECK_EQ(ipc_call(ep, 0, JOB).mr[0], 1);
    check_payer(self()->sc, middle->sc);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

/* --- priorities --------------------------------------------------------- */

static cptr spinner;

static void call_above_spinner(uint64_t us)
{
    CHECK_OK(kc_tcb_resume(spinner));
    ipc_call(ep, 0, us);
    seen = spins;
    CHECK_OK(kc_tcb_suspend(spinner));
}

TEST("lend: a server runs at a caller's higher priority")
{
    start();
    lower(lender(.run = serve, .arg = ep));
    spinner = prepare(.run = spin, .priority = TEST_PRIORITY + 10)->tcb;
    join(spawn(.run = call_above_spinner, .arg = JOB, .priority = TEST_PRIORITY + 20));
    CHECK_EQ(stage, 1);
    CHECK_EQ(seen, 0);
}

static void serve_above_spinner(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    CHECK_OK(kc_tcb_resume(spinner));
    burn((unsigned)m.mr[0]);
    seen = spins;
    CHECK_OK(kc_tcb_suspend(spinner));
    ipc_reply(self()->reply, 0, 1);
}

TEST("lend: a server keeps its own priority if that is higher")
{
    start();
    lender(.run = serve_above_spinner, .arg = ep);
    spinner = prepare(.run = spin, .priority = BELOW)->tcb;
    join(spawn(.run = call, .arg = JOB, .priority = LOW));
    CHECK_EQ(answered, 1);
    CHECK_EQ(seen, 0);
}

/* --- loans that end early ----------------------------------------------- */

TEST("lend: when the loan is used up, the server goes on at home")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = 3 * JOB, .budget = JOB / 2,
                             .period = 300 * MS);
    join(c);
    CHECK_EQ(answered, 1);
    CHECK(charged(t->sc) >= 2 * PAID);
    CHECK(charged(c->sc) <= 2 * JOB);
    (void)charged(self()->sc);
    ipc_call(ep, 0, JOB);
    check_payer(self()->sc, t->sc);
}

TEST("lend: when a loan that was lent on is used up, all go on at home")
{
    start();
    struct thread *last = lender(.run = serve, .arg = inner);
    struct thread *middle = lender(.run = forward, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = 3 * JOB, .budget = JOB / 2,
                             .period = 300 * MS);
    join(c);
    CHECK_EQ(answered, 1);
    CHECK(charged(last->sc) >= 2 * PAID);
    CHECK(charged(middle->sc) <= FREE);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

TEST("lend: a round-robin loan outlasts its time slices")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = 2 * JOB, .budget = 2 * MS);
    join(c);
    CHECK_EQ(answered, 1);
    check_payer(c->sc, t->sc);
}

TEST("lend: a client that is suspended takes its time along")
{
    struct pair p = interrupt_service();

    CHECK_OK(kc_tcb_suspend(p.client->tcb));
    wait_for(&stage, 1);
    check_payer(p.server->sc, p.client->sc);
    CHECK_EQ(answered, 0);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
    CHECK_OK(kc_tcb_resume(p.client->tcb));
    join(p.client);
    CHECK_EQ(answered, 1);
}

TEST("lend: a client that is deleted does not stop the server")
{
    struct pair p = interrupt_service();

    CHECK_OK(drop(p.client->tcb));
    wait_for(&stage, 1);
    CHECK(charged(p.server->sc) >= PAID);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

TEST("lend: a client whose context is unbound does not stop the server")
{
    struct pair p = interrupt_service();

    CHECK_OK(kc_sched_context_unbind(p.client->sc));
    wait_for(&stage, 1);
    CHECK(charged(p.server->sc) >= PAID);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

TEST("lend: a client whose context is deleted does not stop the server")
{
    struct pair p = interrupt_service();

    CHECK_OK(drop(p.client->sc));
    wait_for(&stage, 1);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

TEST("lend: an answer by another thread ends the loan")
{
    struct pair p = interrupt_service();

    ipc_reply(p.server->reply, 0, 55);
    join(p.client);
    CHECK_EQ(answered, 1);
    CHECK_EQ(stage, 0);
    wait_for(&stage, 1);
    check_payer(p.server->sc, p.client->sc);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

TEST("lend: clearing the flag ends the loan")
{
    struct pair p = interrupt_service();
    uint64_t flags = 0;

    CHECK_OK(kc_tcb_set_flags(p.server->tcb, TCB_FLAG_LEND, 0, &flags));
    join(p.client);
    check_payer(p.server->sc, p.client->sc);
    (void)charged(self()->sc);
    ipc_call(ep, 0, JOB);
    check_payer(p.server->sc, self()->sc);
}

TEST("lend: a server that loses its home goes on with the loan")
{
    struct pair p = interrupt_service();

    CHECK_OK(kc_sched_context_unbind(p.server->sc));
    join(p.client);
    check_payer(p.client->sc, p.server->sc);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 2);
}

TEST("lend: the client of a server that is deleted has its time back")
{
    struct pair p = interrupt_service();

    CHECK_OK(drop(p.server->tcb));
    CHECK_OK(drop(p.server->reply));
    CHECK_OK(kc_tcb_resume(p.client->tcb));
    lender(.run = serve, .arg = ep);
    join(p.client);
    CHECK_EQ(answered, 1);
    CHECK(charged(p.client->sc) >= PAID);
}

TEST("lend: a client that lends as well keeps its home when its server is deleted")
{
    start();
    struct thread *last = lower(lender(.run = serve_loudly, .arg = inner));
    struct thread *middle = lender(.run = forward, .arg = ep);
    lower(middle);
    ipc_send(ep, 0, JOB);
    ipc_wait(event);
    CHECK_OK(drop(last->tcb));
    CHECK_OK(drop(last->reply));
    lender(.run = serve, .arg = inner);
    CHECK_OK(kc_tcb_resume(middle->tcb));
    wait_for(&stage, 1);
    (void)charged(self()->sc);
    (void)charged(middle->sc);
    CHECK_EQ(ipc_call(ep, 0, JOB).mr[0], 2);
    check_payer(self()->sc, middle->sc);
}

/* --- chains that break -------------------------------------------------- */

/* Client of BELOW -> `middle` -> `last`, which is interrupted. */
static struct pair interrupt_chain(struct thread **middle)
{
    start();
    struct pair p = {.server = lower(lender(.run = serve_loudly, .arg = inner))};
    *middle = lower(lender(.run = forward, .arg = ep));
    p.client = spawn(.run = call, .arg = 2 * JOB, .priority = BELOW);
    ipc_wait(event);
    (void)charged(p.server->sc);
    return p;
}

TEST("lend: a client at the far end of a chain takes its time along")
{
    struct thread *middle;
    struct pair p = interrupt_chain(&middle);

    CHECK_OK(kc_tcb_suspend(p.client->tcb));
    wait_for(&stage, 1);
    check_payer(p.server->sc, middle->sc);
    CHECK_EQ(answered, 0);
    CHECK_OK(kc_tcb_resume(p.client->tcb));
    join(p.client);
    CHECK_EQ(answered, 1);
    CHECK_EQ(stage, 2);
}

TEST("lend: a server in the middle of a chain is suspended and goes on")
{
    struct thread *middle;
    struct pair p = interrupt_chain(&middle);

    CHECK_OK(kc_tcb_suspend(middle->tcb));
    wait_for(&stage, 1);
    CHECK(charged(p.server->sc) >= PAID);
    CHECK_OK(kc_tcb_resume(middle->tcb));
    join(p.client);
    CHECK_EQ(answered, 1);
    CHECK(charged(p.client->sc) >= PAID);
}

TEST("lend: a passive server in a chain keeps the time it has")
{
    start();
    struct thread *last = lower(spawn(.run = serve_loudly, .arg = inner));
    CHECK_OK(kc_sched_context_unbind(last->sc));
    lower(lender(.run = forward, .arg = ep));
    struct thread *c = spawn(.run = call, .arg = JOB, .priority = BELOW);
    ipc_wait(event);
    CHECK_OK(kc_tcb_suspend(c->tcb));
    wait_for(&stage, 1);
    CHECK_EQ(answered, 0);
    sleep_ms(5);
    CHECK_OK(kc_sched_context_bind(c->sc, c->tcb));
    CHECK_OK(kc_tcb_resume(c->tcb));
    join(c);
    CHECK_EQ(answered, 1);
}

/* --- answers that come later -------------------------------------------- */

static cptr second_reply;

/* Takes two calls before it answers the first. */
static void serve_two(uint64_t e)
{
    ipc_wait(go);
    for (;;) {
        struct message a = ipc_recv(e, self()->reply);
        burn((unsigned)a.mr[0]);
        struct message b = ipc_recv(e, second_reply);
        burn((unsigned)b.mr[0]);
        ipc_reply(second_reply, 0, 2);
        ipc_reply(self()->reply, 0, 1);
        stage++;
    }
}

TEST("lend: a server that receives again gives the loan back first")
{
    start();
    second_reply = make(OBJECT_REPLY);
    struct thread *t = lender(.run = serve_two, .arg = ep);
    kc_signal(go);
    struct thread *a = spawn(.run = call, .priority = TEST_PRIORITY + 5);
    (void)charged(a->sc);
    struct thread *b = spawn(.run = call, .arg = JOB, .priority = TEST_PRIORITY + 4);
    join(a);
    join(b);
    CHECK_EQ(answered, 2);
    check_payer(b->sc, a->sc);
    CHECK(charged(t->sc) <= FREE);
}

TEST("lend: a queued call that is taken during a loan is on its caller's time")
{
    start();
    second_reply = make(OBJECT_REPLY);
    struct thread *t = lender(.run = serve_two, .arg = ep);
    struct thread *a = spawn(.run = call, .arg = JOB, .priority = TEST_PRIORITY + 5);
    struct thread *b = spawn(.run = call, .arg = JOB, .priority = TEST_PRIORITY + 4);
    kc_signal(go);
    join(a);
    join(b);
    CHECK_EQ(answered, 2);
    check_payer(a->sc, t->sc);
    CHECK(charged(b->sc) >= PAID);
}

static void serve_polling(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        (void)ipc_nbrecv(inner, second_reply);
        (void)ipc_nbwait(go);
        burn((unsigned)m.mr[0]);
        m = ipc_reply_recv(e, self()->reply, ++stage);
    }
}

TEST("lend: looking for messages without waiting does not end the loan")
{
    start();
    second_reply = make(OBJECT_REPLY);
    struct thread *t = lender(.run = serve_polling, .arg = ep);
    (void)charged(self()->sc);
    CHECK_EQ(ipc_call(ep, 0, JOB).mr[0], 1);
    check_payer(self()->sc, t->sc);
}

static void serve_waiting(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        ipc_wait(go);
        burn((unsigned)m.mr[0]);
        m = ipc_reply_recv(e, self()->reply, ++stage);
    }
}

TEST("lend: a server that waits for a signal goes on at home")
{
    start();
    struct thread *t = lender(.run = serve_waiting, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = JOB, .priority = TEST_PRIORITY + 5);
    CHECK_EQ(answered, 0);
    kc_signal(go);
    join(c);
    CHECK_EQ(answered, 1);
    check_payer(t->sc, c->sc);
}

/* --- faults ------------------------------------------------------------- */

static void fault(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("ud2");
}

static void handle(uint64_t e)
{
    for (;;) {
        ipc_recv(e, self()->reply);
        burn(JOB);
        stage++;
    }
}

TEST("lend: a fault is handled on the time of the thread that faults")
{
    start();
    struct thread *t = lender(.run = handle, .arg = ep);
    struct thread *c = spawn(.run = fault, .fault_ep = ep);
    CHECK_EQ(stage, 1);
    check_payer(c->sc, t->sc);
}
