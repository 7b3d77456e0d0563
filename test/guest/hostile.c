/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests with threads that make system calls with random arguments. They hold a few
 * capabilities, to objects of most types, and may do with these what they like; the
 * rest of the system must not notice. A thread that blocks or faults is started again.
 * HOSTILE_SEED chooses another course of events.
 */
#include <test/test.h>

#ifndef HOSTILE_SEED
#define HOSTILE_SEED 2463534242
#endif

enum { MAX_THREADS = 8, ROUNDS = 20000, MS_TOGETHER = 1500, CNODE_BITS = 6,
       OBJECTS = 24 };

static struct hostile {
    uint64_t state;               /* of the random numbers */
    _Atomic uint64_t rounds;
    uint64_t last_rounds, limit;
    struct thread *thread;
    struct user_context begin;    /* registers to start again with */
} hostile[MAX_THREADS];

static uint64_t next_random(struct hostile *h)
{
    h->state ^= h->state << 13;
    h->state ^= h->state >> 7;
    h->state ^= h->state << 17;
    return h->state;
}

/* A number that may be a slot, a small argument, an address or anything. */
static uint64_t random_word(struct hostile *h)
{
    uint64_t value = next_random(h);

    switch (next_random(h) % 5) {
    case 0:
        return value % OBJECTS;
    case 1:
        return value % 80;
    case 2:
        return value % 1024 * 4096;
    case 3:
        return UINT64_C(1) << value % 64;
    default:
        return value;
    }
}

static uint64_t random_info(struct hostile *h)
{
    uint64_t label = next_random(h) % (INVOKE_COUNT + 2);
    uint64_t length = next_random(h) % 8 ? next_random(h) % 12 : 127;

    if (next_random(h) % 8 == 0)
        label = INVOKE_EXT_FIRST + next_random(h) % 6;
    return message_info(label, 0, next_random(h) % 4, length);
}

static int64_t random_number(struct hostile *h)
{
    int64_t number = -(int64_t)(next_random(h) % 11) - 1;

    return number == SYSCALL_YIELD || next_random(h) % 8 ? SYSCALL_CALL : number;
}

static void fill_buffer(struct hostile *h, struct ipc_buffer *buffer)
{
    for (unsigned i = 4; i < 12; i++)
        buffer->msg[i] = random_word(h);
    for (unsigned i = 0; i < 3; i++)
        buffer->caps_or_badges[i] = next_random(h) % OBJECTS;
    buffer->receive_cnode = next_random(h) % OBJECTS;
    buffer->receive_index = next_random(h) % OBJECTS;
    buffer->receive_depth = next_random(h) % 70;
}

static void call_anything(struct hostile *h)
{
    uint64_t mr[4], dest = next_random(h) % OBJECTS;

    for (unsigned i = 0; i < 4; i++)
        mr[i] = random_word(h);
    fill_buffer(h, h->thread->buffer);
    h->rounds++;
    (void)kc_trap_reply(random_number(h), &dest, random_info(h), mr,
                        next_random(h) % OBJECTS, next_random(h) % OBJECTS);
}

static void call_anything_always(uint64_t index)
{
    while (hostile[index].rounds < hostile[index].limit)
        call_anything(&hostile[index]);
}

static cptr make_sandbox(void)
{
    static const enum object_type types[] = {
        OBJECT_TCB, OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_SCHED_CONTEXT,
        OBJECT_REPLY, OBJECT_PDPT, OBJECT_PAGE_4K, OBJECT_LARGE_PAGE, OBJECT_PAGE_TABLE,
        OBJECT_PAGE_DIRECTORY, OBJECT_UNTYPED, OBJECT_CNODE, OBJECT_UNTYPED};
    enum { COUNT = sizeof(types) / sizeof(types[0]) };
    cptr cnode = object(OBJECT_CNODE, CNODE_BITS);

    for (unsigned i = 0; i < COUNT; i++) {
        cptr cap = object(types[i], types[i] == OBJECT_UNTYPED ? 16 : 8);
        CHECK_OK(kc_cnode_move(cnode, i + 1, CNODE_BITS, ROOT, cap, DEPTH));
    }
    CHECK_OK(kc_cnode_move(cnode, COUNT + 1, CNODE_BITS, ROOT, vspace_empty(), DEPTH));
    CHECK_OK(kc_cnode_copy(cnode, COUNT + 2, CNODE_BITS, ROOT, cnode, DEPTH, RIGHTS_ALL));
    return cnode;
}

