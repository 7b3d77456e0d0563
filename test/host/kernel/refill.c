/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arithmetic of replenishments: whatever happens, they make up the budget, lie in
 * order, and no window of one period sees more than the budget used.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <core/arch.h>
#include <core/sched.h>
#include <object/refill.h>

#include "machine.h"

#define US  HOST_TICKS_PER_US
#define MIN_BUDGET  (MIN_BUDGET_US * US)

enum { USES = 4096 };

static _Alignas(64) char memory[1024];
static struct sched_context *const sc = (struct sched_context *)memory;
static struct { ticks start, length; } used[USES];
static unsigned use_count;

static ticks below(ticks limit)
{
    return (ticks)rand() % limit;
}

static void check(void)
{
    ticks sum = 0, end = 0;

    assert_in_range(sc->refill_count, 1, sc->refill_max);
    assert_in_range(sc->refill_head, 0, sc->refill_max - 1);
    for (unsigned i = 0; i < sc->refill_count; i++) {
        struct refill *r = &sc->refills[(sc->refill_head + i) % sc->refill_max];
        sum += r->amount;
        if (sc->period)
            assert_true(r->time >= end);
        end = r->time + r->amount;
    }
    assert_int_equal(sum, sc->budget);
}

/* The time used in [from, from + period). */
static ticks used_in_window(ticks from)
{
    ticks sum = 0, end = from + sc->period;

    for (unsigned i = 0; i < use_count; i++) {
        ticks start = max_word(used[i].start, from);
        ticks stop = min_word(used[i].start + used[i].length, end);
        if (stop > start)
            sum += stop - start;
    }
    return sum;
}

/* Windows that begin with a use are the worst ones. */
static void check_windows(void)
{
    for (unsigned i = 0; i < use_count; i++)
        assert_true(used_in_window(used[i].start) <= sc->budget);
}

static void fresh(ticks budget, ticks period, unsigned max)
{
    memset(memory, 0, sizeof(memory));
    refill_new(sc, max, budget, period, 1000);
    use_count = 0;
    check();
}

/* Run at `now` for at most what the head allows; returns when it stops. */
static ticks use(ticks now)
{
    ticks length = 1 + below(refill_head(sc)->amount);

    if (use_count < USES)
        used[use_count++] = (typeof(used[0])){now, length};
    refill_charge(sc, length);
    check();
    return now + length;
}

/* A thread that blocks and comes back, each time as soon as the kernel lets it. */
static void play(bool sporadic)
{
    ticks now = 1000;

    for (unsigned i = 0; i < 300; i++) {
        /* the kernel lets it begin a little early, which this does not count on */
        now = max_word(now, refill_head(sc)->time);
        if (!refill_sufficient(sc, 0))
            refill_charge(sc, 0);
        else
            refill_unblock(sc, now);
        check();
        now = use(max_word(now, refill_head(sc)->time));
        if (below(3) == 0)
            now += below(sporadic ? sc->period : 50 * US);
    }
}

static void sporadic_server(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        ticks budget = MIN_BUDGET + below(2000 * US);
        srand(round);
        fresh(budget, budget + 1 + below(5000 * US), 2 + (unsigned)below(8));
        play(round & 1);
        check_windows();
    }
}

/* Charging more than there is (a late timer) is paid back later. */
static void overrun(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        ticks budget = MIN_BUDGET + below(1000 * US), period = budget * (2 + below(4));
        srand(round);
        fresh(budget, period, 2 + (unsigned)below(8));
        ticks start = refill_head(sc)->time, charged = 0;
        for (unsigned i = 0; i < 50; i++) {
            ticks usage = below(budget * 3);
            refill_charge(sc, usage);
            charged += usage;
            check();
        }
        /* what was used in all is at most what the periods so far allow */
        assert_true(charged <= (refill_head(sc)->time - start) / period * budget + budget
                               || refill_head(sc)->time >= start + charged);
    }
}

/* The machine stood still for days: one charge still ends, and soon. */
static void very_late(void **state)
{
    (void)state;
    fresh(MIN_BUDGET, 2 * MIN_BUDGET, 4);
    refill_charge(sc, BIT(58));
    check();
    assert_true(refill_head(sc)->time >= BIT(58));
    fresh(MIN_BUDGET, BIT(60), 4);
    refill_charge(sc, BIT(40));
    check();
}

static void round_robin(void **state)
{
    (void)state;
    fresh(5000 * US, 0, 2);
    for (unsigned i = 0; i < 10000; i++) {
        refill_charge(sc, below(refill_head(sc)->amount + 10 * US));
        check();
        assert_true(refill_ready(sc, 1000) && refill_sufficient(sc, 0));
    }
}

/* New parameters while there are replenishments of the old ones. */
static void update(void **state)
{
    ticks now = 1000;

    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        ticks budget = MIN_BUDGET + below(2000 * US);
        srand(round);
        if (round % 20 == 0)
            fresh(budget, 2 * budget, 4);
        refill_update(sc, 2 + (unsigned)below(8), budget,
                      below(4) ? budget + 1 + below(3000 * US) : 0, now);
        check();
        for (unsigned i = (unsigned)below(10); i > 0; i--) {
            refill_charge(sc, below(budget));
            now += below(500 * US);
            if (refill_ready(sc, now))
                refill_unblock(sc, now);
            check();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sporadic_server),
        cmocka_unit_test(overrun),
        cmocka_unit_test(very_late),
        cmocka_unit_test(round_robin),
        cmocka_unit_test(update),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
