/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests with threads on several cores: IPC and signals between cores, and control of
 * threads that run on another core. Nothing here counts on two threads running at the
 * very same time, only on both going on.
 */
#include <test/test.h>

enum { ROUNDS = 500, MS = 1000 };

static atomic_uint stage, answers;
static _Atomic uint64_t counter[4];
static cptr ping, pong;

static unsigned this_core(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return b >> 24;
}

static void start(void)
{
    stage = answers = 0;
    for (unsigned i = 0; i < 4; i++)
        counter[i] = 0;
}

static void note_core(uint64_t unused)
{
    (void)unused;
    stage |= 1u << this_core();
}

static void count(uint64_t index)
{
    for (;;)
        counter[index]++;
}

/* True if the counter goes on. */
static bool counts(unsigned index)
{
    uint64_t before = counter[index];

    return eventually(counter[index] != before);
}

/* True if the counter stands still. */
static bool stands(unsigned index)
{
    uint64_t before = counter[index];

    sleep_ms(20);
    return counter[index] == before;
}

static void serve(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        answers++;
        m = ipc_reply_recv(e, self()->reply, m.mr[0] * 2);
    }
}

static void serve_core(uint64_t e)
{
    ipc_recv(e, self()->reply);
    for (;;)
        ipc_reply_recv(e, self()->reply, this_core());
}

static void call_often(uint64_t e)
{
    for (uint64_t i = 0; i < ROUNDS; i++)
        CHECK_EQ(ipc_call(e, 0, i).mr[0], 2 * i);
}

TEST_CORES(2, "smp: there is a core behind each scheduling control")
{
    start();
    for (unsigned i = 0; i < boot->node_count && i < 16; i++) {
        unsigned before = stage;
        join(spawn(.run = note_core, .core = i));
        CHECK(stage != before);
    }
}

TEST_CORES(2, "smp: calls from one core to another")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = serve, .arg = e, .core = 1);
    call_often(e);
    CHECK_EQ(answers, ROUNDS);
}

TEST_CORES(2, "smp: calls cross cores and address spaces")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = serve, .arg = e, .core = 1, .vspace = vspace_image());
    call_often(e);
    join(spawn(.run = call_often, .arg = e, .core = 1));
    CHECK_EQ(answers, 2 * ROUNDS);
}

TEST_CORES(2, "smp: callers on every core, one server")
{
    cptr e = make(OBJECT_ENDPOINT);
    unsigned callers = boot->node_count > 4 ? 4 : (unsigned)boot->node_count;
    struct thread *t[4];

    start();
    spawn(.run = serve, .arg = e);
    for (unsigned i = 0; i < callers; i++)
        t[i] = spawn(.run = call_often, .arg = e, .core = i,
                     .priority = TEST_PRIORITY - 1);
    for (unsigned i = 0; i < callers; i++)
        join(t[i]);
    CHECK_EQ(answers, callers * ROUNDS);
}

TEST_CORES(2, "smp: a passive server runs on its client's core")
{
    cptr e = make(OBJECT_ENDPOINT);
    struct thread *server = spawn(.run = serve_core, .arg = e);

    start();
    CHECK_OK(kc_sched_context_unbind(server->sc));
    ipc_call(e, 0, 0);
    CHECK_EQ(ipc_call(e, 0, 0).mr[0], this_core());
}

static void call_for_core(uint64_t e)
{
    ipc_call(e, 0, 0);
    stage = ipc_call(e, 0, 0).mr[0] == this_core() ? 1 : 2;
}

TEST_CORES(2, "smp: a passive server moves between cores with its clients")
{
    cptr e = make(OBJECT_ENDPOINT);
    struct thread *server = spawn(.run = serve_core, .arg = e);

    CHECK_OK(kc_sched_context_unbind(server->sc));
    for (unsigned i = 0; i < 10; i++) {
        start();
        join(spawn(.run = call_for_core, .arg = e, .core = i % 2));
        CHECK_EQ(stage, 1);
    }
}

static void pong_always(uint64_t unused)
{
    (void)unused;
    for (;;) {
        ipc_wait(ping);
        answers++;
        kc_signal(pong);
    }
}

TEST_CORES(2, "smp: signals go back and forth between cores")
{
    ping = make(OBJECT_NOTIFICATION);
    pong = make(OBJECT_NOTIFICATION);
    start();
    spawn(.run = pong_always, .core = 1);
    for (unsigned i = 0; i < ROUNDS; i++) {
        kc_signal(ping);
        ipc_wait(pong);
    }
    CHECK_EQ(answers, ROUNDS);
}

