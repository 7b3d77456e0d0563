/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of scheduling contexts: parameters and binding. */
#include "actors.h"

enum { MS = 1000 };

static enum error_code configure(cptr sc, uint64_t budget, uint64_t period,
                                 uint64_t extra)
{
    return kc_sched_control_configure_flags(boot->sched_control.start, sc, budget, period,
                                            extra, 0, 0);
}

TEST("sched_context: parameters have limits")
{
    cptr sc = object(OBJECT_SCHED_CONTEXT, 8);
    uint64_t extra = sched_context_max_extra_refills(8);

    CHECK_ERR1(configure(make(OBJECT_TCB), MS, MS, 0), ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR(configure(sc, 0, MS, 0), ERROR_RANGE);
    CHECK(error_word(0) > 0 && error_word(1) > error_word(0));
    uint64_t low = error_word(0), high = error_word(1);
    CHECK_RANGE(configure(sc, low - 1, MS, 0), low, high);
    CHECK_RANGE(configure(sc, high + 1, high + 1, 0), low, high);
    CHECK_RANGE(configure(sc, MS, high + 1, 0), low, high);
    CHECK_ERR(configure(sc, 2 * MS, MS, 0), ERROR_RANGE);
    CHECK_EQ(error_word(1), MS);
    CHECK_ERR(configure(sc, MS, MS, extra + 1), ERROR_RANGE);
    CHECK_EQ(error_word(0), 0);
    CHECK_EQ(error_word(1), extra);
    CHECK_OK(configure(sc, low, low, extra));
    CHECK_OK(configure(sc, MS, high, 0));
}

TEST("sched_context: a thread without one does not run")
{
    start();
    struct thread *t = spawn(.run = step, .arg = 1, .passive = true);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), t->tcb));
    CHECK_EQ(stage, 1);
}

TEST("sched_context: one without parameters gives no time")
{
    cptr sc = object(OBJECT_SCHED_CONTEXT, 8);

    start();
    struct thread *t = prepare(.run = step, .arg = 1, .passive = true);
    CHECK_OK(kc_sched_context_bind(sc, t->tcb));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0);
    CHECK_OK(configure(sc, MS, MS, 0));
    CHECK_EQ(stage, 1);
}

TEST("sched_context: it is bound to one thread and one notification at most")
{
    cptr sc = make_context(0, MS, MS), other = make_context(0, MS, MS);
    cptr t = make(OBJECT_TCB), u = make(OBJECT_TCB), n = make(OBJECT_NOTIFICATION);

    CHECK_ERR1(kc_sched_context_bind(sc, make(OBJECT_ENDPOINT)),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_OK(kc_sched_context_bind(sc, t));
    CHECK_ERR(kc_sched_context_bind(sc, u), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_bind(other, t), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_sched_context_bind(sc, n));
    CHECK_ERR(kc_sched_context_bind(other, n), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_bind(sc, make(OBJECT_NOTIFICATION)),
              ERROR_ILLEGAL_OPERATION);
}

TEST("sched_context: unbinding")
{
    cptr sc = make_context(0, MS, MS);
    cptr t = make(OBJECT_TCB), n = make(OBJECT_NOTIFICATION);

    CHECK_ERR(kc_sched_context_unbind_object(sc, t), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_unbind_object(sc, n), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR1(kc_sched_context_unbind_object(sc, make(OBJECT_ENDPOINT)),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_OK(kc_sched_context_unbind(sc));
    CHECK_OK(kc_sched_context_bind(sc, t));
    CHECK_OK(kc_sched_context_unbind_object(sc, t));
    CHECK_OK(kc_sched_context_bind(sc, n));
    CHECK_OK(kc_sched_context_unbind_object(sc, n));
    CHECK_OK(kc_sched_context_bind(sc, t));
    CHECK_OK(kc_sched_context_unbind(sc));
    CHECK_OK(kc_sched_context_bind(sc, n));
}

TEST("sched_context: a thread cannot unbind its own")
{
    CHECK_ERR(kc_sched_context_unbind(self()->sc), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_sched_context_unbind_object(self()->sc, self()->tcb),
              ERROR_ILLEGAL_OPERATION);
}

TEST("sched_context: a thread that loses its own stops, and goes on with another")
{
    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(5);
    CHECK(counter[0] > 0);
    CHECK_OK(kc_sched_context_unbind(t->sc));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), t->tcb));
    sleep_ms(5);
    CHECK(counter[0] > before);
}

TEST("sched_context: deleting it stops its thread")
{
    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(5);
    CHECK_OK(drop(t->sc));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
    CHECK_OK(kc_sched_context_bind(make_context(0, MS, MS), t->tcb));
    sleep_ms(5);
    CHECK(counter[0] > before);
}

TEST("sched_context: without parameters it is not bound to a thread that is blocked")
{
    cptr e = make(OBJECT_ENDPOINT), sc = object(OBJECT_SCHED_CONTEXT, 8);

    start();
    struct thread *t = passive_server(send_one, e);
    CHECK_ERR(kc_sched_context_bind(sc, t->tcb), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(configure(sc, MS, MS, 0));
    CHECK_OK(kc_sched_context_bind(sc, t->tcb));
    CHECK_EQ(ipc_recv(e, self()->reply).mr[0], 1);
    CHECK_EQ(stage, 1);
}

