/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of scheduling contexts: parameters, binding, budgets, yielding, donation and
 * timeouts. Times are checked loosely, for emulators on busy machines.
 */
#include <test/test.h>

enum { MS = 1000 };

static struct message got;
static atomic_uint stage;
static _Atomic uint64_t counter[2];

static void start(void)
{
    got = (struct message){0};
    stage = 0;
    counter[0] = counter[1] = 0;
}

static void step(uint64_t amount)
{
    stage += (unsigned)amount;
}

static void count(uint64_t index)
{
    for (;;)
        counter[index]++;
}

static void call_one(uint64_t e)
{
    got = ipc_call(e, 0, 1);
    stage++;
}

static void send_one(uint64_t e)
{
    ipc_send(e, 0, 1);
    stage++;
}

static void receive_one(uint64_t e)
{
    got = ipc_recv(e, self()->reply);
    stage++;
}

static void wait_always(uint64_t n)
{
    for (;;) {
        ipc_wait(n);
        stage++;
    }
}

/* Answers each call with twice its word. */
static void serve(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        stage++;
        m = ipc_reply_recv(e, self()->reply, m.mr[0] * 2);
    }
}

/* A server that waits for calls without a scheduling context. */
static struct thread *passive_server(void (*run)(uint64_t), cptr e)
{
    struct thread *t = spawn(.run = run, .arg = e);

    CHECK_OK(kc_sched_context_unbind(t->sc));
    return t;
}

static enum error_code configure(cptr sc, uint64_t budget, uint64_t period,
                                 uint64_t extra)
{
    return kc_sched_control_configure_flags(boot->sched_control.start, sc, budget, period,
                                            extra, 0, 0);
}

TEST("sched_context: parameters have limits")
{
    cptr sc = object(OBJECT_SCHED_CONTEXT, 8);
    uint64_t extra = sched_context_max_extra_refills(8);

    CHECK_ERR1(configure(make(OBJECT_TCB), MS, MS, 0), ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR(configure(sc, 0, MS, 0), ERROR_RANGE);
    CHECK(error_word(0) > 0 && error_word(1) > error_word(0));
    uint64_t low = error_word(0), high = error_word(1);
    CHECK_RANGE(configure(sc, low - 1, MS, 0), low, high);
    CHECK_RANGE(configure(sc, high + 1, high + 1, 0), low, high);
    CHECK_RANGE(configure(sc, MS, high + 1, 0), low, high);
    CHECK_ERR(configure(sc, 2 * MS, MS, 0), ERROR_RANGE);
    CHECK_EQ(error_word(1), MS);
    CHECK_ERR(configure(sc, MS, MS, extra + 1), ERROR_RANGE);
    CHECK_EQ(error_word(0), 0);
    CHECK_EQ(error_word(1), extra);
    CHECK_OK(configure(sc, low, low, extra));
    CHECK_OK(configure(sc, MS, high, 0));
}

TEST("sched_context: a thread without one does not run")
{
    start();
    struct thread *t = spawn(.run = step, .arg = 1, .passive = true);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), t->tcb));
    CHECK_EQ(stage, 1);
}

TEST("sched_context: one without parameters gives no time")
{
    cptr sc = object(OBJECT_SCHED_CONTEXT, 8);

    start();
    struct thread *t = prepare(.run = step, .arg = 1, .passive = true);
    CHECK_OK(kc_sched_context_bind(sc, t->tcb));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0);
    CHECK_OK(configure(sc, MS, MS, 0));
    CHECK_EQ(stage, 1);
}

