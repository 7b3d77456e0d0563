/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of time: turns, budgets, periods, yielding. Times are checked loosely, for
 * emulators on busy machines.
 */
#include "actors.h"

enum { MS = 1000 };

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

TEST("sched_context: a thread keeps its order among many of one priority")
{
    start();
    for (uint64_t i = 0; i < 8; i++)
        spawn(.run = step, .arg = 1u << (4 * i), .priority = TEST_PRIORITY);
    kc_yield();
    CHECK_EQ(stage, 0x11111111);
}
