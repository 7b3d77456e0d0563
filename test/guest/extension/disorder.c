/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lending, roaming and windows in disorder: clients on all cores call a chain of LEND
 * servers, while the test's thread does to any of them what its owner may do, at
 * random. In the end all is put right, and everyone must go on.
 */
#include "time.h"

enum { MS = 1000, CLIENTS = 4, SERVERS = 2, ALL = CLIENTS + SERVERS, ROUNDS = 300 };
enum { SEED = 12345, WAIT_MS = 3000 };

static struct thread *threads[ALL];
static _Atomic uint64_t progress[CLIENTS];
static cptr ep[SERVERS], signals;
static char memory[CLIENTS][256];
static uint64_t state;

static unsigned any(unsigned limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % limit;
}

/* Reads its client's window, if there is one, and asks the next server. */
static void serve(uint64_t index)
{
    char buffer[256];
    uint64_t done = 0;
    struct message m = ipc_recv(ep[index], self()->reply);

    for (;;) {
        (void)kc_reply_window_copy(self()->reply, 0, (uint64_t)buffer, sizeof(buffer),
                                   WINDOW_READ, &done);
        burn(20);
        if (index + 1 < SERVERS)
            (void)ipc_call(ep[index + 1], 0, m.mr[0]);
        m = ipc_reply_recv(ep[index], self()->reply, m.mr[0]);
    }
}

static void call(uint64_t index)
{
    for (;;) {
        (void)ipc_call_window(ep[0], 0, (uint64_t)memory[index], sizeof(memory[0]),
                              WINDOW_READ);
        progress[index]++;
    }
}

static uint64_t all_cores(void)
{
    return (UINT64_C(1) << boot->node_count) - 1;
}

static enum error_code roam(unsigned core, cptr sc, uint64_t cores)
{
    return kc_sched_control_roam(boot->sched_control.start + core, sc, cores);
}

static void make_all(void)
{
    unsigned cores = (unsigned)boot->node_count;

    state = SEED;
    signals = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 1);
    for (unsigned i = 0; i < SERVERS; i++)
        ep[i] = make(OBJECT_ENDPOINT);
    for (unsigned i = 0; i < SERVERS; i++)
        threads[CLIENTS + i] = lender(.run = serve, .arg = i);
    CHECK_OK(kc_tcb_bind_notification(threads[CLIENTS]->tcb, signals));
    for (unsigned i = 0; i < CLIENTS; i++) {
        threads[i] = prepare(.run = call, .arg = i, .core = i % cores,
                             .priority = TEST_PRIORITY - 1, .budget = MS,
                             .period = (i & 2) ? 5 * MS : MS);
        progress[i] = 0;
        CHECK_OK(kc_tcb_resume(threads[i]->tcb));
    }
}

/* Whatever comes of it. */
static void disturb(void)
{
    struct thread *t = threads[any(ALL)], *client = threads[any(CLIENTS)];
    struct thread *server = threads[CLIENTS + any(SERVERS)];
    unsigned core = any((unsigned)boot->node_count);
    uint64_t flags;

    switch (any(9)) {
    case 0: (void)kc_tcb_suspend(t->tcb); break;
    case 1: (void)kc_tcb_resume(t->tcb); break;
    case 2: (void)kc_tcb_set_flags(server->tcb, TCB_FLAG_LEND, 0, &flags); break;
    case 3: (void)kc_tcb_set_flags(t->tcb, 0, TCB_FLAG_LEND, &flags); break;
    case 4: (void)kc_tcb_set_priority(t->tcb, ROOT_SLOT_TCB, TEST_PRIORITY - 3 + any(3));
        break;
    case 5: (void)roam(core, t->sc, any(2) ? all_cores() : 0); break;
    case 6: kc_signal(signals); break;
    case 7: (void)kc_sched_context_unbind(client->sc); break;
    case 8: (void)kc_sched_context_bind(t->sc, t->tcb); break;
    }
}

/* Every thread is stopped, and begins anew with a context of its own. */
static void put_right(void)
{
    uint64_t flags;

    for (unsigned i = 0; i < ALL; i++)
        CHECK_OK(kc_tcb_suspend(threads[i]->tcb));
    for (unsigned i = 0; i < ALL; i++)
        CHECK_OK(kc_sched_context_unbind(threads[i]->sc));
    for (unsigned i = 0; i < ALL; i++) {
        CHECK_OK(kc_tcb_set_flags(threads[i]->tcb, TCB_FLAG_LEND,
                                  i < CLIENTS ? 0 : TCB_FLAG_LEND, &flags));
        CHECK_OK(kc_sched_context_bind(threads[i]->sc, threads[i]->tcb));
        CHECK_OK(kc_tcb_set_priority(threads[i]->tcb, ROOT_SLOT_TCB,
                                     TEST_PRIORITY - (i < CLIENTS)));
    }
    for (unsigned i = ALL; i-- > 0;)
        CHECK_OK(kc_tcb_resume(threads[i]->tcb));
}

static void check_progress(void)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        uint64_t before = progress[i];
        for (unsigned k = 0; k < WAIT_MS / 5 && progress[i] < before + 2; k++)
            sleep_ms(5);
        CHECK(progress[i] >= before + 2);
    }
}

TEST("extension: threads that lend and roam survive disorder")
{
    make_all();
    check_progress();
    for (unsigned round = 0; round < ROUNDS; round++) {
        disturb();
        if (any(4) == 0)
            sleep_ms(1);
    }
    put_right();
    check_progress();
}

TEST("extension: threads that lend and roam can be destroyed at any time")
{
    for (unsigned round = 0; round < 3; round++) {
        make_all();
        state += round;
        for (unsigned i = 0; i < 20; i++)
            disturb();
        for (unsigned i = 0; i < ALL; i++) {
            disturb();
            CHECK_OK(drop(threads[i]->tcb));
        }
    }
}
