/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of a call and of its answer between two address spaces, to a passive
 * server on the client's scheduling context, to one with its own, and, if the kernel has
 * that, to one that takes loans.
 */
#include "bench.h"

/* On whose time the server answers. */
enum time_source { PASSIVE, ACTIVE, LEND };

static struct exchange client, server;
static uint64_t call_sum, reply_sum;
static cptr endpoint;

static void serve(uint64_t unused)
{
    (void)unused;
    exchange(&server);
    server.number = (uint64_t)SYSCALL_REPLY_RECV;
    for (unsigned i = 1;; i++) {
        exchange(&server);
        call_sum += i < WARM_UP ? 0 : server.after - client.before;
    }
}

static void call(uint64_t unused)
{
    (void)unused;
    for (unsigned i = 0; i < WARM_UP + ROUNDS; i++) {
        exchange(&client);
        reply_sum += i < WARM_UP ? 0 : client.after - server.before;
    }
    bench_end();
}

/* Measures messages of so many words, and prints the two ways and their sum. */
static void measure_pair(unsigned words, enum time_source source,
                         const char *const names[3])
{
    endpoint = make(OBJECT_ENDPOINT);
    call_sum = reply_sum = 0;
    struct thread *s = bench_thread(serve, BENCH_PRIORITY, vspace_image(), 0);
    server = (struct exchange){.dest = endpoint, .reply = s->reply,
                               .number = (uint64_t)SYSCALL_RECV,
                               .info = message_info(0, 0, 0, words)};
    client = (struct exchange){.dest = endpoint, .number = (uint64_t)SYSCALL_CALL,
                               .info = message_info(0, 0, 0, words)};
    uint64_t flags = source == LEND ? TCB_FLAG_LEND : 0;
    CHECK_OK(kc_tcb_set_flags(s->tcb, 0, flags, &flags));
    CHECK_OK(kc_tcb_resume(s->tcb));
    if (source == PASSIVE)
        CHECK_OK(kc_sched_context_unbind(s->sc));
    struct thread *c = bench_thread(call, BENCH_PRIORITY, vspace_image(), 0);
    CHECK_OK(kc_tcb_resume(c->tcb));
    join(c);
    CHECK_OK(kc_tcb_suspend(s->tcb));
    uint64_t sum = report(names[0], call_sum) + report(names[1], reply_sum);
    report_value(names[2], sum);
}

void measure_ipc(void)
{
    static const struct pair {
        unsigned words;
        enum time_source source;
        const char *names[3];
    } pairs[] = {
        {0, PASSIVE, {"call_0", "reply_recv_0", "round_trip_0"}},
        {4, PASSIVE, {"call_4", "reply_recv_4", "round_trip_4"}},
        {10, PASSIVE, {"call_10", "reply_recv_10", "round_trip_10"}},
        {0, ACTIVE, {"active_call_0", "active_reply_recv_0", "active_round_trip_0"}},
        {4, ACTIVE, {"active_call_4", "active_reply_recv_4", "active_round_trip_4"}},
        {10, ACTIVE, {"active_call_10", "active_reply_recv_10", "active_round_trip_10"}},
        {0, LEND, {"lend_call_0", "lend_reply_recv_0", "lend_round_trip_0"}},
        {4, LEND, {"lend_call_4", "lend_reply_recv_4", "lend_round_trip_4"}},
        {10, LEND, {"lend_call_10", "lend_reply_recv_10", "lend_round_trip_10"}},
    };

    const struct boot_info_uxrt *uxrt = boot_chunk(BOOT_INFO_UXRT);
    bool can_lend = uxrt && uxrt->features & UXRT_FEATURE_LEND;

    for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i].source != LEND || can_lend)
            measure_pair(pairs[i].words, pairs[i].source, pairs[i].names);
    }
}
