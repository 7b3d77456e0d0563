/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of what becomes of waiting threads: cancelled sends, deleted endpoints. */
#include "actors.h"

static void call_for_error(uint64_t cap)
{
    uint64_t mr[4] = {0};

    got.label = kc_invoke(cap, message_info(7, 0, 0, 0), mr);
    stage++;
}

TEST("endpoint: cancelled senders start their call again")
{
    cptr e = make(OBJECT_ENDPOINT), one = mint(e, RIGHTS_ALL, 1);
    cptr first = copy(one, RIGHTS_ALL), second = mint(e, RIGHTS_ALL, 2);

    start();
    spawn(.run = send_one, .arg = first);
    spawn(.run = send_one, .arg = second);
    CHECK_OK(kc_cnode_cancel_badged_sends(ROOT, one, DEPTH));
    CHECK_EQ(stage, 0);
    CHECK_EQ(ipc_recv(e, self()->reply).badge, 2);
    CHECK_EQ(ipc_recv(e, self()->reply).badge, 1);
}

TEST("endpoint: senders whose badge is revoked and cancelled get an error")
{
    cptr e = make(OBJECT_ENDPOINT), one = mint(e, RIGHTS_ALL, 1);

    start();
    spawn(.run = call_for_error, .arg = copy(one, RIGHTS_ALL));
    spawn(.run = send_one, .arg = mint(e, RIGHTS_ALL, 2));
    CHECK_OK(revoke(one));
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_cnode_cancel_badged_sends(ROOT, one, DEPTH));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.label, ERROR_INVALID_CAPABILITY);
    CHECK_EQ(ipc_recv(e, self()->reply).badge, 2);
}

TEST("endpoint: cancelling sends needs a badged capability with all rights")
{
    cptr e = make(OBJECT_ENDPOINT), one = mint(e, RIGHTS_ALL, 1);
    cptr weak = mint(e, RIGHTS_READ_WRITE, 3);

    start();
    CHECK_OK(kc_cnode_cancel_badged_sends(ROOT, e, DEPTH));
    CHECK_ERR(kc_cnode_cancel_badged_sends(ROOT, weak, DEPTH), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_cnode_cancel_badged_sends(ROOT, make(OBJECT_NOTIFICATION), DEPTH),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_cnode_cancel_badged_sends(ROOT, slot(), DEPTH), ERROR_ILLEGAL_OPERATION);
    spawn(.run = send_one, .arg = one);
    CHECK_OK(kc_cnode_cancel_badged_sends(ROOT, mint(e, RIGHTS_ALL, 2), DEPTH));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 1);
}

TEST("endpoint: deleting the endpoint releases its senders")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = send_one, .arg = e);
    spawn(.run = call_for_error, .arg = e);
    CHECK_EQ(stage, 0);
    CHECK_OK(drop(e));
    CHECK_EQ(stage, 2);
    CHECK_EQ(got.label, ERROR_INVALID_CAPABILITY);
}

TEST("endpoint: deleting the endpoint lets its receivers fault")
{
    cptr e = make(OBJECT_ENDPOINT), faults = make(OBJECT_ENDPOINT);

    spawn(.run = receive_one, .arg = e, .fault_ep = mint(faults, RIGHTS_ALL, 2));
    CHECK_OK(drop(e));
    struct message m = ipc_recv(faults, self()->reply);
    CHECK_EQ(m.label, FAULT_CAP);
    CHECK_EQ(m.badge, 2);
    CHECK_EQ(m.mr[CAP_FAULT_ADDRESS], e);
    CHECK_EQ(m.mr[CAP_FAULT_IN_RECEIVE], 1);
}

TEST("endpoint: a waiting sender does not notice that its capability went")
{
    cptr e = make(OBJECT_ENDPOINT), badged = mint(e, RIGHTS_ALL, 6);

    start();
    spawn(.run = send_one, .arg = badged);
    CHECK_OK(drop(badged));
    CHECK_EQ(ipc_recv(e, self()->reply).badge, 6);
    CHECK_EQ(stage, 1);
}

