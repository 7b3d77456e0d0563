/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of notifications: signalling, waiting, binding to threads. */
#include <test/test.h>

static struct message got;
static atomic_uint stage;

static void waiter(uint64_t n)
{
    got = ipc_wait(n);
    stage++;
}

static void receiver(uint64_t e)
{
    got = ipc_recv(e, self()->reply);
    stage++;
}

static void start(void)
{
    got = (struct message){0};
    stage = 0;
}

TEST("notification: a signal is kept until somebody waits")
{
    cptr n = make(OBJECT_NOTIFICATION);

    kc_signal(mint(n, RIGHTS_ALL, 5));
    CHECK_EQ(ipc_wait(n).badge, 5);
    CHECK_EQ(ipc_nbwait(n).badge, 0);
}

TEST("notification: the badges of signals are united")
{
    cptr n = make(OBJECT_NOTIFICATION);

    kc_signal(mint(n, RIGHTS_ALL, 1));
    kc_signal(mint(n, RIGHTS_ALL, 6));
    kc_signal(mint(n, RIGHTS_ALL, 2));
    CHECK_EQ(ipc_wait(n).badge, 7);
}

TEST("notification: a signal wakes a waiting thread")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    spawn(.run = waiter, .arg = n);
    CHECK_EQ(stage, 0);
    kc_signal(mint(n, RIGHTS_ALL, 3));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.badge, 3);
    CHECK_EQ(ipc_nbwait(n).badge, 0);
}

TEST("notification: a signal without a badge wakes, and leaves nothing to poll")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    kc_signal(n);
    CHECK_EQ(ipc_wait(n).badge, 0);
    spawn(.run = waiter, .arg = n);
    kc_signal(n);
    CHECK_EQ(stage, 1);
}

TEST("notification: every way of sending signals")
{
    cptr n = make(OBJECT_NOTIFICATION), one = mint(n, RIGHTS_ALL, 1);
    uint64_t mr[4] = {0};

    ipc_send_info(one, message_info(77, 0, 0, 120), 9);
    CHECK_EQ(ipc_nbwait(n).badge, 1);
    ipc_nbsend(one, 77, 9);
    CHECK_EQ(ipc_nbwait(n).badge, 1);
    CHECK_OK(kc_invoke(one, message_info(77, 0, 0, 4), mr));
    CHECK_EQ(ipc_nbwait(n).badge, 1);
    CHECK_EQ(ipc_nbsend_wait(one, n, 0).badge, 1);
}

TEST("notification: receive works as wait does")
{
    cptr n = make(OBJECT_NOTIFICATION);

    kc_signal(mint(n, RIGHTS_ALL, 2));
    CHECK_EQ(ipc_recv(n, self()->reply).badge, 2);
    CHECK_EQ(ipc_nbrecv(n, self()->reply).badge, 0);
    kc_signal(mint(n, RIGHTS_ALL, 4));
    CHECK_EQ(ipc_nbrecv(n, self()->reply).badge, 4);
}

TEST("notification: a signal wakes one thread, the one of highest priority")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    struct thread *low = spawn(.run = waiter, .arg = n, .priority = TEST_PRIORITY + 1);
    struct thread *high = spawn(.run = waiter, .arg = n, .priority = TEST_PRIORITY + 2);
    kc_signal(mint(n, RIGHTS_ALL, 1));
    CHECK_EQ(stage, 1);
    join(high);
    kc_signal(mint(n, RIGHTS_ALL, 1));
    CHECK_EQ(stage, 2);
    join(low);
}

TEST("notification: rights are kept")
{
    cptr n = make(OBJECT_NOTIFICATION);
    uint64_t mr[4] = {0};

    kc_signal(mint(n, RIGHT_READ, 1));
    ipc_nbsend(mint(n, RIGHT_READ, 1), 0, 0);
    CHECK_ERR(kc_invoke(mint(n, RIGHT_READ, 1), 0, mr), ERROR_INVALID_CAPABILITY);
    CHECK_EQ(error_word(0), 0);
    CHECK_EQ(ipc_nbwait(n).badge, 0);
    kc_signal(mint(n, RIGHT_WRITE, 1));
    CHECK_EQ(ipc_nbwait(copy(n, RIGHT_READ)).badge, 1);
}

TEST("notification: deleting it lets its waiting threads fault")
{
    cptr n = make(OBJECT_NOTIFICATION), faults = make(OBJECT_ENDPOINT);

    spawn(.run = waiter, .arg = n, .fault_ep = mint(faults, RIGHTS_ALL, 1));
    CHECK_OK(drop(n));
    struct message m = ipc_recv(faults, self()->reply);
    CHECK_EQ(m.label, FAULT_CAP);
    CHECK_EQ(m.mr[CAP_FAULT_ADDRESS], n);
    CHECK_EQ(m.mr[CAP_FAULT_IN_RECEIVE], 1);
}

