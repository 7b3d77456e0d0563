/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of capability faults: which look-ups end in them, and what they say. */
#include "faults.h"

/* A thread in a CSpace of 2^bits slots with a guard, so that addresses can be wrong. */
static struct thread *sandbox(void (*run)(uint64_t), uint64_t arg, cptr ep, unsigned bits,
                              uint64_t guard, unsigned guard_bits)
{
    stage = 0;
    return spawn(.run = run, .arg = arg, .fault_ep = ep,
                 .cspace = object(OBJECT_CNODE, bits),
                 .guard = cnode_guard(guard, guard_bits));
}

static void do_send(uint64_t cap)
{
    ipc_send(cap, 0, 0);
    stage = 1;
}

static void do_call(uint64_t cap)
{
    seen = ipc_call(cap, 0, 0).label;
    stage = 1;
}

static void do_nbsend(uint64_t cap)
{
    ipc_nbsend(cap, 0, 0);
    stage = 1;
}

static void do_recv(uint64_t cap)
{
    ipc_recv(cap, 0);
    stage = 1;
}

static void do_nbrecv(uint64_t cap)
{
    ipc_nbrecv(cap, 0);
    stage = 1;
}

static void do_wait(uint64_t cap)
{
    ipc_wait(cap);
    stage = 1;
}

static void do_nbwait(uint64_t cap)
{
    ipc_nbwait(cap);
    stage = 1;
}

TEST("fault: a guard mismatch while sending")
{
    cptr ep = make(OBJECT_ENDPOINT);
    void (*const calls[])(uint64_t) = {do_send, do_call};

    for (unsigned i = 0; i < 2; i++) {
        sandbox(calls[i], 0x35, ep, 4, 1, 60);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_CAP);
        CHECK_EQ(f.length, CAP_FAULT_LENGTH);
        CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 0x35);
        CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 0);
        CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_GUARD_MISMATCH);
        CHECK_EQ(f.words[CAP_FAULT_BITS_LEFT], 64);
        CHECK_EQ(f.words[CAP_FAULT_GUARD_FOUND], 1);
        CHECK_EQ(f.words[CAP_FAULT_GUARD_BITS_FOUND], 60);
    }
}

static void do_send_inner(uint64_t cap)
{
    do_send(cap);
}

TEST("fault: a depth mismatch below a CNode")
{
    cptr ep = make(OBJECT_ENDPOINT), outer = object(OBJECT_CNODE, 4);
    cptr inner = object(OBJECT_CNODE, 6);

    CHECK_OK(kc_cnode_copy(outer, 2, 4, ROOT, inner, DEPTH, RIGHTS_ALL));
    stage = 0;
    spawn(.run = do_send_inner, .arg = 0x22, .fault_ep = ep, .cspace = outer,
          .guard = cnode_guard(0, 56));
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 0x22);
    CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_DEPTH_MISMATCH);
    CHECK_EQ(f.words[CAP_FAULT_BITS_LEFT], 4);
    CHECK_EQ(f.words[CAP_FAULT_DEPTH_BITS_FOUND], 6);
}

TEST("fault: bits that remain behind a capability do not matter")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);
    cptr n = make(OBJECT_NOTIFICATION);

    stage = 0;
    CHECK_OK(kc_cnode_mint(cnode, 2, 4, ROOT, n, DEPTH, RIGHTS_ALL, 3));
    spawn(.run = do_send, .arg = UINT64_C(0x2abc), .fault_ep = ep, .cspace = cnode,
          .guard = cnode_guard(0, 48));
    CHECK_EQ(stage, 1);
    CHECK_EQ(ipc_nbwait(n).badge, 3);
}

TEST("fault: an empty CSpace is an invalid root")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);
    struct thread *t = prepare(.run = do_send, .arg = 1, .fault_ep = ep, .cspace = cnode,
                               .guard = cnode_guard(0, 60));

    CHECK_OK(revoke(cnode));
    CHECK_OK(drop(cnode));
    CHECK_OK(kc_tcb_resume(t->tcb));
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_LOOKUP] == LOOKUP_INVALID_ROOT
             || f.words[CAP_FAULT_LOOKUP] == LOOKUP_NO_FAILURE, 1);
}

