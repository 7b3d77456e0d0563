/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the floating point unit: every thread has its own, or none. */
#include <test/test.h>

enum { XMM = 16, ROUNDS = 200, DEFAULT_MXCSR = 0x1f80, DEFAULT_FCW = 0x37f };

struct vector {
    uint64_t words[2];
};

static atomic_uint stage, mismatches;
static uint64_t seen[4];

#define FOR_XMM(do)                                                                \
    do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7)                                \
    do(8) do(9) do(10) do(11) do(12) do(13) do(14) do(15)
#define LOAD(n) "movdqu " #n "*16(%0), %%xmm" #n "\n\t"
#define STORE(n) "movdqu %%xmm" #n ", " #n "*16(%0)\n\t"

static void load(const struct vector v[XMM])
{
    __asm__ volatile(FOR_XMM(LOAD) : : "r"(v) : "memory", "xmm0", "xmm1", "xmm2", "xmm3",
                     "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                     "xmm12", "xmm13", "xmm14", "xmm15");
}

static void store(struct vector v[XMM])
{
    __asm__ volatile(FOR_XMM(STORE) : : "r"(v) : "memory");
}

/* Loads all registers, yields to others with it, and looks at them again. */
static void keep_pattern(uint64_t pattern)
{
    static struct vector given[4][XMM], found[4][XMM];
    struct vector *in = given[pattern % 4], *out = found[pattern % 4];

    for (unsigned i = 0; i < XMM; i++)
        in[i] = (struct vector){{pattern << 32 | i, ~pattern}};
    for (unsigned round = 0; round < ROUNDS; round++) {
        load(in);
        kc_trap_null(SYSCALL_YIELD);
        store(out);
        if (memcmp(in, out, sizeof(given[0])) != 0)
            mismatches++;
    }
}

TEST("fpu: threads that take turns keep their registers")
{
    struct thread *t[3];

    mismatches = 0;
    for (uint64_t i = 0; i < 3; i++)
        t[i] = spawn(.run = keep_pattern, .arg = i + 1, .priority = TEST_PRIORITY - 1);
    for (unsigned i = 0; i < 3; i++)
        join(t[i]);
    CHECK_EQ(mismatches, 0);
}

static void spin_with_pattern(uint64_t pattern)
{
    static struct vector given[4][XMM], found[4][XMM];
    struct vector *in = given[pattern % 4], *out = found[pattern % 4];

    for (unsigned i = 0; i < XMM; i++)
        in[i] = (struct vector){{pattern, i}};
    for (;;) {
        load(in);
        for (volatile unsigned i = 0; i < 1000; i++)
            continue;
        store(out);
        if (memcmp(in, out, sizeof(given[0])) != 0)
            mismatches++;
    }
}

TEST("fpu: threads that are preempted keep their registers")
{
    mismatches = 0;
    for (uint64_t i = 0; i < 3; i++)
        spawn(.run = spin_with_pattern, .arg = i, .priority = TEST_PRIORITY - 1,
              .budget = 1000);
    sleep_ms(50);
    CHECK_EQ(mismatches, 0);
}

static void look_at_defaults(uint64_t unused)
{
    uint32_t mxcsr = 0;
    uint16_t fcw = 0;

    (void)unused;
    __asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(mxcsr), "=m"(fcw));
    seen[0] = mxcsr;
    seen[1] = fcw;
    stage = 1;
}

TEST("fpu: a new thread begins with the default state")
{
    uint32_t odd_mxcsr = 0x7f80, old_mxcsr;

    stage = 0;
    __asm__ volatile("stmxcsr %0; ldmxcsr %1" : "=m"(old_mxcsr) : "m"(odd_mxcsr));
    spawn(.run = look_at_defaults);
    uint32_t kept;
    __asm__ volatile("stmxcsr %0; ldmxcsr %1" : "=m"(kept) : "m"(old_mxcsr));
    CHECK_EQ(stage, 1);
    CHECK_EQ(seen[0], DEFAULT_MXCSR);
    CHECK_EQ(seen[1], DEFAULT_FCW);
    CHECK_EQ(kept, odd_mxcsr);
}

static void look_at_registers(uint64_t unused)
{
    static struct vector found[XMM];

    (void)unused;
    store(found);
    for (unsigned i = 0; i < XMM; i++)
        seen[0] |= found[i].words[0] | found[i].words[1];
    stage = 1;
}

TEST("fpu: a new thread sees nothing of others' registers")
{
    static struct vector secret[XMM];

    for (unsigned i = 0; i < XMM; i++)
        secret[i] = (struct vector){{~UINT64_C(0), ~UINT64_C(0)}};
    seen[0] = 0;
    stage = 0;
    struct thread *t = prepare(.run = look_at_registers);
    load(secret);
    kc_trap(SYSCALL_CALL, &t->tcb, message_info(INVOKE_TCB_RESUME, 0, 0, 0),
            (uint64_t[4]){0});
    CHECK_EQ(stage, 1);
    CHECK_EQ(seen[0], 0);
}

static void use_fpu(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("addps %%xmm0, %%xmm0" : : : "xmm0");
    stage = 1;
    (void)kc_tcb_suspend(self()->tcb);
}

TEST("fpu: a thread with the FPU switched off gets an exception")
{
    cptr ep = make(OBJECT_ENDPOINT);
    uint64_t flags;

    stage = 0;
    struct thread *t = prepare(.run = use_fpu, .fault_ep = ep);
    CHECK_OK(kc_tcb_set_flags(t->tcb, 0, TCB_FLAG_FPU_DISABLED, &flags));
    CHECK_OK(kc_tcb_resume(t->tcb));
    struct message m = ipc_recv(ep, self()->reply);
    CHECK_EQ(m.label, FAULT_USER_EXCEPTION);
    CHECK_EQ(m.mr[USER_EXCEPTION_NUMBER], 7);
    CHECK_OK(kc_tcb_set_flags(t->tcb, TCB_FLAG_FPU_DISABLED, 0, &flags));
    uint64_t mr[4] = {0};
    kc_send(self()->reply, 0, mr);
    CHECK_EQ(stage, 1);
}

static void divide(uint64_t unused)
{
    uint16_t fcw = 0x37b; /* division by zero is not masked */

    (void)unused;
    __asm__ volatile("fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(fcw));
    stage = 1;
}

TEST("fpu: an exception of the FPU is a fault")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    spawn(.run = divide, .fault_ep = ep);
    struct message m = ipc_recv(ep, self()->reply);
    CHECK_EQ(m.label, FAULT_USER_EXCEPTION);
    CHECK_EQ(m.mr[USER_EXCEPTION_NUMBER], 16);
    CHECK_EQ(stage, 0);
}
