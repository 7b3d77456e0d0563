/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of capabilities in messages. */
#include "actors.h"

enum { LABEL = 0x5e11, WORD = 0x5eed };

/* Sends caps through to, received into a slot that is returned; got tells the rest. */
static cptr transfer(cptr to, cptr e, const cptr caps[], unsigned count)
{
    cptr into = slot();
    uint64_t mr[4] = {WORD, 0, 0, 0};

    start();
    struct thread *t = prepare(.run = receive_one, .arg = e);
    t->buffer->receive_cnode = ROOT;
    t->buffer->receive_index = into;
    t->buffer->receive_depth = DEPTH;
    CHECK_OK(kc_tcb_resume(t->tcb));
    for (unsigned i = 0; i < count; i++)
        kc_set_cap(i, caps[i]);
    kc_send(to, message_info(LABEL, 0, count, 1), mr);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.mr[0], WORD);
    for (unsigned i = 0; i < 3; i++)
        got.mr[i + 1] = t->buffer->caps_or_badges[i];
    return into;
}

TEST("endpoint: a capability is transferred with the grant right")
{
    cptr e = make(OBJECT_ENDPOINT), n = make(OBJECT_NOTIFICATION);
    cptr caps[] = {mint(n, RIGHTS_ALL, 0x31)};
    cptr into = transfer(e, e, caps, 1);

    CHECK_EQ(got.caps, 1);
    CHECK_EQ(got.unwrapped, 0);
    kc_signal(into);
    CHECK_EQ(ipc_nbwait(n).badge, 0x31);
    CHECK(!is_empty(caps[0]));
    CHECK_OK(revoke(n));
    CHECK(is_empty(into));
}

TEST("endpoint: no capability is transferred without the grant right")
{
    cptr e = make(OBJECT_ENDPOINT);
    cptr caps[] = {make(OBJECT_NOTIFICATION)};
    cptr into = transfer(copy(e, RIGHTS_READ_WRITE | RIGHT_GRANT_REPLY), e, caps, 1);

    CHECK_EQ(got.caps, 0);
    CHECK(is_empty(into));
}

TEST("endpoint: a capability to the same endpoint is unwrapped")
{
    cptr e = make(OBJECT_ENDPOINT);
    cptr caps[] = {mint(e, RIGHTS_ALL, 0xb1)};
    cptr into = transfer(mint(e, RIGHTS_ALL, 1), e, caps, 1);

    CHECK_EQ(got.caps, 1);
    CHECK_EQ(got.unwrapped, 1);
    CHECK_EQ(got.mr[1], 0xb1);
    CHECK(is_empty(into));
}

TEST("endpoint: a capability and two that are unwrapped")
{
    cptr e = make(OBJECT_ENDPOINT);
    cptr caps[] = {mint(e, RIGHTS_ALL, 0xb1), make(OBJECT_NOTIFICATION),
                   mint(e, RIGHTS_ALL, 0xb3)};
    cptr into = transfer(e, e, caps, 3);

    CHECK_EQ(got.caps, 3);
    CHECK_EQ(got.unwrapped, 5);
    CHECK_EQ(got.mr[1], 0xb1);
    CHECK_EQ(got.mr[3], 0xb3);
    CHECK(!is_empty(into));
}

TEST("endpoint: a second capability ends the transfer")
{
    cptr e = make(OBJECT_ENDPOINT);
    cptr caps[] = {make(OBJECT_NOTIFICATION), make(OBJECT_NOTIFICATION),
                   mint(e, RIGHTS_ALL, 0xb3)};
    cptr into = transfer(e, e, caps, 3);

    CHECK_EQ(got.caps, 1);
    CHECK_EQ(got.unwrapped, 0);
    CHECK(!is_empty(into));
}

TEST("endpoint: what cannot be copied is not transferred")
{
    cptr e = make(OBJECT_ENDPOINT);
    cptr caps[] = {make(OBJECT_PAGE_TABLE)};
    cptr into = transfer(e, e, caps, 1);

    CHECK_EQ(got.caps, 0);
    CHECK(is_empty(into));
}

TEST("endpoint: a message arrives without its capability if there is no place for it")
{
    cptr e = make(OBJECT_ENDPOINT), n = make(OBJECT_NOTIFICATION);
    static const uint64_t depths[] = {0, 63, 64, 65};

    for (unsigned i = 0; i < 4; i++) {
        start();
        struct thread *t = prepare(.run = receive_one, .arg = e);
        t->buffer->receive_cnode = ROOT;
        t->buffer->receive_index = n; /* taken */
        t->buffer->receive_depth = depths[i];
        CHECK_OK(kc_tcb_resume(t->tcb));
        kc_set_cap(0, n);
        ipc_send_info(e, message_info(LABEL, 0, 1, 1), WORD);
        CHECK_EQ(stage, 1);
        CHECK_EQ(got.label, LABEL);
        CHECK_EQ(got.caps, 0);
    }
}

static void send_cap(uint64_t e)
{
    ipc_send_info(e, message_info(LABEL, 0, 1, 1), WORD);
}

TEST("endpoint: a capability that vanished while its sender waited")
{
    cptr e = make(OBJECT_ENDPOINT), n = make(OBJECT_NOTIFICATION);
    struct thread *t = prepare(.run = send_cap, .arg = e);

    t->buffer->caps_or_badges[0] = n;
    start();
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_OK(drop(n));
    struct message m = ipc_recv(e, self()->reply);
    CHECK_EQ(m.label, LABEL);
    CHECK_EQ(m.caps, 0);
}
