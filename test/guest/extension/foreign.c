/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of foreign system calls, foreign(7). A thread of low priority makes calls
 * outside of its library's range, which library.S notes; while the feature is on, it
 * makes its own calls only through the library. The test's thread waits meanwhile.
 */
#include <test/test.h>

enum {
    RBX = 1, RCX, RDX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, FLAGS
};
enum { CARRY = 1, TRAP = 1 << 8, DIRECTION = 1 << 10, ALIGN_CHECK = 1 << 18 };
enum { PLAIN_FLAGS = 0x202, ANSWER = 77, NONSENSE = 1234 };

extern char library_start[], library_first[], library_entry[], library_last[];
extern char library_end[], foreign_return[];
extern uint64_t foreign_seen[17], foreign_stack;
extern volatile uint64_t foreign_count;
uint64_t library_call(int64_t number, cptr cap, uint64_t info);
uint64_t foreign_call(uint64_t number, uint64_t rdi, uint64_t flags);
void library_jump_last(int64_t number, cptr cap);

static char library_stack[4096] __attribute__((aligned(16)));
static atomic_uint stage, release;
static uint64_t answer, number, argument, flags;
static cptr event;

#define STACK ((uint64_t)library_stack + sizeof(library_stack))

static enum error_code set_range(struct thread *t, const void *from, const void *to)
{
    return kc_tcb_set_foreign(t->tcb, (uint64_t)from, (uint64_t)to,
                              (uint64_t)library_entry, STACK);
}

/* Makes one foreign call, says so by the library, and ends when the feature is off. */
static void call_foreign(uint64_t unused)
{
    (void)unused;
    answer = foreign_call(number, argument, flags);
    library_call(SYSCALL_SEND, event, 0);
    while (!release)
        __builtin_ia32_pause();
}

static void start(void)
{
    stage = release = 0;
    foreign_count = answer = argument = 0;
    number = NONSENSE;
    flags = PLAIN_FLAGS;
    event = make(OBJECT_NOTIFICATION);
}

static struct thread *make_program(void (*run)(uint64_t), unsigned core)
{
    struct thread *t = prepare(.run = run, .core = core, .priority = TEST_PRIORITY - 1);

    CHECK_OK(set_range(t, library_start, library_end));
    CHECK_OK(kc_tcb_resume(t->tcb));
    return t;
}

static void finish(struct thread *t)
{
    CHECK_OK(set_range(t, 0, 0));
    release = 1;
    join(t);
}

/* One call by call_foreign as the variables say. */
static void one_call(void)
{
    struct thread *t = make_program(call_foreign, 0);

    ipc_wait(event);
    finish(t);
    CHECK_EQ(foreign_count, 1);
    CHECK_EQ(answer, ANSWER);
}

static const struct boot_info_uxrt *extensions(void)
{
    const struct boot_info_uxrt *chunk = boot_chunk(BOOT_INFO_UXRT);

    CHECK(chunk != 0);
    return chunk;
}

TEST("extension: boot information announces what this kernel offers")
{
    uint64_t wanted = UXRT_FEATURE_FOREIGN | UXRT_FEATURE_LEND | UXRT_FEATURE_ROAM
                      | UXRT_FEATURE_WINDOW | UXRT_FEATURE_BATCH;

    CHECK_EQ(extensions()->version, BOOT_INFO_UXRT_VERSION);
    CHECK_EQ(extensions()->features & wanted, wanted);
    CHECK(extensions()->header.length >= sizeof(struct boot_info_uxrt));
}

TEST("foreign: a call arrives in the library with return address and stacks")
{
    start();
    one_call();
    CHECK_EQ(foreign_seen[RCX], (uint64_t)foreign_return);
    CHECK_EQ(foreign_seen[R11], foreign_stack);
    CHECK_EQ(foreign_seen[RSP], STACK);
}

TEST("foreign: all other registers are untouched")
{
    static const struct { unsigned index, value; } wanted[] = {
        {0, 0x1a}, {RBX, 0x1b}, {RDX, NONSENSE}, {RSI, 0x15}, {RDI, 0x2468}, {RBP, 0x1e},
        {R8, 0x08}, {R9, 0x09}, {R10, 0x10}, {R12, 0x12}, {R13, 0x13}, {R14, 0x14},
        {R15, 0x1f},
    };

    start();
    argument = 0x2468;
    one_call();
    for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        CHECK_EQ(foreign_seen[wanted[i].index], wanted[i].value);
}

TEST("foreign: direction and alignment flags are cleared, the others stay")
{
    start();
    flags = PLAIN_FLAGS | DIRECTION | ALIGN_CHECK | CARRY;
    one_call();
    CHECK_EQ(foreign_seen[FLAGS] & (DIRECTION | ALIGN_CHECK), 0);
    CHECK_EQ(foreign_seen[FLAGS] & CARRY, CARRY);
    CHECK_EQ(foreign_seen[FLAGS] & PLAIN_FLAGS, PLAIN_FLAGS);
}

TEST("foreign: a program that traces itself does not trace the library")
{
    start();
    flags = PLAIN_FLAGS | TRAP;
    one_call();
    CHECK_EQ(foreign_seen[FLAGS] & TRAP, 0);
}

TEST("foreign: the number of a kernel call means nothing outside of the range")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    number = (uint64_t)SYSCALL_SEND;
    argument = n;
    one_call();
    CHECK_EQ(ipc_nbwait(n).badge, 0);
    number = (uint64_t)SYSCALL_CALL;
    foreign_count = 0;
    release = 0;
    one_call();
    CHECK_EQ(foreign_seen[RDX], (uint64_t)SYSCALL_CALL);
}

