/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs tests one after the other. The root task's thread has the highest priority and
 * waits for the end of a test or for ticks of the watchdog, a thread that yields the
 * rest of a small budget once in every period.
 */
#include <stdatomic.h>

#include <test/start.h>
#include <test/test.h>

enum outcome { RUNNING, PASSED, FAILED, SKIPPED, TIMED_OUT };

enum {
    EVENT_TICK = 1,
    EVENT_END = 2,
    WATCHDOG_PRIORITY = 254,
    WATCHDOG_BUDGET_US = 1000
};

extern const struct test *const __start_tests[] __attribute__((weak));
extern const struct test *const __stop_tests[] __attribute__((weak));

static atomic_uint outcome;
static const char *skip_reason;
static cptr events, tick_event, end_event;
static bool is_running;

static void watchdog(uint64_t unused)
{
    (void)unused;
    for (;;) {
        kc_yield();
        kc_signal(tick_event);
    }
}

static cptr keep_badged(cptr notification, uint64_t badge)
{
    cptr to = keep_slot();

    CHECK_OK(kc_cnode_mint(ROOT, to, DEPTH, ROOT, notification, DEPTH, RIGHTS_ALL,
                           badge));
    return to;
}

static void start_watchdog(void)
{
    events = keep_object(OBJECT_NOTIFICATION, 0);
    tick_event = keep_badged(events, EVENT_TICK);
    end_event = keep_badged(events, EVENT_END);
    spawn(.run = watchdog, .priority = WATCHDOG_PRIORITY, .budget = WATCHDOG_BUDGET_US,
          .period = TEST_TICK_MS * 1000, .keep = true);
}

/* Tells the runner, which destroys the caller. */
_Noreturn static void end_test(void)
{
    kc_signal(end_event);
    for (;;)
        (void)kc_tcb_suspend(self()->tcb);
}

static bool claim(enum outcome result)
{
    unsigned running = RUNNING;

    return atomic_compare_exchange_strong(&outcome, &running, result);
}

void test_fail(const char *file, int line, const char *what, uint64_t got,
               uint64_t wanted)
{
    bool in_test = is_running && self() != 0;

    if (!in_test || claim(FAILED))
        print("# %s:%d: %s (0x%lx, 0x%lx)\n", file, line, what, got, wanted);
    if (!in_test) {
        print("Bail out! failure outside of a test\n");
        quit(1);
    }
    end_test();
}

void test_skip(const char *why)
{
    skip_reason = why;
    claim(SKIPPED);
    end_test();
}

static void run_one(uint64_t arg)
{
    ((const struct test *)arg)->run();
    claim(PASSED);
    end_test();
}

static void wait_for_end(void)
{
    uint64_t badge = 0;
    unsigned ticks = 0;

    while (!(badge & EVENT_END) && ticks < TEST_TIMEOUT_MS / TEST_TICK_MS) {
        badge = ipc_wait(events).badge;
        ticks++;
    }
    claim(TIMED_OUT);
}

static enum error_code clean_up(void)
{
    enum error_code error = alloc_reset();

    thread_reset();
    print_reset();
    (void)ipc_nbwait(events);
    return error;
}

static bool run_test(const struct test *test, unsigned number)
{
    static const char *const suffix[] = {"", "", "", " # SKIP ", " # timeout"};

    skip_reason = "needs more cores";
    outcome = test->cores > boot->node_count ? SKIPPED : RUNNING;
    if (outcome == RUNNING) {
        is_running = true;
        spawn(.run = run_one, .arg = (uint64_t)test, .priority = TEST_PRIORITY);
        wait_for_end();
        is_running = false;
    }
    enum error_code error = clean_up();
    if (error != ERROR_NONE)
        print("# cleaning up: error %u\n", error);
    bool ok = error == ERROR_NONE && (outcome == PASSED || outcome == SKIPPED);
    print("%sok %u - %s%s%s\n", ok ? "" : "not ", number, test->title, suffix[outcome],
          outcome == SKIPPED ? skip_reason : "");
    return ok;
}

unsigned run_tests(void)
{
    unsigned count = (unsigned)(__stop_tests - __start_tests);
    unsigned failed = 0;

    start_watchdog();
    print("\n1..%u\n", count);
    for (unsigned i = 0; i < count; i++)
        failed += !run_test(__start_tests[i], i + 1);
    return failed > 0;
}
