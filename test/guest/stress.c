/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random work on all cores for a few seconds: calls, signals, objects made and revoked,
 * pages mapped, threads started, stopped, moved and killed. At the end what was counted
 * on both sides must agree, and all memory must be free again. STRESS_SEED chooses
 * another course of events.
 */
#include <test/test.h>

#ifndef STRESS_SEED
#define STRESS_SEED 88172645463325252
#endif

enum {
    MAX_CORES = 8, WORKERS = 2 * MAX_CORES, VICTIMS = 3, NOTIFICATIONS = 3,
    POOL_BITS = 15, POOL_SLOTS = 16, SECONDS = 3, MS = 1000
};

struct worker {
    uint64_t state;            /* of the random numbers */
    cptr pool, to;             /* memory and slots for what it makes */
    unsigned index;
    uint64_t calls, passive_calls, rounds;
};

static struct worker workers[WORKERS];
/* Threads that all workers maltreat. Together they have less than half of a core, as
   they would starve others of their priority with more. */
static struct thread *victims[VICTIMS];
static cptr active_ep, passive_ep, victim_ep, notifications[NOTIFICATIONS];
static _Atomic uint64_t served, passive_served, victim_steps;
static uint64_t end_time;
static uint8_t spin_code[] = {0xeb, 0xfe}; /* jmp . */

static uint64_t next_random(struct worker *w)
{
    w->state ^= w->state << 13;
    w->state ^= w->state >> 7;
    w->state ^= w->state << 17;
    return w->state;
}

static unsigned choose(struct worker *w, uint64_t below)
{
    return (unsigned)(next_random(w) % below);
}

static unsigned core_count(void)
{
    return boot->node_count < MAX_CORES ? (unsigned)boot->node_count : MAX_CORES;
}

static void serve(uint64_t e)
{
    _Atomic uint64_t *count = e == passive_ep ? &passive_served : &served;
    struct message m = ipc_recv(e, self()->reply);

    for (;;) {
        if (e != victim_ep)
            (*count)++;
        m = ipc_reply_recv(e, self()->reply, m.mr[0] + 1);
    }
}

static void suffer(uint64_t unused)
{
    (void)unused;
    for (uint64_t i = 0;; i++) {
        (void)ipc_call(victim_ep, 0, i);
        kc_signal(notifications[i % NOTIFICATIONS]);
        (void)ipc_nbwait(notifications[(i + 1) % NOTIFICATIONS]);
        victim_steps++;
    }
}

static void do_call(struct worker *w)
{
    uint64_t word = next_random(w);

    CHECK_EQ(ipc_call(active_ep, 0, word).mr[0], word + 1);
    w->calls++;
}

static void do_passive_call(struct worker *w)
{
    uint64_t word = next_random(w);

    CHECK_EQ(ipc_call(passive_ep, 0, word).mr[0], word + 1);
    w->passive_calls++;
}

static void do_signal(struct worker *w)
{
    kc_signal(notifications[choose(w, NOTIFICATIONS)]);
}

static void do_poll(struct worker *w)
{
    (void)ipc_nbwait(notifications[choose(w, NOTIFICATIONS)]);
}

static enum error_code retype(struct worker *w, enum object_type type, unsigned size_bits,
                              unsigned slot_index, unsigned count)
{
    return kc_untyped_retype(w->pool, type, size_bits, ROOT, 0, 0, w->to + slot_index,
                             count);
}

static void do_objects(struct worker *w)
{
    static const enum object_type types[] = {
        OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_CNODE, OBJECT_REPLY, OBJECT_TCB,
        OBJECT_UNTYPED, OBJECT_PAGE_4K};
    unsigned count = 1 + choose(w, 4);

    CHECK_OK(retype(w, types[choose(w, 7)], 8, 0, count));
    for (unsigned i = 0; i < count; i++) {
        if (choose(w, 2))
            (void)kc_cnode_copy(ROOT, w->to + 8 + i, DEPTH, ROOT, w->to + i, DEPTH,
                                RIGHTS_ALL);
        if (choose(w, 2))
            CHECK_OK(drop(w->to + i));
    }
    CHECK_OK(revoke(w->pool));
}

static void do_badges(struct worker *w)
{
    CHECK_OK(retype(w, OBJECT_ENDPOINT, 0, 0, 1));
    for (unsigned i = 1; i < 6; i++)
        CHECK_OK(kc_cnode_mint(ROOT, w->to + i, DEPTH, ROOT, w->to, DEPTH, RIGHTS_ALL,
                               i));
    ipc_nbsend(w->to + 1, 0, 0);
    CHECK_OK(kc_cnode_cancel_badged_sends(ROOT, w->to + 1 + choose(w, 5), DEPTH));
    CHECK_OK(kc_cnode_move(ROOT, w->to + 9, DEPTH, ROOT, w->to, DEPTH));
    CHECK_OK(revoke(w->to + 9));
    CHECK_OK(revoke(w->pool));
}

static void do_page(struct worker *w)
{
    CHECK_OK(retype(w, OBJECT_PAGE_4K, 0, 0, 1));
    volatile uint64_t *words = map_page(w->to, w->index, RIGHTS_ALL);
    CHECK_EQ(words[5], 0);
    words[5] = ~UINT64_C(0);
    if (choose(w, 2))
        CHECK_OK(kc_page_unmap(w->to));
    CHECK_OK(revoke(w->pool));
}