static void call_with_vector(uint64_t unused)
{
    uint64_t words[2] = {0x1234, 0x5678}, after[2];

    (void)unused;
    __asm__ volatile("movdqu %0, %%xmm7" : : "m"(words) : "xmm7");
    answer = foreign_call(number, 0, flags);
    __asm__ volatile("movdqu %%xmm7, %0" : "=m"(after));
    stage = after[0] == words[0] && after[1] == words[1];
    library_call(SYSCALL_SEND, event, 0);
    while (!release)
        __builtin_ia32_pause();
}

TEST("foreign: floating-point registers are untouched")
{
    start();
    struct thread *t = make_program(call_with_vector, 0);
    ipc_wait(event);
    CHECK_EQ(stage, 1);
    finish(t);
}

static void call_last(uint64_t n)
{
    library_jump_last(SYSCALL_SEND, (cptr)n);
    stage++;
    library_call(SYSCALL_SEND, event, 0);
    while (!release)
        __builtin_ia32_pause();
}

/* Runs call_last with a range and tells whether its call was the kernel's. */
static bool last_is_real(const void *from, const void *to)
{
    cptr n = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 9);

    start();
    struct thread *t = prepare(.run = call_last, .arg = n, .priority = TEST_PRIORITY - 1);
    CHECK_OK(set_range(t, from, to));
    CHECK_OK(kc_tcb_resume(t->tcb));
    ipc_wait(event);
    finish(t);
    CHECK_EQ(stage, 1);
    return ipc_nbwait(n).badge == 9;
}

TEST("foreign: the range ends before its end and begins at its start")
{
    CHECK(last_is_real(library_start, library_end));
    CHECK(last_is_real(library_start, library_last + 1));
    CHECK(!last_is_real(library_start, library_last));
    CHECK_EQ(foreign_count, 1);
    CHECK(last_is_real(library_first, library_last + 2));
}

TEST("foreign: a call one byte before the range is foreign")
{
    start();
    struct thread *t = prepare(.run = call_last, .priority = TEST_PRIORITY - 1,
                               .arg = make(OBJECT_NOTIFICATION));
    /* the first instruction of the library is outside: the call that tells us is lost */
    CHECK_OK(set_range(t, library_first + 1, library_end));
    CHECK_OK(kc_tcb_resume(t->tcb));
    sleep_ms(20);
    CHECK_EQ(stage, 1);
    CHECK(foreign_count >= 1);
    CHECK_EQ(ipc_nbwait(event).badge, 0);
    CHECK_OK(kc_tcb_suspend(t->tcb));
}

static void signal_when_released(uint64_t n)
{
    while (!release)
        __builtin_ia32_pause();
    kc_signal(n);
    stage++;
}

TEST("foreign: an empty range switches it off")
{
    cptr n = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 5);

    start();
    struct thread *t = prepare(.run = signal_when_released, .arg = n,
                               .priority = TEST_PRIORITY - 1);
    CHECK_OK(set_range(t, library_start, library_end));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_OK(set_range(t, library_start, library_start));
    release = 1;
    join(t);
    CHECK_EQ(ipc_wait(n).badge, 5);
    CHECK_EQ(foreign_count, 0);
}

TEST("foreign: other threads of the address space are not concerned")
{
    start();
    struct thread *t = make_program(call_foreign, 0);
    cptr n = mint(make(OBJECT_NOTIFICATION), RIGHTS_ALL, 3);
    release = 0;
    ipc_wait(event);
    kc_signal(n);
    CHECK_EQ(ipc_wait(n).badge, 3);
    finish(t);
}

TEST("foreign: bad arguments are refused")
{
    cptr t = make(OBJECT_TCB);
    uint64_t from = (uint64_t)library_start, to = (uint64_t)library_end;
    uint64_t entry = (uint64_t)library_entry;

    CHECK_ERR1(kc_tcb_set_foreign(t, to, from, entry, STACK), ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR1(kc_tcb_set_foreign(t, from, USER_TOP + 1, entry, STACK),
               ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR1(kc_tcb_set_foreign(t, from, to, from - 1, STACK),
               ERROR_INVALID_ARGUMENT, 2);
    CHECK_ERR1(kc_tcb_set_foreign(t, from, to, to, STACK), ERROR_INVALID_ARGUMENT, 2);
    CHECK_ERR1(kc_tcb_set_foreign(t, from, to, entry, USER_TOP + 8),
               ERROR_INVALID_ARGUMENT, 3);
    CHECK_OK(kc_tcb_set_foreign(t, from, to, entry, STACK));
    CHECK_OK(kc_tcb_set_foreign(t, 0, 0, 1, ~UINT64_C(0)));
    CHECK_EQ(ipc_call_info(t, message_info(INVOKE_TCB_SET_FOREIGN, 0, 0, 3), 0).label,
             ERROR_TRUNCATED_MESSAGE);
}

static void call_always(uint64_t unused)
{
    (void)unused;
    stage = 1;
    while (!release)
        answer = foreign_call(NONSENSE, 0, PLAIN_FLAGS);
}

TEST_CORES(2, "foreign: it is switched off while a thread of another core runs")
{
    start();
    struct thread *t = make_program(call_always, 1);
    spin_until(&stage, 1);
    for (unsigned i = 0; i < 20; i++) {
        uint64_t before = foreign_count;
        while (foreign_count == before)
            __builtin_ia32_pause();
        CHECK_OK(set_range(t, library_start, library_end));
    }
    release = 1;
    sleep_ms(5);
    CHECK_OK(set_range(t, 0, 0));
    CHECK(foreign_count >= 20);
}
