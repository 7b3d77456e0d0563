/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of endpoints: messages, order of threads, rights, double calls. */
#include <test/test.h>

enum { LABEL = 0x123456789abcd, WORD = 0x5eed };

static struct message got;
static atomic_uint stage;
static unsigned sequence[8];

static void sender(uint64_t cap)
{
    ipc_send(cap, LABEL, WORD);
    stage++;
}

static void receiver(uint64_t cap)
{
    got = ipc_recv(cap, self()->reply);
    stage++;
}

static void caller(uint64_t cap)
{
    got = ipc_call(cap, LABEL, WORD);
    stage++;
}

static void start(void)
{
    got = (struct message){0};
    stage = 0;
}

TEST("endpoint: a sender waits for a receiver")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, 9));
    CHECK_EQ(stage, 0);
    struct message m = ipc_recv(e, self()->reply);
    CHECK_EQ(stage, 1);
    CHECK_EQ(m.label, LABEL);
    CHECK_EQ(m.length, 1);
    CHECK_EQ(m.caps, 0);
    CHECK_EQ(m.badge, 9);
    CHECK_EQ(m.mr[0], WORD);
}

TEST("endpoint: a receiver waits for a sender")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = receiver, .arg = e);
    CHECK_EQ(stage, 0);
    ipc_send(mint(e, RIGHTS_ALL, 9), LABEL, WORD);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.label, LABEL);
    CHECK_EQ(got.badge, 9);
    CHECK_EQ(got.mr[0], WORD);
}

static const unsigned lengths[] = {0, 1, 3, 4, 5, 16, 119, 120};
enum { LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

/* Message words hold their own number plus a start. */
static void fill_words(uint64_t mr[4], unsigned length, uint64_t from)
{
    for (unsigned i = 0; i < length; i++) {
        if (i < 4)
            mr[i] = from + i;
        else
            kc_set_word(i, from + i);
    }
}

static bool words_match(const uint64_t mr[4], unsigned length, uint64_t from)
{
    for (unsigned i = 0; i < length; i++) {
        if ((i < 4 ? mr[i] : kc_word(i)) != from + i)
            return false;
    }
    return true;
}

static void send_lengths(uint64_t e)
{
    for (unsigned i = 0; i < LENGTHS; i++) {
        uint64_t mr[4] = {0};
        fill_words(mr, lengths[i], 1000 * i);
        kc_send(e, message_info(i, 0, 0, lengths[i]), mr);
    }
}

static void receive_lengths(uint64_t e)
{
    for (unsigned i = 0; i < LENGTHS; i++) {
        struct message m = ipc_recv(e, self()->reply);
        CHECK_EQ(m.label, i);
        CHECK_EQ(m.length, lengths[i]);
        CHECK(words_match(m.mr, lengths[i], 1000 * i));
        stage++;
    }
}

TEST("endpoint: all words arrive when the receiver comes first")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = receive_lengths, .arg = e);
    send_lengths(e);
    CHECK_EQ(stage, LENGTHS);
}

TEST("endpoint: all words arrive when the sender comes first")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = send_lengths, .arg = e);
    receive_lengths(e);
    CHECK_EQ(stage, LENGTHS);
}

static void echo_reversed(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        unsigned length = (unsigned)m.length;
        bool match = words_match(m.mr, length, 77);
        fill_words(m.mr, length, 5000);
        m.badge = e;
        uint64_t info = kc_reply_recv(e, self()->reply, message_info(match, 0, 0, length),
                                      &m.badge, m.mr);
        ipc_unpack(&m, info);
    }
}

static void call_lengths(cptr e)
{
    for (unsigned i = 0; i < LENGTHS; i++) {
        uint64_t mr[4] = {0};
        fill_words(mr, lengths[i], 77);
        uint64_t info = kc_call(e, message_info(0, 0, 0, lengths[i]), mr);
        CHECK_EQ(message_label(info), 1);
        CHECK_EQ(message_length(info), lengths[i]);
        CHECK(words_match(mr, lengths[i], 5000));
    }
}

TEST("endpoint: a call and its answer carry all words")
{
    cptr e = make(OBJECT_ENDPOINT);

    spawn(.run = echo_reversed, .arg = e);
    call_lengths(e);
}

