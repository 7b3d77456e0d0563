/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of roaming scheduling contexts, roaming(7). */
#include "time.h"

enum { MS = 1000, THREADS = 5, CORE_0 = 1, CORE_1 = 2, BOTH = 3, WAIT_MS = 2000 };

static _Atomic uint64_t counter[THREADS];
static atomic_uint seen[THREADS], mismatches, stage;

static enum error_code roam(unsigned control, cptr sc, uint64_t cores)
{
    return kc_sched_control_roam(boot->sched_control.start + control, sc, cores);
}

static void start(void)
{
    mismatches = stage = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        counter[i] = 0;
        seen[i] = 0;
    }
}

/* Counts, and notes on which cores it ran. */
static void count(uint64_t index)
{
    for (;;) {
        counter[index]++;
        seen[index] |= 1u << this_core();
    }
}

static struct thread *counter_make(unsigned index, unsigned core, uint64_t cores,
                                   unsigned priority)
{
    struct thread *t = prepare(.run = count, .arg = index, .core = core,
                               .priority = priority, .budget = 2 * MS);

    CHECK_OK(roam(core, t->sc, cores));
    CHECK_OK(kc_tcb_resume(t->tcb));
    return t;
}

static bool wait_for(const atomic_uint *value, unsigned bits)
{
    for (unsigned i = 0; i < WAIT_MS / 5 && (*value & bits) != bits; i++)
        sleep_ms(5);
    return (*value & bits) == bits;
}

static bool goes_on(unsigned index)
{
    uint64_t before = counter[index];

    for (unsigned i = 0; i < WAIT_MS / 5 && counter[index] == before; i++)
        sleep_ms(5);
    return counter[index] != before;
}

/* From now on, where does it run? */
static unsigned runs_on(unsigned index)
{
    /* It has gone round once since now, wherever it was then; then it looks anew. */
    CHECK(goes_on(index));
    CHECK(goes_on(index));
    seen[index] = 0;
    CHECK(goes_on(index));
    CHECK(goes_on(index));
    return seen[index];
}

TEST("roam: bad arguments are refused")
{
    cptr sc = make_context(0, 5 * MS, 5 * MS);
    uint64_t all = (UINT64_C(1) << boot->node_count) - 1;

    CHECK_RANGE(roam(0, sc, all + 1), 0, all);
    CHECK_RANGE(roam(0, sc, ~UINT64_C(0)), 0, all);
    CHECK_ERR1(roam(0, make(OBJECT_TCB), 1),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_EQ(ipc_call_info(boot->sched_control.start,
                           message_info(INVOKE_SCHED_CONTROL_ROAM, 0, 0, 1), 1).label,
             ERROR_TRUNCATED_MESSAGE);
    CHECK_OK(roam(0, sc, all));
    CHECK_OK(roam(0, sc, 0));
}

static uint64_t migrations(unsigned core)
{
    uint64_t count = 0;

    CHECK_OK(kc_sched_control_migrations(boot->sched_control.start + core, &count));
    return count;
}

TEST("roam: nothing moves where nothing may")
{
    uint64_t before[8] = {0};

    start();
    for (unsigned i = 0; i < boot->node_count; i++)
        before[i] = migrations(i);
    counter_make(0, 0, CORE_0, TEST_PRIORITY - 1);
    counter_make(1, 0, CORE_0, TEST_PRIORITY - 1);
    CHECK(goes_on(0));
    CHECK(goes_on(1));
    for (unsigned i = 0; i < boot->node_count; i++)
        CHECK_EQ(migrations(i), before[i]);
}

TEST("roam: a roaming thread runs where there is one core")
{
    start();
    counter_make(0, 0, CORE_0, TEST_PRIORITY);
    CHECK(goes_on(0));
}

TEST_CORES(2, "roam: the mask must have the core of the control")
{
    cptr sc = make_context(0, 5 * MS, 5 * MS);

    CHECK_ERR1(roam(1, sc, CORE_0), ERROR_INVALID_ARGUMENT, 0);
    CHECK_ERR1(roam(0, sc, CORE_1), ERROR_INVALID_ARGUMENT, 0);
    CHECK_OK(roam(1, sc, CORE_1));
}

TEST_CORES(2, "roam: an idle core takes a thread that waits for its turn")
{
    uint64_t before = migrations(1);

    start();
    counter_make(0, 0, BOTH, TEST_PRIORITY - 1);
    counter_make(1, 0, BOTH, TEST_PRIORITY - 1);
    for (unsigned i = 0; i < WAIT_MS / 5 && !((seen[0] | seen[1]) & CORE_1); i++)
        sleep_ms(5);
    CHECK((seen[0] | seen[1]) & CORE_1);
    CHECK(goes_on(0));
    CHECK(goes_on(1));
    CHECK(migrations(1) > before);
}

TEST_CORES(2, "roam: one thread more than cores, and all go on")
{
    unsigned threads = (unsigned)boot->node_count + 1;
    unsigned all = (1u << boot->node_count) - 1, used = 0;

    if (threads > THREADS)
        test_skip("needs fewer cores");
    start();
    for (unsigned i = 0; i < threads; i++)
        counter_make(i, 0, all, TEST_PRIORITY - 1);
    for (unsigned i = 0; i < WAIT_MS / 5 && used != all; i++) {
        sleep_ms(5);
        for (unsigned k = 0; k < threads; k++)
            used |= seen[k];
    }
    CHECK_EQ(used, all);
    for (unsigned i = 0; i < threads; i++)
        CHECK(goes_on(i));
}

static void wake_and_stay(uint64_t n)
{
    stage = 1;
    kc_signal(n);
    for (;;)
        counter[1]++;
}

static void wait_and_count(uint64_t n)
{
    ipc_wait(n);
    count(0);
}

TEST_CORES(2, "roam: a thread that is woken by a busy one of its priority moves")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    /* long slices: core 0 would not look at its queue soon */
    struct thread *a = prepare(.run = wait_and_count, .arg = n, .budget = 500 * MS);
    CHECK_OK(roam(0, a->sc, BOTH));
    CHECK_OK(kc_tcb_resume(a->tcb));
    spawn(.run = wake_and_stay, .arg = n, .priority = TEST_PRIORITY - 1,
          .budget = 500 * MS);
    CHECK_OK(kc_tcb_set_priority(a->tcb, ROOT_SLOT_TCB, TEST_PRIORITY - 1));
    sleep_ms(20);
    CHECK_EQ(stage, 1);
    CHECK(wait_for(&seen[0], CORE_1));
}

