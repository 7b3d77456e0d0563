/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of a call and of its answer between two address spaces, to a passive server
 * on the client's scheduling context and to a server with its own.
 */
#include "bench.h"

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

/* Measures messages of so many words. */
static void measure_pair(unsigned words, bool passive, const char *const names[3])
{
    endpoint = make(OBJECT_ENDPOINT);
    call_sum = reply_sum = 0;
    struct thread *s = bench_thread(serve, BENCH_PRIORITY, vspace_image(), 0);
    server = (struct exchange){.dest = endpoint, .reply = s->reply,
                               .number = (uint64_t)SYSCALL_RECV,
                               .info = message_info(0, 0, 0, words)};
    client = (struct exchange){.dest = endpoint, .number = (uint64_t)SYSCALL_CALL,
                               .info = message_info(0, 0, 0, words)};
    CHECK_OK(kc_tcb_resume(s->tcb));
    if (passive)
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
        bool passive;
        const char *names[3];
    } pairs[] = {
        {0, true, {"call_0", "reply_recv_0", "round_trip_0"}},
        {4, true, {"call_4", "reply_recv_4", "round_trip_4"}},
        {10, true, {"call_10", "reply_recv_10", "round_trip_10"}},
        {0, false, {"active_call_0", "active_reply_recv_0", "active_round_trip_0"}},
        {4, false, {"active_call_4", "active_reply_recv_4", "active_round_trip_4"}},
        {10, false, {"active_call_10", "active_reply_recv_10", "active_round_trip_10"}},
    };

    for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        measure_pair(pairs[i].words, pairs[i].passive, pairs[i].names);
}
