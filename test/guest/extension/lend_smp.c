/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of lent time between cores, lend(7). Servers live on core 0. */
#include "time.h"

enum { MS = 1000, JOB = 40 * MS, PAID = 30 * MS, FREE = 20 * MS, ROUNDS = 400 };

static atomic_uint stage, answered, wrong, core_before, core_after;
static cptr ep, inner, event;

static void start(void)
{
    stage = answered = wrong = 0;
    core_before = core_after = 99;
    ep = make(OBJECT_ENDPOINT);
    inner = make(OBJECT_ENDPOINT);
    event = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 1);
}

/* Answers with the core it runs on. */
static void serve(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        core_before = this_core();
        stage++;
        burn((unsigned)m.mr[0]);
        core_after = this_core();
        m = ipc_reply_recv(e, self()->reply, core_after);
    }
}

static void forward(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        struct message answer = ipc_call(inner, 0, m.mr[0]);
        if (answer.mr[0] != this_core())
            wrong++;
        m = ipc_reply_recv(e, self()->reply, answer.mr[0]);
    }
}

static void call(uint64_t us)
{
    if (ipc_call(ep, 0, us).mr[0] != this_core())
        wrong++;
    answered++;
}

static void call_often(uint64_t us)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        call(us);
}

TEST_CORES(2, "lend: a server runs on the core of its caller")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    for (unsigned core = 0; core < 2; core++) {
        struct thread *c = spawn(.run = call, .arg = JOB, .core = core);
        join(c);
        CHECK_EQ(core_after, core);
        CHECK(charged(c->sc) >= PAID);
        CHECK(charged(t->sc) <= FREE);
    }
    CHECK_EQ(wrong, 0);
}

static void send(uint64_t us)
{
    ipc_send(ep, 0, us);
}

TEST_CORES(2, "lend: a plain message from another core is served at home")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    join(spawn(.run = call, .core = 1));
    CHECK_EQ(core_after, 1);
    core_after = 99;
    join(spawn(.run = send, .arg = JOB, .core = 1));
    while (core_after == 99)
        sleep_ms(1);
    CHECK_EQ(core_after, 0);
    CHECK(charged(t->sc) >= PAID);
}

TEST_CORES(2, "lend: time of another core is lent on")
{
    start();
    struct thread *last = lender(.run = serve, .arg = inner);
    struct thread *middle = lender(.run = forward, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = JOB, .core = 1);
    join(c);
    CHECK_EQ(core_after, 1);
    CHECK_EQ(wrong, 0);
    CHECK(charged(c->sc) >= PAID);
    CHECK(charged(last->sc) <= FREE);
    CHECK(charged(middle->sc) <= FREE);
}

TEST_CORES(2, "lend: a loan of another core that is used up ends at home")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = 3 * JOB, .core = 1, .budget = JOB / 2,
                             .period = 300 * MS);
    join(c);
    CHECK_EQ(answered, 1);
    CHECK_EQ(core_before, 1);
    CHECK_EQ(core_after, 0);
    CHECK(charged(t->sc) >= 2 * PAID);
}

TEST_CORES(2, "lend: a client of another core that is suspended sends the server home")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = 200 * MS, .core = 1);
    spin_until(&stage, 1);
    CHECK_OK(kc_tcb_suspend(c->tcb));
    while (core_after == 99)
        sleep_ms(5);
    CHECK_EQ(core_before, 1);
    CHECK_EQ(core_after, 0);
    CHECK_EQ(answered, 0);
    CHECK(charged(t->sc) >= PAID);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 0);
}

TEST_CORES(2, "lend: a client of another core that is deleted sends the server home")
{
    for (unsigned i = 0; i < 10; i++) {
        start();
        lender(.run = serve, .arg = ep);
        struct thread *c = spawn(.run = call, .arg = 5 * MS, .core = 1);
        spin_until(&stage, 1);
        CHECK_OK(drop(c->tcb));
        CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 0);
        CHECK_EQ(stage, 2);
    }
}

TEST_CORES(2, "lend: a chain from another core falls back with its client")
{
    start();
    struct thread *last = lender(.run = serve, .arg = inner);
    lender(.run = forward, .arg = ep);
    struct thread *c = spawn(.run = call, .arg = 100 * MS, .core = 1);
    spin_until(&stage, 1);
    CHECK_OK(kc_tcb_suspend(c->tcb));
    while (core_after == 99)
        sleep_ms(5);
    CHECK_EQ(core_after, 0);
    CHECK(charged(last->sc) >= PAID);
    CHECK_EQ(ipc_call(ep, 0, 0).mr[0], 0);
}

TEST_CORES(2, "lend: clients of two cores share a server")
{
    start();
    struct thread *t = lender(.run = serve, .arg = ep);
    struct thread *a = spawn(.run = call_often, .core = 1);
    struct thread *b = spawn(.run = call_often, .priority = TEST_PRIORITY - 1);
    join(a);
    join(b);
    CHECK_EQ(answered, 2 * ROUNDS);
    CHECK_EQ(stage, 2 * ROUNDS);
    CHECK_EQ(wrong, 0);
    ipc_send(ep, 0, JOB);
    CHECK(charged(t->sc) >= PAID);
}

TEST_CORES(2, "lend: clients of two cores share a chain of servers")
{
    start();
    lender(.run = serve, .arg = inner);
    lender(.run = forward, .arg = ep);
    struct thread *a = spawn(.run = call_often, .core = 1);
    struct thread *b = spawn(.run = call_often, .priority = TEST_PRIORITY - 1);
    join(a);
    join(b);
    CHECK_EQ(answered, 2 * ROUNDS);
    CHECK_EQ(wrong, 0);
}

/* Keeps a pattern in a vector register from call to call. */
static void serve_with_vector(uint64_t e)
{
    uint64_t words[2] = {0x1111, 0x2222}, found[2];

    __asm__ volatile("movdqu %0, %%xmm9" : : "m"(words) : "xmm9");
    ipc_recv(e, self()->reply);
    for (;;) {
        __asm__ volatile("movdqu %%xmm9, %0" : "=m"(found));
        if (found[0] != words[0] || found[1] != words[1])
            wrong++;
        ipc_reply_recv(e, self()->reply, this_core());
    }
}

TEST_CORES(2, "lend: floating-point registers follow the server")
{
    start();
    lender(.run = serve_with_vector, .arg = ep);
    struct thread *a = spawn(.run = call_often, .core = 1);
    struct thread *b = spawn(.run = call_often, .priority = TEST_PRIORITY - 1);
    join(a);
    join(b);
    CHECK_EQ(answered, 2 * ROUNDS);
    CHECK_EQ(wrong, 0);
}

static void signal_often(uint64_t n)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        kc_signal(n);
    ipc_call(ep, 0, 0);
    answered++;
}

static void serve_signals(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        stage++;
        if (m.badge && this_core() != 0)
            wrong++;
        m = m.badge ? ipc_recv(e, self()->reply)
                    : ipc_reply_recv(e, self()->reply, this_core());
    }
}

TEST_CORES(2, "lend: signals from another core are served at home between calls")
{
    start();
    struct thread *t = lender_prepare(.run = serve_signals, .arg = ep);
    CHECK_OK(kc_tcb_bind_notification(t->tcb, event));
    CHECK_OK(kc_tcb_resume(t->tcb));
    struct thread *a = spawn(.run = signal_often, .arg = event, .core = 1);
    struct thread *b = spawn(.run = call_often, .priority = TEST_PRIORITY - 1);
    join(a);
    join(b);
    CHECK_EQ(answered, ROUNDS + 1);
    CHECK_EQ(wrong, 0);
}