TEST_CORES(2, "roam: a thread stays on the cores of its mask")
{
    start();
    counter_make(0, 0, CORE_0, TEST_PRIORITY - 1);
    counter_make(1, 0, CORE_0, TEST_PRIORITY - 1);
    CHECK(goes_on(0));
    CHECK(goes_on(1));
    sleep_ms(30);
    CHECK_EQ(seen[0] | seen[1], CORE_0);
}

TEST_CORES(2, "roam: threads that may not move are left to their core")
{
    start();
    spawn(.run = count, .arg = 0, .priority = TEST_PRIORITY - 1, .budget = 2 * MS);
    spawn(.run = count, .arg = 1, .priority = TEST_PRIORITY - 1, .budget = 2 * MS);
    counter_make(2, 0, BOTH, TEST_PRIORITY - 2);
    CHECK(wait_for(&seen[2], CORE_1));
    CHECK(goes_on(0));
    CHECK(goes_on(1));
    CHECK_EQ(seen[0] | seen[1], CORE_0);
    CHECK_EQ(seen[2], CORE_1);
}

TEST_CORES(2, "roam: a context goes to the core it is pinned to")
{
    start();
    struct thread *t = counter_make(0, 0, BOTH, TEST_PRIORITY - 1);
    CHECK(goes_on(0));
    CHECK_OK(roam(1, t->sc, 0));
    CHECK_EQ(runs_on(0), CORE_1);
    uint64_t before[2] = {migrations(0), migrations(1)};
    CHECK_OK(roam(0, t->sc, 0));
    CHECK_EQ(migrations(0), before[0] + 1);
    CHECK_EQ(migrations(1), before[1]);
    CHECK_EQ(runs_on(0), CORE_0);
    CHECK_OK(roam(1, t->sc, CORE_1));
    CHECK_EQ(runs_on(0), CORE_1);
}

TEST_CORES(2, "roam: new parameters pin the context")
{
    start();
    struct thread *t = counter_make(0, 0, BOTH, TEST_PRIORITY - 1);
    CHECK_OK(set_context(1, t->sc, 2 * MS, 2 * MS));
    counter_make(1, 1, CORE_1, TEST_PRIORITY - 1);
    CHECK(goes_on(0));
    CHECK_EQ(runs_on(0), CORE_1);
}