static void signal_bit(uint64_t cap)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        kc_signal(cap);
}

TEST_CORES(2, "smp: signals from all cores are all seen")
{
    cptr n = make(OBJECT_NOTIFICATION);
    unsigned cores = boot->node_count > 4 ? 4 : (unsigned)boot->node_count;
    uint64_t all = (UINT64_C(1) << cores) - 1, seen = 0;

    for (unsigned i = 0; i < cores; i++) {
        spawn(.run = signal_bit, .arg = mint(n, RIGHTS_ALL, UINT64_C(1) << i), .core = i,
              .priority = TEST_PRIORITY - 1);
    }
    while (seen != all)
        seen |= ipc_wait(n).badge;
}

TEST_CORES(2, "smp: a thread that runs on another core is stopped and resumed")
{
    start();
    struct thread *t = spawn(.run = count, .core = 1);
    for (unsigned i = 0; i < 10; i++) {
        CHECK(counts(0));
        CHECK_OK(kc_tcb_suspend(t->tcb));
        CHECK(stands(0));
        CHECK_OK(kc_tcb_resume(t->tcb));
    }
}

TEST_CORES(2, "smp: a thread that runs on another core is deleted")
{
    for (unsigned i = 0; i < 5; i++) {
        start();
        struct thread *t = spawn(.run = count, .core = 1);
        CHECK(counts(0));
        CHECK_OK(drop(t->tcb));
        CHECK(stands(0));
    }
}

TEST_CORES(2, "smp: a thread on another core loses its scheduling context")
{
    start();
    struct thread *t = spawn(.run = count, .core = 1);
    CHECK(counts(0));
    CHECK_OK(kc_sched_context_unbind(t->sc));
    CHECK(stands(0));
    CHECK_OK(kc_sched_context_bind(t->sc, t->tcb));
    CHECK(counts(0));
    CHECK_OK(drop(t->sc));
    CHECK(stands(0));
}

TEST_CORES(2, "smp: registers of a thread that runs on another core")
{
    struct user_context regs = {0};

    start();
    struct thread *t = spawn(.run = count, .arg = 1, .core = 1);
    CHECK(counts(1));
    CHECK_OK(kc_tcb_read_registers(t->tcb, true, 0, USER_CONTEXT_WORDS, &regs));
    CHECK(regs.rip >= (uint64_t)count && regs.rip < (uint64_t)count + 256);
    CHECK(stands(1));
    regs.rip = (uint64_t)count;
    regs.rdi = 2;
    CHECK_OK(kc_tcb_write_registers(t->tcb, true, 0, USER_CONTEXT_WORDS, &regs));
    CHECK(counts(2));
    CHECK(stands(1));
}

static void note_core_often(uint64_t unused)
{
    (void)unused;
    for (;;)
        stage = this_core() + 1;
}

static void wait_for_stage(unsigned wanted)
{
    CHECK(eventually(stage == wanted));
}

TEST_CORES(2, "smp: configuring moves a running thread to another core and back")
{
    unsigned here = this_core();

    start();
    struct thread *t = spawn(.run = note_core_often, .priority = TEST_PRIORITY - 1);
    wait_for_stage(here + 1);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_OK(set_context(1, t->sc, 5 * MS, 5 * MS));
        CHECK(eventually(stage != here + 1));
        CHECK_OK(set_context(0, t->sc, 5 * MS, 5 * MS));
        wait_for_stage(here + 1);
    }
}

TEST_CORES(2, "smp: a budget is kept on another core")
{
    uint64_t used = 0, begin = now_ms();

    start();
    struct thread *t = spawn(.run = count, .core = 1, .budget = 2 * MS,
                             .period = 20 * MS);
    sleep_ms(200);
    CHECK_OK(kc_tcb_suspend(t->tcb));
    CHECK_OK(kc_sched_context_consumed(t->sc, &used));
    CHECK(used >= MS && used <= (now_ms() - begin) * MS / 2);
}

TEST_CORES(2, "smp: priorities hold on another core")
{
    start();
    struct thread *high = spawn(.run = count, .arg = 0, .core = 1,
                                .priority = TEST_PRIORITY + 2);
    spawn(.run = count, .arg = 1, .core = 1);
    CHECK(counts(0));
    CHECK(stands(1));
    CHECK_OK(kc_tcb_set_priority(high->tcb, ROOT_SLOT_TCB, TEST_PRIORITY - 1));
    CHECK(counts(1));
}

TEST_CORES(2, "smp: a fault on another core")
{
    cptr ep = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = (void (*)(uint64_t))0x1000, .core = 1, .fault_ep = ep);
    struct message m = ipc_recv(ep, self()->reply);
    CHECK_EQ(m.label, FAULT_VM);
    CHECK_EQ(m.mr[VM_FAULT_ADDRESS], 0x1000);
}