/* Starts a thread that spins on some core and kills it with all it is made of. */
static void do_thread(struct worker *w)
{
    struct user_context regs = {.rip = (uint64_t)spin_code, .rflags = 0x202};
    unsigned core = choose(w, core_count());

    CHECK_OK(retype(w, OBJECT_TCB, 0, 0, 1));
    CHECK_OK(retype(w, OBJECT_SCHED_CONTEXT, 8, 1, 1));
    CHECK_OK(set_context(core, w->to + 1, MS / 2, MS / 2));
    CHECK_OK(kc_tcb_configure(w->to, ROOT, 0, ROOT_SLOT_VSPACE, 0, 0, 0));
    CHECK_OK(kc_tcb_set_sched_params(w->to, ROOT_SLOT_TCB, 0, TEST_PRIORITY - 1,
                                     w->to + 1, 0));
    CHECK_OK(kc_tcb_write_registers(w->to, true, 0, USER_CONTEXT_WORDS, &regs));
    if (choose(w, 2))
        kc_yield();
    if (choose(w, 2))
        CHECK_OK(drop(w->to + choose(w, 2)));
    CHECK_OK(revoke(w->pool));
}

static void do_suspend(struct worker *w)
{
    CHECK_OK(kc_tcb_suspend(victims[choose(w, VICTIMS)]->tcb));
}

static void do_resume(struct worker *w)
{
    CHECK_OK(kc_tcb_resume(victims[choose(w, VICTIMS)]->tcb));
}

static void do_move(struct worker *w)
{
    CHECK_OK(set_context(choose(w, core_count()), victims[choose(w, VICTIMS)]->sc, MS / 4,
                         (2 + choose(w, 4)) * MS));
}

static void do_priority(struct worker *w)
{
    CHECK_OK(kc_tcb_set_priority(victims[choose(w, VICTIMS)]->tcb, ROOT_SLOT_TCB,
                                 TEST_PRIORITY - 2 + choose(w, 2)));
}

static void do_look(struct worker *w)
{
    struct user_context regs;
    uint64_t used;
    struct thread *victim = victims[choose(w, VICTIMS)];

    CHECK_OK(kc_tcb_read_registers(victim->tcb, false, 0, USER_CONTEXT_WORDS, &regs));
    CHECK_OK(kc_sched_context_consumed(victim->sc, &used));
}

static void do_yield(struct worker *w)
{
    (void)w;
    kc_yield();
}

static void (*const actions[])(struct worker *) = {
    do_call, do_call, do_passive_call, do_passive_call, do_signal, do_poll, do_objects,
    do_badges, do_page, do_thread, do_suspend, do_resume, do_resume, do_move, do_priority,
    do_look, do_yield};

static void work(uint64_t index)
{
    struct worker *w = &workers[index];

    while (__builtin_ia32_rdtsc() < end_time) {
        actions[choose(w, sizeof(actions) / sizeof(actions[0]))](w);
        w->rounds++;
    }
}

static uint64_t ticks_per_second(void)
{
    const struct boot_info_tsc_freq *tsc = boot_chunk(BOOT_INFO_X86_TSC_FREQ);

    return (tsc && tsc->mhz ? tsc->mhz : 1000) * UINT64_C(1000000);
}

static void set_scene(void)
{
    active_ep = make(OBJECT_ENDPOINT);
    passive_ep = make(OBJECT_ENDPOINT);
    victim_ep = make(OBJECT_ENDPOINT);
    for (unsigned i = 0; i < NOTIFICATIONS; i++)
        notifications[i] = make(OBJECT_NOTIFICATION);
    served = passive_served = victim_steps = 0;
    spawn(.run = serve, .arg = active_ep, .core = core_count() - 1);
    spawn(.run = serve, .arg = victim_ep);
    struct thread *passive = spawn(.run = serve, .arg = passive_ep);
    CHECK_OK(kc_sched_context_unbind(passive->sc));
    for (unsigned i = 0; i < VICTIMS; i++) {
        victims[i] = spawn(.run = suffer, .core = i % core_count(),
                           .priority = TEST_PRIORITY - 1, .budget = MS / 4, .period = 2 * MS);
    }
}

static void start_worker(unsigned index, struct thread **thread)
{
    struct worker *w = &workers[index];

    *w = (struct worker){.index = index, .pool = object(OBJECT_UNTYPED, POOL_BITS)};
    w->state = STRESS_SEED + index * UINT64_C(0x9e3779b97f4a7c15);
    w->to = slots(POOL_SLOTS);
    *thread = spawn(.run = work, .arg = index, .core = index % core_count(),
                    .priority = TEST_PRIORITY - 1, .budget = MS);
}

TEST("stress: random work on all cores")
{
    struct thread *threads[WORKERS];
    unsigned count = 2 * core_count();
    uint64_t calls = 0, passive_calls = 0, rounds = 0;

    print("# seed %lu\n", (uint64_t)STRESS_SEED);
    set_scene();
    end_time = __builtin_ia32_rdtsc() + SECONDS * ticks_per_second();
    for (unsigned i = 0; i < count; i++)
        start_worker(i, &threads[i]);
    for (unsigned i = 0; i < count; i++) {
        join(threads[i]);
        calls += workers[i].calls;
        passive_calls += workers[i].passive_calls;
        rounds += workers[i].rounds;
    }
    for (unsigned i = 0; i < VICTIMS; i++)
        CHECK_OK(kc_tcb_suspend(victims[i]->tcb));
    print("# %lu rounds, %lu steps of victims\n", rounds, victim_steps);
    CHECK_EQ(served, calls);
    CHECK_EQ(passive_served, passive_calls);
    for (unsigned i = 0; i < count; i++) {
        CHECK_OK(retype(&workers[i], OBJECT_UNTYPED, POOL_BITS, 0, 1));
        CHECK_OK(revoke(workers[i].pool));
    }
}

TEST("stress: afterwards the memory is free")
{
    unsigned bits = 0;

    for (cptr i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        if (boot->untyped.start + i == alloc_untyped())
            bits = boot->untyped_list[i].size_bits;
    }
    object(OBJECT_UNTYPED, bits - 1);
}