TEST_CORES(2, "roam: budgets hold on every core")
{
    uint64_t before, after = 0;

    start();
    struct thread *t = prepare(.run = count, .priority = TEST_PRIORITY - 1,
                               .budget = 10 * MS, .period = 100 * MS);
    CHECK_OK(roam(0, t->sc, BOTH));
    CHECK_OK(kc_tcb_resume(t->tcb));
    counter_make(1, 0, BOTH, TEST_PRIORITY - 1);
    counter_make(2, 0, BOTH, TEST_PRIORITY - 1);
    CHECK_OK(kc_sched_context_consumed(t->sc, &before));
    sleep_ms(500);
    CHECK_OK(kc_sched_context_consumed(t->sc, &after));
    CHECK(after > 0);
    CHECK(after <= 150 * MS);
}

/* Keeps a pattern in vector registers while it is moved about. */
static void keep_pattern(uint64_t pattern)
{
    uint64_t words[2] = {pattern, ~pattern}, found[2];

    __asm__ volatile("movdqu %0, %%xmm12" : : "m"(words) : "xmm12");
    for (;;) {
        seen[pattern] |= 1u << this_core();
        counter[pattern]++;
        __asm__ volatile("movdqu %%xmm12, %0" : "=m"(found));
        if (found[0] != words[0] || found[1] != words[1])
            mismatches++;
    }
}

TEST_CORES(2, "roam: registers survive the moves of threads")
{
    struct thread *t[3];

    start();
    for (unsigned i = 0; i < 3; i++) {
        t[i] = prepare(.run = keep_pattern, .arg = i, .priority = TEST_PRIORITY - 1,
                       .budget = MS);
        CHECK_OK(roam(0, t[i]->sc, BOTH));
        CHECK_OK(kc_tcb_resume(t[i]->tcb));
    }
    for (unsigned round = 0; round < 40; round++) {
        CHECK_OK(roam(round % 2, t[round % 3]->sc, 0));
        sleep_ms(2);
        CHECK_OK(roam(round % 2, t[round % 3]->sc, BOTH));
    }
    CHECK_EQ(mismatches, 0);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(wait_for(&seen[i], BOTH));
        CHECK(goes_on(i));
    }
    CHECK_EQ(mismatches, 0);
}

static cptr ep;

static void serve(uint64_t e)
{
    ipc_recv(e, self()->reply);
    for (;;)
        ipc_reply_recv(e, self()->reply, this_core());
}

static void call_often(uint64_t index)
{
    for (;;) {
        unsigned before = this_core();
        uint64_t answer = ipc_call(ep, 0, 0).mr[0];
        unsigned after = this_core();
        if (before == after && answer != before && this_core() == before)
            mismatches++;
        counter[index]++;
        seen[index] |= 1u << after;
    }
}

TEST_CORES(2, "roam: callers that roam take their servers along")
{
    start();
    ep = make(OBJECT_ENDPOINT);
    lender(.run = serve, .arg = ep);
    for (unsigned i = 0; i < 3; i++) {
        struct thread *t = prepare(.run = call_often, .arg = i, .budget = MS,
                                   .priority = TEST_PRIORITY - 1);
        CHECK_OK(roam(0, t->sc, BOTH));
        CHECK_OK(kc_tcb_resume(t->tcb));
    }
    for (unsigned round = 0; round < 100; round++)
        sleep_ms(2);
    for (unsigned i = 0; i < 3; i++)
        CHECK(goes_on(i));
    CHECK_EQ((seen[0] | seen[1] | seen[2]), BOTH);
}

TEST_CORES(2, "roam: threads are stopped and deleted wherever they are")
{
    start();
    for (unsigned round = 0; round < 10; round++) {
        struct thread *a = counter_make(0, 0, BOTH, TEST_PRIORITY - 1);
        struct thread *b = counter_make(1, 1, BOTH, TEST_PRIORITY - 1);
        sleep_ms(3);
        CHECK_OK(kc_tcb_suspend(a->tcb));
        CHECK_OK(drop(b->tcb));
        uint64_t first = counter[0], second = counter[1];
        sleep_ms(3);
        CHECK_EQ(counter[0], first);
        CHECK_EQ(counter[1], second);
    }
}