TEST("endpoint: a call and its answer cross address spaces")
{
    cptr e = make(OBJECT_ENDPOINT);

    spawn(.run = echo_reversed, .arg = e, .vspace = vspace_image());
    call_lengths(e);
    spawn(.run = echo_reversed, .arg = e, .vspace = vspace_image(), .passive = true);
    call_lengths(e);
}

TEST("endpoint: a call to a server of lower priority")
{
    cptr e = make(OBJECT_ENDPOINT);

    spawn(.run = echo_reversed, .arg = e, .priority = TEST_PRIORITY - 1);
    call_lengths(e);
}

TEST("endpoint: a message has 120 words at most")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = receiver, .arg = e);
    ipc_send_info(e, message_info(1, 0, 0, 127), WORD);
    CHECK_EQ(got.length, MESSAGE_MAX_LENGTH);
    CHECK_EQ(got.mr[0], WORD);
}

TEST("endpoint: a label has 52 bits")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = receiver, .arg = e);
    ipc_send(e, UINT64_C(0xfffffffffffff), WORD);
    CHECK_EQ(got.label, UINT64_C(0xfffffffffffff));
}

static void receive_without_buffer(uint64_t e)
{
    struct message m = {.badge = e};
    uint64_t info = kc_recv(e, self()->reply, &m.badge, m.mr);

    ipc_unpack(&m, info);
    got = m;
}

TEST("endpoint: without an IPC buffer only the words in registers arrive")
{
    cptr e = make(OBJECT_ENDPOINT);
    struct thread *t = prepare(.run = receive_without_buffer, .arg = e);

    start();
    CHECK_OK(kc_tcb_set_ipc_buffer(t->tcb, 0, 0));
    CHECK_OK(kc_tcb_resume(t->tcb));
    ipc_send_info(e, message_info(1, 0, 0, 10), WORD);
    CHECK_EQ(got.length, MESSAGE_FAST_REGISTERS);
    CHECK_EQ(got.mr[0], WORD);
}

TEST("endpoint: a send that does not wait needs a receiver")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    ipc_nbsend(e, LABEL, WORD);
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 0);
    spawn(.run = receiver, .arg = e);
    CHECK_EQ(stage, 0);
    ipc_nbsend(e, LABEL, WORD);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.mr[0], WORD);
}

TEST("endpoint: a receive that does not wait takes a waiting message")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 0);
    CHECK_EQ(ipc_nbwait(e).badge, 0);
    spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, 4));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 4);
    spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, 5));
    struct message m = ipc_nbwait(e);
    CHECK_EQ(m.badge, 5);
    CHECK_EQ(m.mr[0], WORD);
    CHECK_EQ(stage, 2);
}

static void note_order(uint64_t cap)
{
    ipc_recv(cap & 0xffffffff, self()->reply);
    sequence[stage++] = (unsigned)(cap >> 32);
}

TEST("endpoint: senders queue by priority, then by time")
{
    static const unsigned priorities[] = {1, 2, 2, 3, 1}, expected[] = {4, 2, 3, 1, 5};
    cptr e = make(OBJECT_ENDPOINT);

    start();
    for (unsigned i = 0; i < 5; i++) {
        spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, i + 1),
              .priority = TEST_PRIORITY + priorities[i]);
    }
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(ipc_recv(e, self()->reply).badge, expected[i]);
}

TEST("endpoint: receivers queue by priority, then by time")
{
    static const unsigned priorities[] = {1, 2, 2, 3, 1}, expected[] = {4, 2, 3, 1, 5};
    cptr e = make(OBJECT_ENDPOINT);

    start();
    for (uint64_t i = 0; i < 5; i++) {
        spawn(.run = note_order, .arg = e | (i + 1) << 32,
              .priority = TEST_PRIORITY + priorities[i]);
    }
    for (unsigned i = 0; i < 5; i++) {
        ipc_send(e, 0, 0);
        CHECK_EQ(sequence[i], expected[i]);
    }
}

