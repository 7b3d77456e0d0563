/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads whose stacks, IPC buffers and thread-local storage lie in the image. */
#include <test/memory.h>
#include <test/start.h>
#include <test/test.h>

enum {
    THREADS = 32,
    STACK_SIZE = 14 * 1024,
    PAGE_SIZE = 4096,
    DEFAULT_BUDGET = 20000,
    SLEEP_PRIORITY = 250
};

struct thread_memory {
    char stack[STACK_SIZE];
    struct ipc_buffer buffer;
    struct tls_block tls;
    char unused[1024 - sizeof(struct tls_block)];
} __attribute__((aligned(PAGE_SIZE)));

static struct thread_memory memory[THREADS];
static struct thread threads[THREADS];
static _Atomic unsigned used;
static unsigned kept;
static struct thread *sleep_thread;
static cptr sleep_start, sleep_end;

struct thread *self(void)
{
    uint64_t here = (uint64_t)__builtin_frame_address(0);
    uint64_t start = (uint64_t)memory;

    if (here < start || here >= start + sizeof(memory))
        return 0;
    return &threads[(here - start) / sizeof(memory[0])];
}

void thread_reset(void)
{
    used = kept;
    sleep_thread = 0;
}

enum error_code set_context(unsigned core, cptr sc, uint64_t budget, uint64_t period)
{
    return kc_sched_control_configure_flags(boot->sched_control.start + core, sc, budget,
                                            period, 0, 0, 0);
}

cptr make_context(unsigned core, uint64_t budget, uint64_t period)
{
    cptr sc = object(OBJECT_SCHED_CONTEXT, SCHED_CONTEXT_MIN_BITS + 1);

    CHECK_OK(set_context(core, sc, budget, period));
    return sc;
}

/* A thread that cannot reach itself in its CSpace stops with a fault. */
static void stop(void)
{
    (void)kc_tcb_suspend(self()->tcb);
    (void)ipc_wait(0);
}

/* A thread returns to here, with its stack not aligned as it is after a call. */
__attribute__((force_align_arg_pointer)) _Noreturn static void finish(void)
{
    kc_signal(self()->done);
    for (;;)
        stop();
}

static void set_registers(struct thread *thread, struct thread_memory *space,
                          const struct thread_spec *spec)
{
    struct user_context regs = {0};

    memset(space, 0, sizeof(*space));
    thread->buffer = &space->buffer;
    thread->stack_top = (uint64_t)space->stack + STACK_SIZE - sizeof(uint64_t);
    *(uint64_t *)thread->stack_top = (uint64_t)finish;
    regs.rip = (uint64_t)spec->run;
    regs.rsp = thread->stack_top;
    regs.rflags = 0x202;
    regs.rdi = spec->arg;
    regs.fs_base = tls_make(&space->tls, thread->buffer);
    CHECK_OK(kc_tcb_write_registers(thread->tcb, false, 0, USER_CONTEXT_WORDS, &regs));
}

static void configure(struct thread *thread, const struct thread_spec *spec)
{
    unsigned priority = spec->priority ? spec->priority : TEST_PRIORITY + 1;

    CHECK_OK(kc_tcb_configure(thread->tcb, spec->cspace ? spec->cspace : ROOT,
                              spec->guard,
                              spec->vspace ? spec->vspace : ROOT_SLOT_VSPACE, 0,
                              (uint64_t)thread->buffer, image_frame(thread->buffer)));
    CHECK_OK(kc_tcb_set_sched_params(thread->tcb, ROOT_SLOT_TCB, priority, priority,
                                     thread->sc, spec->fault_ep));
}

static uint64_t budget_of(const struct thread_spec *spec)
{
    return spec->budget ? spec->budget : DEFAULT_BUDGET;
}

static uint64_t period_of(const struct thread_spec *spec)
{
    return spec->period ? spec->period : budget_of(spec);
}

struct thread *thread_make(const struct thread_spec *spec)
{
    cptr (*create)(enum object_type, unsigned) = spec->keep ? keep_object : object;
    unsigned index = used++;

    CHECK(index < THREADS);
    if (spec->keep)
        kept = used;
    struct thread *thread = &threads[index];
    thread->sc = 0;
    thread->tcb = create(OBJECT_TCB, 0);
    thread->reply = create(OBJECT_REPLY, 0);
    thread->done = create(OBJECT_NOTIFICATION, 0);
    if (!spec->passive)
        thread->sc = create(OBJECT_SCHED_CONTEXT, SCHED_CONTEXT_MIN_BITS + 1);
    set_registers(thread, &memory[index], spec);
    if (thread->sc)
        CHECK_OK(set_context(spec->core, thread->sc, budget_of(spec), period_of(spec)));
    configure(thread, spec);
    return thread;
}

struct thread *thread_start(const struct thread_spec *spec)
{
    struct thread *thread = thread_make(spec);

    CHECK_OK(kc_tcb_resume(thread->tcb));
    return thread;
}

void join(struct thread *thread)
{
    (void)ipc_wait(thread->done);
}

void spin_until(const atomic_uint *value, unsigned wanted)
{
    while (atomic_load(value) != wanted)
        __builtin_ia32_pause();
}

uint64_t now_ms(void)
{
    const struct boot_info_tsc_freq *tsc = boot_chunk(BOOT_INFO_X86_TSC_FREQ);
    uint64_t mhz = tsc && tsc->mhz ? tsc->mhz : 1000;

    return __builtin_ia32_rdtsc() / (mhz * 1000);
}

/* Sleeps out its budget, which takes a period, as often as it is asked to. */
static void sleeper(uint64_t unused)
{
    (void)unused;
    for (;;) {
        (void)ipc_wait(sleep_start);
        kc_yield();
        kc_signal(sleep_end);
    }
}

/* A thread for all sleeps of a test, as there are not many threads. */
static void make_sleeper(void)
{
    sleep_start = make(OBJECT_NOTIFICATION);
    sleep_end = make(OBJECT_NOTIFICATION);
    sleep_thread = spawn(.run = sleeper, .priority = SLEEP_PRIORITY);
}

void sleep_ms(unsigned ms)
{
    if (!sleep_thread)
        make_sleeper();
    CHECK_OK(set_context(0, sleep_thread->sc, ms * 500, ms * 1000));
    kc_signal(sleep_start);
    (void)ipc_wait(sleep_end);
}
