/* SPDX-License-Identifier: BSD-2-Clause */
/* The cost of a signal to a thread of higher priority that waits for it. */
#include "bench.h"

static struct exchange sender, waiter;
static uint64_t sum;
static cptr notification;

static void wait_always(uint64_t unused)
{
    (void)unused;
    for (unsigned i = 0;; i++) {
        exchange(&waiter);
        sum += i < WARM_UP ? 0 : waiter.after - sender.before;
    }
}

static void signal_always(uint64_t unused)
{
    (void)unused;
    for (unsigned i = 0; i < WARM_UP + ROUNDS; i++)
        exchange(&sender);
    bench_end();
}

void measure_signal(void)
{
    notification = make(OBJECT_NOTIFICATION);
    waiter = (struct exchange){.dest = notification, .number = (uint64_t)SYSCALL_WAIT};
    sender = (struct exchange){.dest = notification, .number = (uint64_t)SYSCALL_SEND};
    struct thread *w = bench_thread(wait_always, BENCH_PRIORITY + 1, ROOT_SLOT_VSPACE, 0);
    struct thread *s = bench_thread(signal_always, BENCH_PRIORITY, ROOT_SLOT_VSPACE, 0);
    CHECK_OK(kc_tcb_resume(w->tcb));
    CHECK_OK(kc_tcb_resume(s->tcb));
    join(s);
    CHECK_OK(kc_tcb_suspend(w->tcb));
    report("signal", sum);
}