TEST_CORES(2, "smp: a timeout on another core")
{
    cptr ep = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = prepare(.run = count, .core = 1, .budget = 2 * MS,
                               .period = 1000 * MS);
    CHECK_OK(kc_tcb_set_timeout_endpoint(t->tcb, ep));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_recv(ep, self()->reply).label, FAULT_TIMEOUT);
}

static void make_and_revoke(uint64_t pool)
{
    cptr to = pool + 1;

    for (unsigned i = 0; i < 50; i++) {
        CHECK_OK(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, ROOT, 0, 0, to, 8));
        for (unsigned j = 0; j < 8; j++) {
            CHECK_OK(kc_cnode_mint(ROOT, to + 8 + j, DEPTH, ROOT, to + j, DEPTH,
                                   RIGHTS_ALL, j + 1));
        }
        CHECK_OK(kc_cnode_delete(ROOT, to, DEPTH));
        CHECK_OK(kc_cnode_revoke(ROOT, pool, DEPTH));
    }
}

TEST_CORES(2, "smp: objects are made and revoked on all cores at once")
{
    unsigned cores = boot->node_count > 4 ? 4 : (unsigned)boot->node_count;
    struct thread *t[4];

    start();
    for (unsigned i = 0; i < cores; i++) {
        cptr pool = slots(20);
        CHECK_OK(kc_untyped_retype(alloc_untyped(), OBJECT_UNTYPED, 14, ROOT, 0, 0, pool,
                                   1));
        t[i] = spawn(.run = make_and_revoke, .arg = pool, .core = i,
                     .priority = TEST_PRIORITY - 1);
    }
    for (unsigned i = 0; i < cores; i++)
        join(t[i]);
}

static void call_until_error(uint64_t e)
{
    while (ipc_call(e, 0, 1).label == 0)
        answers++;
    stage++;
}

TEST_CORES(2, "smp: an endpoint is deleted while other cores use it")
{
    for (unsigned i = 0; i < 5; i++) {
        cptr e = make(OBJECT_ENDPOINT);
        start();
        spawn(.run = serve, .arg = e);
        struct thread *t = spawn(.run = call_until_error, .arg = e, .core = 1);
        for (unsigned ms = 0; answers == 0 && ms < 1000; ms++)
            sleep_ms(1);
        CHECK_OK(drop(e));
        /* A call that was being answered stays without an answer. */
        sleep_ms(2);
        CHECK_OK(kc_tcb_suspend(t->tcb));
    }
    CHECK(answers > 0);
}

static void wait_and_count(uint64_t n)
{
    for (;;) {
        ipc_wait(n);
        answers++;
    }
}

TEST_CORES(2, "smp: threads are stopped and resumed while signals reach them")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    struct thread *t = spawn(.run = wait_and_count, .arg = n, .core = 1);
    for (unsigned i = 0; i < ROUNDS; i++) {
        kc_signal(n);
        CHECK_OK(kc_tcb_suspend(t->tcb));
        kc_signal(n);
        CHECK_OK(kc_tcb_resume(t->tcb));
    }
    unsigned before = answers;
    kc_signal(n);
    CHECK(eventually(answers > before));
}

static void keep_vector(uint64_t pattern)
{
    uint64_t out[2];

    __asm__ volatile("movq %0, %%xmm7" : : "r"(pattern) : "xmm7");
    for (;;) {
        __asm__ volatile("movdqu %%xmm7, %0" : "=m"(out) : : "memory");
        if (out[0] != pattern)
            answers++;
        counter[0]++;
    }
}

TEST_CORES(2, "smp: vector registers move with a thread")
{
    start();
    struct thread *t = spawn(.run = keep_vector, .arg = UINT64_C(0x1234567887654321),
                             .priority = TEST_PRIORITY - 1);
    for (unsigned i = 0; i < 10; i++) {
        CHECK_OK(set_context((i + 1) % 2, t->sc, 5 * MS, 5 * MS));
        CHECK(counts(0));
    }
    CHECK_EQ(answers, 0);
}

TEST_CORES(4, "smp: a ring of calls over four cores")
{
    start();
    for (unsigned i = 0; i < 4; i++) {
        cptr e = make(OBJECT_ENDPOINT);
        spawn(.run = serve, .arg = e, .core = i);
        join(spawn(.run = call_often, .arg = e, .core = (i + 1) % 4));
    }
    CHECK_EQ(answers, 4 * ROUNDS);
}
