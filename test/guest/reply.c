/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of reply objects: answering calls, misuse, the end of either side. */
#include <test/test.h>

static struct message got;
static atomic_uint stage;
static unsigned order[4];

static void caller(uint64_t e)
{
    got = ipc_call(e, 1, 2);
    stage++;
}

static void ordered_caller(uint64_t e)
{
    order[stage] = (unsigned)ipc_call(e, 1, 2).mr[0];
    stage++;
}

static void start(void)
{
    got = (struct message){0};
    stage = 0;
}

TEST("reply: an answer wakes the caller, once")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);

    start();
    spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    CHECK_EQ(stage, 0);
    ipc_reply(r, 7, 8);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.label, 7);
    CHECK_EQ(got.mr[0], 8);
    ipc_reply(r, 9, 10);
    CHECK_EQ(got.label, 7);
}

TEST("reply: callers are answered in any order")
{
    cptr e = make(OBJECT_ENDPOINT), r[3];

    start();
    for (unsigned i = 0; i < 3; i++) {
        r[i] = make(OBJECT_REPLY);
        spawn(.run = ordered_caller, .arg = e);
        ipc_recv(e, r[i]);
    }
    ipc_reply(r[1], 0, 1);
    ipc_reply(r[0], 0, 0);
    ipc_reply(r[2], 0, 2);
    CHECK_EQ(stage, 3);
    CHECK(order[0] == 1 && order[1] == 0 && order[2] == 2);
}

TEST("reply: any way of sending answers")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    ipc_nbsend(r, 0, 5);
    CHECK_EQ(got.mr[0], 5);
    spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    kc_signal(mint(n, RIGHTS_ALL, 1));
    ipc_nbsend_wait(r, n, 6);
    CHECK_EQ(got.mr[0], 6);
    CHECK_EQ(stage, 2);
}

static void answer(uint64_t r)
{
    ipc_reply(r, 0, 33);
}

TEST("reply: another thread may answer through a copy")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);

    start();
    spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    spawn(.run = answer, .arg = copy(r, RIGHTS_ALL));
    CHECK_EQ(got.mr[0], 33);
}

TEST("reply: receiving with a reply object in use gives up its caller")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);

    start();
    spawn(.run = caller, .arg = mint(e, RIGHTS_ALL, 1));
    spawn(.run = caller, .arg = mint(e, RIGHTS_ALL, 2));
    CHECK_EQ(ipc_recv(e, r).badge, 1);
    CHECK_EQ(ipc_recv(e, r).badge, 2);
    CHECK_EQ(stage, 0);
    ipc_reply(r, 0, 44);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.mr[0], 44);
}

TEST("reply: a caller whose reply object is deleted stays stopped")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);

    start();
    struct thread *t = spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    CHECK_OK(drop(r));
    CHECK_EQ(stage, 0);
    CHECK_EQ(ipc_nbrecv(e, self()->reply).mr[0], 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).mr[0], 2);
    ipc_reply(self()->reply, 0, 1);
    CHECK_EQ(stage, 1);
}

TEST("reply: deleting one of two capabilities changes nothing")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY), s = copy(r, RIGHTS_ALL);

    start();
    spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    CHECK_OK(drop(r));
    ipc_reply(s, 0, 55);
    CHECK_EQ(got.mr[0], 55);
}

TEST("reply: an answer to a caller that was stopped vanishes")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);

    start();
    struct thread *t = spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    CHECK_OK(kc_tcb_suspend(t->tcb));
    ipc_reply(r, 0, 1);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_nbrecv(e, r).mr[0], 2);
    ipc_reply(r, 0, 66);
    CHECK_EQ(got.mr[0], 66);
}

TEST("reply: an answer to a caller that was deleted vanishes")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);

    start();
    struct thread *t = spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    CHECK_OK(drop(t->tcb));
    ipc_reply(r, 0, 1);
    CHECK_EQ(stage, 0);
    spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    ipc_reply(r, 0, 77);
    CHECK_EQ(got.mr[0], 77);
}

TEST("reply: an answer survives the endpoint of the call")
{
    cptr e = make(OBJECT_ENDPOINT), r = make(OBJECT_REPLY);

    start();
    spawn(.run = caller, .arg = e);
    ipc_recv(e, r);
    CHECK_OK(drop(e));
    ipc_reply(r, 0, 88);
    CHECK_EQ(got.mr[0], 88);
}

TEST("reply: a call that a plain wait took stops the caller")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = spawn(.run = caller, .arg = e);
    CHECK_EQ(ipc_wait(e).mr[0], 2);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_recv(e, self()->reply).mr[0], 2);
    ipc_reply(self()->reply, 0, 1);
    CHECK_EQ(stage, 1);
}

/* Answers a call with a capability through r; returns the caller's receive slot. */
static cptr answer_with_cap(cptr e, cptr r)
{
    cptr into = slot();
    struct thread *t = prepare(.run = caller, .arg = e);

    start();
    t->buffer->receive_cnode = ROOT;
    t->buffer->receive_index = into;
    t->buffer->receive_depth = DEPTH;
    CHECK_OK(kc_tcb_resume(t->tcb));
    ipc_recv(e, r);
    kc_set_cap(0, make(OBJECT_NOTIFICATION));
    ipc_send_info(r, message_info(0, 0, 1, 1), 3);
    CHECK_EQ(got.mr[0], 3);
    return into;
}

TEST("reply: an answer transfers a capability")
{
    cptr into = answer_with_cap(make(OBJECT_ENDPOINT), make(OBJECT_REPLY));

    CHECK_EQ(got.caps, 1);
    CHECK(!is_empty(into));
}

TEST("reply: an answer transfers no capability without the grant right")
{
    cptr into = answer_with_cap(make(OBJECT_ENDPOINT),
                                copy(make(OBJECT_REPLY), RIGHTS_READ_WRITE));

    CHECK_EQ(got.caps, 0);
    CHECK(is_empty(into));
}

static cptr second_hop;

static void relay(uint64_t e)
{
    ipc_recv(e, self()->reply);
    uint64_t word = ipc_call(second_hop, 0, 1).mr[0];
    ipc_reply(self()->reply, 0, word + 1);
}

TEST("reply: calls nest")
{
    cptr e = make(OBJECT_ENDPOINT);

    second_hop = make(OBJECT_ENDPOINT);
    start();
    spawn(.run = relay, .arg = e);
    spawn(.run = caller, .arg = e);
    CHECK_EQ(ipc_recv(second_hop, self()->reply).mr[0], 1);
    CHECK_EQ(stage, 0);
    ipc_reply(self()->reply, 0, 10);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.mr[0], 11);
}