TEST("sched_context: it is bound to one thread and one notification at most")
{
    cptr sc = make_context(0, MS, MS), other = make_context(0, MS, MS);
    cptr t = make(OBJECT_TCB), u = make(OBJECT_TCB), n = make(OBJECT_NOTIFICATION);

    CHECK_ERR1(kc_sched_context_bind(sc, make(OBJECT_ENDPOINT)),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_OK(kc_sched_context_bind(sc, t));
    CHECK_ERR(kc_sched_context_bind(sc, u), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_bind(other, t), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_sched_context_bind(sc, n));
    CHECK_ERR(kc_sched_context_bind(other, n), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_bind(sc, make(OBJECT_NOTIFICATION)),
              ERROR_ILLEGAL_OPERATION);
}

TEST("sched_context: unbinding")
{
    cptr sc = make_context(0, MS, MS);
    cptr t = make(OBJECT_TCB), n = make(OBJECT_NOTIFICATION);

    CHECK_ERR(kc_sched_context_unbind_object(sc, t), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_unbind_object(sc, n), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR1(kc_sched_context_unbind_object(sc, make(OBJECT_ENDPOINT)),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_OK(kc_sched_context_unbind(sc));
    CHECK_OK(kc_sched_context_bind(sc, t));
    CHECK_OK(kc_sched_context_unbind_object(sc, t));
    CHECK_OK(kc_sched_context_bind(sc, n));
    CHECK_OK(kc_sched_context_unbind_object(sc, n));
    CHECK_OK(kc_sched_context_bind(sc, t));
    CHECK_OK(kc_sched_context_unbind(sc));
    CHECK_OK(kc_sched_context_bind(sc, n));
}

TEST("sched_context: a thread cannot unbind its own")
{
    CHECK_ERR(kc_sched_context_unbind(self()->sc), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_unbind_object(self()->sc, self()->tcb),
              ERROR_ILLEGAL_OPERATION);
}

TEST("sched_context: a thread that loses its own stops, and goes on with another")
{
    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(5);
    CHECK(counter[0] > 0);
    CHECK_OK(kc_sched_context_unbind(t->sc));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), t->tcb));
    sleep_ms(5);
    CHECK(counter[0] > before);
}

TEST("sched_context: deleting it stops its thread")
{
    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(5);
    CHECK_OK(drop(t->sc));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), t->tcb));
    sleep_ms(5);
    CHECK(counter[0] > before);
}

TEST("sched_context: threads of one priority take turns")
{
    start();
    spawn(.run = count, .arg = 0, .priority = TEST_PRIORITY - 1, .budget = MS);
    spawn(.run = count, .arg = 1, .priority = TEST_PRIORITY - 1, .budget = MS);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t before[] = {counter[0], counter[1]};
        CHECK(eventually(counter[0] > before[0] && counter[1] > before[1]));
    }
}

TEST("sched_context: a lower priority waits")
{
    start();
    spawn(.run = count, .arg = 0, .priority = TEST_PRIORITY - 1);
    spawn(.run = count, .arg = 1, .priority = TEST_PRIORITY - 2);
    sleep_ms(20);
    CHECK(counter[0] > 0);
    CHECK_EQ(counter[1], 0);
}

TEST("sched_context: a budget below the period leaves time to others")
{
    uint64_t used = 0, begin = now_ms();

    start();
    struct thread *t = spawn(.run = count, .arg = 0, .priority = TEST_PRIORITY - 1,
                             .budget = 2 * MS, .period = 20 * MS);
    spawn(.run = count, .arg = 1, .priority = TEST_PRIORITY - 2);
    CHECK_OK(kc_sched_context_consumed(t->sc, &used));
    sleep_ms(200);
    CHECK_OK(kc_sched_context_consumed(t->sc, &used));
    CHECK(used >= 2 * MS);
    CHECK(used <= (now_ms() - begin) * MS / 2);
    CHECK(eventually(counter[1] > counter[0]));
}

TEST("sched_context: the time used is told once")
{
    uint64_t used = 0, again = 0;

    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(20);
    CHECK_OK(kc_tcb_suspend(t->tcb));
    CHECK_OK(kc_sched_context_consumed(t->sc, &used));
    CHECK_OK(kc_sched_context_consumed(t->sc, &again));
    CHECK(used >= 5 * MS);
    CHECK_EQ(again, 0);
}

TEST("sched_context: a thread may ask for its own time")
{
    uint64_t first = 0, second = 0;

    CHECK_OK(kc_sched_context_consumed(self()->sc, &first));
    for (volatile unsigned i = 0; i < 1000000; i++)
        continue;
    sleep_ms(1);
    CHECK_OK(kc_sched_context_consumed(self()->sc, &second));
    CHECK(second > 0);
}

static void yield_and_step(uint64_t unused)
{
    (void)unused;
    kc_yield();
    stage = 2;
}