TEST("endpoint: a change of priority moves a waiting thread in the queue")
{
    cptr e = make(OBJECT_ENDPOINT);
    struct thread *first = spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, 1),
                                 .priority = TEST_PRIORITY + 2);

    spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, 2), .priority = TEST_PRIORITY + 3);
    CHECK_OK(kc_tcb_set_priority(first->tcb, ROOT_SLOT_TCB, TEST_PRIORITY + 4));
    CHECK_EQ(ipc_recv(e, self()->reply).badge, 1);
}

TEST("endpoint: a receiver of lower priority does not run at once")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = spawn(.run = receiver, .arg = e, .priority = TEST_PRIORITY - 1);
    ipc_send(e, LABEL, WORD);
    CHECK_EQ(stage, 0);
    join(t);
    CHECK_EQ(stage, 1);
}

TEST("endpoint: a call without the write right is an error")
{
    cptr e = make(OBJECT_ENDPOINT);
    uint64_t mr[4] = {0};

    CHECK_ERR(kc_invoke(copy(e, RIGHT_READ | RIGHT_GRANT), message_info(0, 0, 0, 1), mr),
              ERROR_INVALID_CAPABILITY);
    CHECK_EQ(error_word(0), 0);
}

TEST("endpoint: a send without the write right does nothing")
{
    cptr e = make(OBJECT_ENDPOINT), weak = copy(e, RIGHT_READ | RIGHT_GRANT);

    start();
    spawn(.run = receiver, .arg = e);
    ipc_send(weak, LABEL, WORD);
    ipc_nbsend(weak, LABEL, WORD);
    CHECK_EQ(stage, 0);
}

TEST("endpoint: a call without grant and grant-reply stops the caller")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = spawn(.run = caller, .arg = copy(e, RIGHT_WRITE));
    CHECK_EQ(ipc_recv(e, self()->reply).mr[0], WORD);
    ipc_reply(self()->reply, 0, 1);
    CHECK_EQ(stage, 0);
    spawn(.run = receiver, .arg = e);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.mr[0], WORD);
}

TEST("endpoint: a call with grant-reply is answered")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = caller, .arg = copy(e, RIGHT_WRITE | RIGHT_GRANT_REPLY));
    ipc_recv(e, self()->reply);
    ipc_reply(self()->reply, 3, 17);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.label, 3);
    CHECK_EQ(got.mr[0], 17);
}

TEST("endpoint: send without waiting, then receive")
{
    cptr to = make(OBJECT_ENDPOINT), from = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = sender, .arg = mint(from, RIGHTS_ALL, 3));
    spawn(.run = receiver, .arg = to);
    struct message m = ipc_nbsend_recv(to, from, self()->reply, 41);
    CHECK_EQ(m.badge, 3);
    CHECK_EQ(m.mr[0], WORD);
    CHECK_EQ(got.mr[0], 41);
    spawn(.run = sender, .arg = mint(from, RIGHTS_ALL, 4));
    CHECK_EQ(ipc_nbsend_recv(to, from, self()->reply, 42).badge, 4);
    CHECK_EQ(got.mr[0], 41);
}

TEST("endpoint: send without waiting, then wait")
{
    cptr to = make(OBJECT_ENDPOINT), n = make(OBJECT_NOTIFICATION);

    start();
    spawn(.run = receiver, .arg = to);
    kc_signal(mint(n, RIGHTS_ALL, 8));
    CHECK_EQ(ipc_nbsend_wait(to, n, 41).badge, 8);
    CHECK_EQ(got.mr[0], 41);
    kc_signal(mint(n, RIGHTS_ALL, 16));
    CHECK_EQ(ipc_nbsend_wait(mint(n, RIGHTS_ALL, 2), n, 0).badge, 18);
}

TEST("endpoint: a reply and the next receive in one call")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    spawn(.run = caller, .arg = mint(e, RIGHTS_ALL, 1));
    spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, 2));
    CHECK_EQ(ipc_recv(e, self()->reply).badge, 1);
    CHECK_EQ(ipc_reply_recv(e, self()->reply, 99).badge, 2);
    CHECK_EQ(got.mr[0], 99);
    spawn(.run = sender, .arg = mint(e, RIGHTS_ALL, 3));
    CHECK_EQ(ipc_reply_recv(e, self()->reply, 98).badge, 3);
    CHECK_EQ(got.mr[0], 99);
}