TEST("notification: a bound one arrives at a thread that receives from an endpoint")
{
    cptr n = make(OBJECT_NOTIFICATION), e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = prepare(.run = receiver, .arg = e);
    CHECK_OK(kc_tcb_bind_notification(t->tcb, n));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0);
    kc_signal(mint(n, RIGHTS_ALL, 0x40));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.badge, 0x40);
    CHECK_EQ(got.label, 0);
    CHECK_EQ(got.length, 0);
    CHECK_EQ(ipc_nbwait(e).badge, 0);
}

TEST("notification: a bound one that was signalled before comes first")
{
    cptr n = make(OBJECT_NOTIFICATION), e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = prepare(.run = receiver, .arg = e);
    CHECK_OK(kc_tcb_bind_notification(t->tcb, n));
    kc_signal(mint(n, RIGHTS_ALL, 0x41));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.badge, 0x41);
}

TEST("notification: a bound one does not disturb a thread that waits elsewhere")
{
    cptr n = make(OBJECT_NOTIFICATION), other = make(OBJECT_NOTIFICATION);

    start();
    struct thread *t = prepare(.run = waiter, .arg = other);
    CHECK_OK(kc_tcb_bind_notification(t->tcb, n));
    CHECK_OK(kc_tcb_resume(t->tcb));
    kc_signal(mint(n, RIGHTS_ALL, 1));
    CHECK_EQ(stage, 0);
    kc_signal(mint(other, RIGHTS_ALL, 2));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.badge, 2);
}

TEST("notification: its own thread can wait for a bound one")
{
    cptr n = make(OBJECT_NOTIFICATION);

    CHECK_OK(kc_tcb_bind_notification(self()->tcb, n));
    kc_signal(mint(n, RIGHTS_ALL, 2));
    CHECK_EQ(ipc_wait(n).badge, 2);
}

TEST("notification: another thread cannot wait for a bound one")
{
    cptr n = make(OBJECT_NOTIFICATION), faults = make(OBJECT_ENDPOINT);

    CHECK_OK(kc_tcb_bind_notification(self()->tcb, n));
    spawn(.run = waiter, .arg = n, .fault_ep = faults);
    struct message m = ipc_recv(faults, self()->reply);
    CHECK_EQ(m.label, FAULT_CAP);
    CHECK_EQ(m.mr[CAP_FAULT_ADDRESS], n);
    CHECK_EQ(m.mr[CAP_FAULT_IN_RECEIVE], 1);
    CHECK_EQ(m.mr[CAP_FAULT_LOOKUP], LOOKUP_MISSING_CAPABILITY);
}

TEST("notification: one binding for a thread, and one for a notification")
{
    cptr n = make(OBJECT_NOTIFICATION), other = make(OBJECT_NOTIFICATION);
    cptr t = make(OBJECT_TCB), u = make(OBJECT_TCB);

    CHECK_OK(kc_tcb_bind_notification(t, n));
    CHECK_ERR(kc_tcb_bind_notification(t, other), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_bind_notification(t, n), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_bind_notification(u, n), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_unbind_notification(u), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_tcb_unbind_notification(t));
    CHECK_ERR(kc_tcb_unbind_notification(t), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_tcb_bind_notification(u, n));
    CHECK_OK(kc_tcb_bind_notification(t, other));
}

TEST("notification: binding needs a notification with the read right and no waiters")
{
    cptr n = make(OBJECT_NOTIFICATION), t = make(OBJECT_TCB);

    CHECK_ERR(kc_tcb_bind_notification(t, copy(n, RIGHT_WRITE)), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_bind_notification(t, make(OBJECT_ENDPOINT)),
              ERROR_ILLEGAL_OPERATION);
    spawn(.run = waiter, .arg = n);
    CHECK_ERR(kc_tcb_bind_notification(t, n), ERROR_ILLEGAL_OPERATION);
}

TEST("notification: a binding ends with its thread or its notification")
{
    cptr n = make(OBJECT_NOTIFICATION), t = make(OBJECT_TCB), u = make(OBJECT_TCB);

    CHECK_OK(kc_tcb_bind_notification(t, n));
    CHECK_OK(drop(t));
    CHECK_OK(kc_tcb_bind_notification(u, n));
    CHECK_OK(drop(n));
    CHECK_ERR(kc_tcb_unbind_notification(u), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_tcb_bind_notification(u, make(OBJECT_NOTIFICATION)));
}

TEST("notification: after unbinding, receiving goes on")
{
    cptr n = make(OBJECT_NOTIFICATION), e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = prepare(.run = receiver, .arg = e);
    CHECK_OK(kc_tcb_bind_notification(t->tcb, n));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_OK(kc_tcb_unbind_notification(t->tcb));
    kc_signal(mint(n, RIGHTS_ALL, 1));
    CHECK_EQ(stage, 0);
    ipc_send(mint(e, RIGHTS_ALL, 2), 0, 0);
    CHECK_EQ(got.badge, 2);
    CHECK_EQ(ipc_nbwait(n).badge, 1);
}