TEST("sched_context: yield lets the next thread of the priority run")
{
    start();
    spawn(.run = step, .arg = 1, .priority = TEST_PRIORITY);
    CHECK_EQ(stage, 0);
    kc_yield();
    CHECK_EQ(stage, 1);
}

TEST("sched_context: yield with a period sleeps until the next one")
{
    start();
    spawn(.run = yield_and_step, .budget = 5 * MS, .period = 500 * MS);
    CHECK_EQ(stage, 0);
    sleep_ms(5);
    CHECK_EQ(stage, 0);
    CHECK(eventually(stage == 2));
}

static void tick(uint64_t unused)
{
    (void)unused;
    for (;;) {
        stage++;
        kc_yield();
    }
}

TEST("sched_context: a periodic thread runs once in each period")
{
    uint64_t begin = now_ms();

    start();
    spawn(.run = tick, .budget = MS, .period = 10 * MS);
    CHECK(eventually(stage >= 10));
    CHECK(stage <= (now_ms() - begin) / 10 + 2);
}

TEST("sched_context: parameters change while a thread runs")
{
    start();
    struct thread *t = spawn(.run = count, .arg = 0, .priority = TEST_PRIORITY - 1);
    spawn(.run = count, .arg = 1, .priority = TEST_PRIORITY - 2);
    sleep_ms(10);
    CHECK_EQ(counter[1], 0);
    CHECK_OK(set_context(0, t->sc, MS, 20 * MS));
    CHECK(eventually(counter[1] > 0));
    CHECK_OK(set_context(0, t->sc, 5 * MS, 5 * MS));
    uint64_t before;
    CHECK(eventually((before = counter[1], sleep_ms(30), counter[1] == before)));
}

TEST("sched_context: yielding to a thread of the same priority runs it first")
{
    uint64_t used = 99;

    start();
    struct thread *t = spawn(.run = step, .arg = 4, .priority = TEST_PRIORITY);
    spawn(.run = step, .arg = 1, .priority = TEST_PRIORITY);
    struct thread *u = spawn(.run = step, .arg = 8, .priority = TEST_PRIORITY);
    CHECK_OK(kc_sched_context_yield_to(u->sc, &used));
    CHECK_EQ(stage & 8, 8);
    CHECK_OK(kc_sched_context_yield_to(t->sc, &used));
    CHECK_EQ(stage & 4, 4);
}

TEST("sched_context: yielding to a thread of lower priority does not wait")
{
    uint64_t used = 99;

    start();
    struct thread *t = spawn(.run = step, .arg = 1, .priority = TEST_PRIORITY - 1);
    CHECK_OK(kc_sched_context_yield_to(t->sc, &used));
    CHECK_EQ(stage, 0);
}

TEST("sched_context: wrong targets of yielding")
{
    uint64_t used;

    CHECK_ERR(kc_sched_context_yield_to(self()->sc, &used), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_yield_to(make_context(0, MS, MS), &used),
              ERROR_ILLEGAL_OPERATION);
    struct thread *t = prepare(.run = step, .priority = TEST_PRIORITY + 1);
    CHECK_OK(kc_tcb_set_mc_priority(self()->tcb, ROOT_SLOT_TCB, TEST_PRIORITY));
    CHECK_ERR(kc_sched_context_yield_to(t->sc, &used), ERROR_ILLEGAL_OPERATION);
}

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

static void serve_forever(uint64_t e)
{
    ipc_recv(e, self()->reply);
    count(0);
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

TEST("sched_context: without parameters it is not bound to a thread that is blocked")
{
    cptr e = make(OBJECT_ENDPOINT), sc = object(OBJECT_SCHED_CONTEXT, 8);

    start();
    struct thread *t = passive_server(send_one, e);
    CHECK_ERR(kc_sched_context_bind(sc, t->tcb), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(configure(sc, MS, MS, 0));
    CHECK_OK(kc_sched_context_bind(sc, t->tcb));
    CHECK_EQ(ipc_recv(e, self()->reply).mr[0], 1);
    CHECK_EQ(stage, 1);
}

TEST("sched_context: a thread keeps its order among many of one priority")
{
    start();
    for (uint64_t i = 0; i < 8; i++)
        spawn(.run = step, .arg = 1u << (4 * i), .priority = TEST_PRIORITY);
    kc_yield();
    CHECK_EQ(stage, 0x11111111);
}