static void begin_hostile(unsigned index, uint64_t seed, cptr sandbox, unsigned core,
                          unsigned priority, uint64_t limit)
{
    struct hostile *h = &hostile[index];

    h->state = seed;
    h->rounds = 0;
    h->last_rounds = 0;
    h->limit = limit;
    h->thread = prepare(.run = call_anything_always, .arg = index, .cspace = sandbox,
                        .guard = cnode_guard(0, 64 - CNODE_BITS), .core = core,
                        .priority = priority, .fault_ep = make(OBJECT_ENDPOINT));
    CHECK_OK(kc_tcb_read_registers(h->thread->tcb, false, 0, USER_CONTEXT_WORDS,
                                   &h->begin));
    CHECK_OK(kc_tcb_resume(h->thread->tcb));
}

/* Starts the thread again, whatever it waits for. */
static void begin_again(struct hostile *h)
{
    CHECK_OK(kc_tcb_suspend(h->thread->tcb));
    CHECK_OK(kc_tcb_write_registers(h->thread->tcb, true, 0, USER_CONTEXT_WORDS,
                                    &h->begin));
}

static uint64_t answered;

static void answer_one(uint64_t e)
{
    struct message m = ipc_recv(e, self()->reply);

    answered = m.mr[0];
    ipc_reply(self()->reply, 0, m.mr[0] + 1);
}

/* Others still can call each other, make objects and destroy them. */
static void check_others(void)
{
    cptr e = make(OBJECT_ENDPOINT), pool = object(OBJECT_UNTYPED, 16), to = slots(4);

    spawn(.run = answer_one, .arg = e);
    CHECK_EQ(ipc_call(e, 0, 5).mr[0], 6);
    CHECK_EQ(answered, 5);
    CHECK_OK(kc_untyped_retype(pool, OBJECT_TCB, 0, ROOT, 0, 0, to, 4));
    CHECK_OK(revoke(pool));
    CHECK_OK(kc_untyped_retype(pool, OBJECT_UNTYPED, 16, ROOT, 0, 0, to, 1));
}

static void run_alone(uint64_t seed)
{
    cptr sandbox = make_sandbox();

    begin_hostile(0, seed, sandbox, 0, TEST_PRIORITY + 1, ROUNDS);
    while (hostile[0].rounds < ROUNDS)
        begin_again(&hostile[0]);
    CHECK_OK(kc_tcb_suspend(hostile[0].thread->tcb));
    CHECK_OK(revoke(sandbox));
    check_others();
}

TEST("hostile: random arguments do no harm to others")
{
    for (uint64_t i = 0; i < 3; i++)
        run_alone(HOSTILE_SEED + i);
}

TEST("hostile: random arguments in one CSpace on all cores")
{
    unsigned cores = boot->node_count < MAX_THREADS / 2 ? (unsigned)boot->node_count
                                                        : MAX_THREADS / 2;
    unsigned count = 2 * cores;
    cptr sandbox = make_sandbox();

    for (unsigned i = 0; i < count; i++)
        begin_hostile(i, HOSTILE_SEED + 10 + i, sandbox, i % cores, TEST_PRIORITY - 1,
                      UINT64_MAX);
    uint64_t end = now_ms() + MS_TOGETHER;
    while (now_ms() < end) {
        sleep_ms(2);
        for (unsigned i = 0; i < count; i++) {
            if (hostile[i].rounds == hostile[i].last_rounds)
                begin_again(&hostile[i]);
            hostile[i].last_rounds = hostile[i].rounds;
        }
    }
    for (unsigned i = 0; i < count; i++)
        CHECK_OK(kc_tcb_suspend(hostile[i].thread->tcb));
    check_others();
    CHECK_OK(revoke(sandbox));
    CHECK_OK(drop(sandbox));
    check_others();
}

TEST("hostile: afterwards half of the memory is one object again")
{
    unsigned bits = 0;

    for (cptr i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        if (boot->untyped.start + i == alloc_untyped())
            bits = boot->untyped_list[i].size_bits;
    }
    object(OBJECT_UNTYPED, bits - 1);
}