TEST("fault: a missing capability while receiving")
{
    cptr ep = make(OBJECT_ENDPOINT);
    void (*const calls[])(uint64_t) = {do_recv, do_wait, do_nbrecv, do_nbwait};

    for (unsigned i = 0; i < 4; i++) {
        sandbox(calls[i], 3, ep, 4, 0, 60);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_CAP);
        CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 3);
        CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 1);
        CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_MISSING_CAPABILITY);
        CHECK_EQ(f.words[CAP_FAULT_BITS_LEFT], 0);
        CHECK_EQ(stage, 0);
    }
}

TEST("fault: receiving from what is no endpoint or lacks the read right")
{
    cptr ep = make(OBJECT_ENDPOINT);
    cptr bad[] = {copy(make(OBJECT_ENDPOINT), RIGHT_WRITE), ROOT_SLOT_TCB,
                  copy(make(OBJECT_NOTIFICATION), RIGHT_WRITE)};

    for (unsigned i = 0; i < 3; i++) {
        stage = 0;
        spawn(.run = do_wait, .arg = bad[i], .fault_ep = ep);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_CAP);
        CHECK_EQ(f.words[CAP_FAULT_ADDRESS], bad[i]);
        CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 1);
        CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_MISSING_CAPABILITY);
    }
}

static cptr wrong_reply;

static void recv_with_wrong_reply(uint64_t e)
{
    ipc_recv(e, wrong_reply);
    stage = 1;
}

TEST("fault: receiving from an endpoint needs a reply object")
{
    cptr ep = make(OBJECT_ENDPOINT), e = make(OBJECT_ENDPOINT);

    wrong_reply = ROOT_SLOT_TCB;
    stage = 0;
    spawn(.run = recv_with_wrong_reply, .arg = e, .fault_ep = ep);
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_ADDRESS], wrong_reply);
    CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 1);
    CHECK_EQ(stage, 0);
}

TEST("fault: sending without waiting does not fault")
{
    cptr ep = make(OBJECT_ENDPOINT);

    sandbox(do_nbsend, 0x35, ep, 4, 1, 60);
    CHECK_EQ(stage, 1);
}

TEST("fault: sending to an empty slot is an error, not a fault")
{
    cptr ep = make(OBJECT_ENDPOINT);

    sandbox(do_send, 3, ep, 4, 0, 60);
    CHECK_EQ(stage, 1);
    sandbox(do_call, 3, ep, 4, 0, 60);
    CHECK_EQ(stage, 1);
    CHECK_EQ(seen, ERROR_INVALID_CAPABILITY);
}

static void send_extra(uint64_t e)
{
    self()->buffer->caps_or_badges[0] = 0x7777;
    ipc_send_info(e, message_info(0, 0, 1, 0), 0);
    stage = 1;
}

TEST("fault: an extra capability whose address does not resolve")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);

    CHECK_OK(kc_cnode_copy(cnode, 2, 4, ROOT, make(OBJECT_ENDPOINT), DEPTH, RIGHTS_ALL));
    stage = 0;
    spawn(.run = send_extra, .arg = 2, .fault_ep = ep, .cspace = cnode,
          .guard = cnode_guard(0, 60));
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 0x7777);
    CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 0);
    CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_GUARD_MISMATCH);
}

TEST("fault: after an answer to a capability fault the call is made again")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);
    cptr n = make(OBJECT_NOTIFICATION);

    stage = 0;
    kc_signal(mint(n, RIGHTS_ALL, 1));
    spawn(.run = do_wait, .arg = 3, .fault_ep = ep, .cspace = cnode,
          .guard = cnode_guard(0, 60));
    struct fault f = next_fault(ep);
    CHECK_OK(kc_cnode_copy(cnode, 3, 4, ROOT, n, DEPTH, RIGHTS_ALL));
    answer(&f, 0, 0);
    CHECK_EQ(stage, 1);
}
