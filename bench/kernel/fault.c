/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of a fault's message to its handler, and of the answer that lets the thread
 * go on. The thread faults with an undefined instruction; the answer sets its
 * instruction pointer.
 */
#include "bench.h"

enum { UD2_SIZE = 2 };

static struct exchange handler;
static uint64_t before, in_sum, out_sum;
static cptr endpoint;

static uint64_t stamp(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static void handle(uint64_t unused)
{
    (void)unused;
    exchange(&handler);
    handler.number = (uint64_t)SYSCALL_REPLY_RECV;
    for (unsigned i = 1;; i++) {
        handler.word += UD2_SIZE;
        exchange(&handler);
        in_sum += i < WARM_UP ? 0 : handler.after - before;
    }
}

static void fault(uint64_t unused)
{
    (void)unused;
    for (unsigned i = 0; i < WARM_UP + ROUNDS; i++) {
        before = stamp();
        __asm__ volatile("ud2" : : : "memory");
        uint64_t after = stamp();
        out_sum += i < WARM_UP ? 0 : after - handler.before;
    }
    bench_end();
}

void measure_faults(void)
{
    endpoint = make(OBJECT_ENDPOINT);
    struct thread *h = bench_thread(handle, BENCH_PRIORITY, ROOT_SLOT_VSPACE, 0);
    handler = (struct exchange){.dest = endpoint, .reply = h->reply,
                                .number = (uint64_t)SYSCALL_RECV,
                                .info = message_info(0, 0, 0, 1)};
    CHECK_OK(kc_tcb_resume(h->tcb));
    CHECK_OK(kc_sched_context_unbind(h->sc));
    struct thread *f = bench_thread(fault, BENCH_PRIORITY, ROOT_SLOT_VSPACE, endpoint);
    CHECK_OK(kc_tcb_resume(f->tcb));
    join(f);
    report("fault_in", in_sum);
    report("fault_out", out_sum);
}
