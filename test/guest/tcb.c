/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of thread control blocks: registers, spaces, priorities, stopping, resuming. */
#include "actors.h"

TEST("tcb: a new thread runs when it is resumed")
{
    start();
    struct thread *t = prepare(.run = step, .arg = 5);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 5);
}

TEST("tcb: resuming a thread that runs changes nothing")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = spawn(.run = receive_one, .arg = e);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0);
    ipc_send(e, 0, 1);
    CHECK_EQ(stage, 1);
}

TEST("tcb: a stopped sender sends again when it is resumed")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = spawn(.run = send_one, .arg = mint(e, RIGHTS_ALL, 1));
    CHECK_OK(kc_tcb_suspend(t->tcb));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0);
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 1);
    CHECK_EQ(stage, 1);
}

TEST("tcb: a stopped caller calls again when it is resumed")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = spawn(.run = call_one, .arg = mint(e, RIGHTS_ALL, 1));
    CHECK_OK(kc_tcb_suspend(t->tcb));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 1);
    CHECK_OK(kc_tcb_suspend(t->tcb));
    ipc_reply(self()->reply, 0, 5);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 1);
    ipc_reply(self()->reply, 0, 6);
    CHECK_EQ(got.mr[0], 6);
}

TEST("tcb: a stopped receiver receives again when it is resumed")
{
    cptr e = make(OBJECT_ENDPOINT);

    start();
    struct thread *t = spawn(.run = receive_one, .arg = e);
    CHECK_OK(kc_tcb_suspend(t->tcb));
    ipc_nbsend(e, 0, 1);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0);
    ipc_nbsend(e, 0, 2);
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.mr[0], 2);
}

TEST("tcb: a stopped waiter waits again when it is resumed")
{
    cptr n = make(OBJECT_NOTIFICATION);

    start();
    struct thread *t = spawn(.run = wait_one, .arg = n);
    CHECK_OK(kc_tcb_suspend(t->tcb));
    kc_signal(mint(n, RIGHTS_ALL, 1));
    CHECK_EQ(ipc_nbwait(n).badge, 1);
    CHECK_OK(kc_tcb_resume(t->tcb));
    kc_signal(mint(n, RIGHTS_ALL, 2));
    CHECK_EQ(stage, 1);
    CHECK_EQ(got.badge, 2);
}

TEST("tcb: a stopped ready thread does not run")
{
    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(5);
    CHECK(counter[0] > 0);
    CHECK_OK(kc_tcb_suspend(t->tcb));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
    CHECK_OK(kc_tcb_resume(t->tcb));
    sleep_ms(5);
    CHECK(counter[0] > before);
}

static void stop_self(uint64_t unused)
{
    (void)unused;
    stage = 1;
    CHECK_OK(kc_tcb_suspend(self()->tcb));
    stage = 2;
}

TEST("tcb: a thread that stopped itself and is resumed stops again")
{
    start();
    struct thread *t = spawn(.run = stop_self);
    CHECK_EQ(stage, 1);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 1);
}

TEST("tcb: deleting the last capability ends the thread")
{
    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    cptr other = copy(t->tcb, RIGHTS_ALL);
    CHECK_OK(drop(t->tcb));
    sleep_ms(5);
    uint64_t before = counter[0];
    CHECK(before > 0);
    CHECK_OK(drop(other));
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
}

TEST("tcb: a deleted thread leaves every queue")
{
    cptr e = make(OBJECT_ENDPOINT), n = make(OBJECT_NOTIFICATION);

    start();
    struct thread *s = spawn(.run = send_one, .arg = mint(e, RIGHTS_ALL, 1));
    spawn(.run = send_one, .arg = mint(e, RIGHTS_ALL, 2));
    CHECK_OK(drop(s->tcb));
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 2);
    CHECK_EQ(ipc_nbrecv(e, self()->reply).badge, 0);
    struct thread *w = spawn(.run = wait_one, .arg = n);
    CHECK_OK(drop(w->tcb));
    kc_signal(mint(n, RIGHTS_ALL, 4));
    CHECK_EQ(ipc_nbwait(n).badge, 4);
}

static const struct user_context sample = {
    .rip = 0x401000, .rsp = 0x10000010, .rflags = 0x202, .rax = 1, .rbx = 2, .rcx = 3,
    .rdx = 4, .rsi = 5, .rdi = 6, .rbp = 7, .r8 = 8, .r9 = 9, .r10 = 10, .r11 = 11,
    .r12 = 12, .r13 = 13, .r14 = 14, .r15 = 15, .fs_base = 0x5000, .gs_base = 0x6000};

static bool same_registers(const struct user_context *a, const struct user_context *b,
                           unsigned count)
{
    return memcmp(a, b, count * sizeof(uint64_t)) == 0;
}

TEST("tcb: registers read as they were written")
{
    cptr t = make(OBJECT_TCB);
    struct user_context regs = {0};

    CHECK_OK(kc_tcb_write_registers(t, false, 0, USER_CONTEXT_WORDS, &sample));
    CHECK_OK(kc_tcb_read_registers(t, false, 0, USER_CONTEXT_WORDS, &regs));
    CHECK(same_registers(&regs, &sample, USER_CONTEXT_WORDS));
}

TEST("tcb: some of the registers are read and written")
{
    cptr t = make(OBJECT_TCB);
    struct user_context regs = {0};

    CHECK_OK(kc_tcb_write_registers(t, false, 0, USER_CONTEXT_WORDS, &sample));
    struct user_context other = {.rip = 0x402000, .rsp = 0x20000};
    CHECK_OK(kc_tcb_write_registers(t, false, 0, 1, &other));
    CHECK_OK(kc_tcb_read_registers(t, false, 0, 5, &regs));
    CHECK_EQ(regs.rip, 0x402000);
    CHECK_EQ(regs.rsp, sample.rsp);
    CHECK_EQ(regs.rbx, 2);
    CHECK_EQ(regs.rcx, 0);
}

TEST("tcb: the count of registers to read goes from 1 to 20")
{
    cptr t = make(OBJECT_TCB);
    struct user_context regs;

    CHECK_RANGE(kc_tcb_read_registers(t, false, 0, 0, &regs), 1, USER_CONTEXT_WORDS);
    CHECK_RANGE(kc_tcb_read_registers(t, false, 0, 21, &regs), 1, USER_CONTEXT_WORDS);
}

TEST("tcb: a thread does not read or write its own registers")
{
    struct user_context regs;

    CHECK_ERR(kc_tcb_read_registers(self()->tcb, false, 0, 20, &regs),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_write_registers(self()->tcb, false, 0, 20, &sample),
              ERROR_ILLEGAL_OPERATION);
}

TEST("tcb: flags that belong to the system are corrected")
{
    cptr t = make(OBJECT_TCB);
    struct user_context regs = sample;

    regs.rflags = ~UINT64_C(0);
    CHECK_OK(kc_tcb_write_registers(t, false, 0, USER_CONTEXT_WORDS, &regs));
    CHECK_OK(kc_tcb_read_registers(t, false, 0, USER_CONTEXT_WORDS, &regs));
    CHECK_EQ(regs.rflags & 0x3f7202, 0x202); /* no IOPL, NT, RF, VM, VIF, VIP */
    CHECK_EQ(regs.rflags & 0xcd5, 0xcd5);
    regs.rflags = 0;
    CHECK_OK(kc_tcb_write_registers(t, false, 0, 3, &regs));
    CHECK_OK(kc_tcb_read_registers(t, false, 0, 3, &regs));
    CHECK_EQ(regs.rflags, 0x202);
}

TEST("tcb: addresses that are not canonical do no harm")
{
    static const uint64_t bad[] = {
        UINT64_C(0x800000000000), UINT64_C(0xffff7fffffffffff),
        UINT64_C(0xffffffff80000000), UINT64_C(0x8000000000000000)};
    cptr faults = make(OBJECT_ENDPOINT);

    for (unsigned i = 0; i < 4; i++) {
        struct thread *t = prepare(.run = step,
                                   .fault_ep = mint(faults, RIGHTS_ALL, i + 1));
        struct user_context regs = sample;
        regs.rip = bad[i];
        regs.fs_base = bad[i];
        regs.gs_base = bad[i];
        CHECK_OK(kc_tcb_write_registers(t->tcb, true, 0, USER_CONTEXT_WORDS, &regs));
        CHECK_EQ(ipc_recv(faults, self()->reply).badge, i + 1);
    }
}

TEST("tcb: reading can stop and writing can resume a thread")
{
    struct user_context regs;

    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(5);
    CHECK_OK(kc_tcb_read_registers(t->tcb, true, 0, USER_CONTEXT_WORDS, &regs));
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
    CHECK_OK(kc_tcb_write_registers(t->tcb, true, 0, USER_CONTEXT_WORDS, &regs));
    sleep_ms(5);
    CHECK(counter[0] > before);
}

TEST("tcb: registers are copied in two groups")
{
    cptr t = make(OBJECT_TCB), u = make(OBJECT_TCB);
    struct user_context regs = {0};

    CHECK_OK(kc_tcb_write_registers(t, false, 0, USER_CONTEXT_WORDS, &sample));
    CHECK_OK(kc_tcb_copy_registers(u, t, false, false, true, false, 0));
    CHECK_OK(kc_tcb_read_registers(u, false, 0, USER_CONTEXT_WORDS, &regs));
    CHECK_EQ(regs.rip, sample.rip);
    CHECK_EQ(regs.rsp, sample.rsp);
    CHECK_OK(kc_tcb_copy_registers(u, t, false, false, false, true, 0));
    CHECK_OK(kc_tcb_read_registers(u, false, 0, USER_CONTEXT_WORDS, &regs));
    CHECK(same_registers(&regs, &sample, 18));
    CHECK_ERR1(kc_tcb_copy_registers(u, make(OBJECT_ENDPOINT), false, false, true, true,
                                     0),
               ERROR_INVALID_CAPABILITY, 1);
}

TEST("tcb: copying registers can stop the source and resume the target")
{
    start();
    struct thread *t = spawn(.run = count, .priority = TEST_PRIORITY - 1);
    sleep_ms(5);
    struct thread *u = prepare(.run = step, .arg = 1);
    CHECK_OK(kc_tcb_copy_registers(u->tcb, t->tcb, true, true, false, false, 0));
    CHECK_EQ(stage, 1);
    uint64_t before = counter[0];
    sleep_ms(5);
    CHECK_EQ(counter[0], before);
}

TEST("tcb: priorities are limited by the authority's maximum")
{
    cptr t = make(OBJECT_TCB), a = make(OBJECT_TCB);

    CHECK_OK(kc_tcb_set_mc_priority(a, ROOT_SLOT_TCB, 50));
    CHECK_RANGE(kc_tcb_set_priority(t, a, 51), 0, 50);
    CHECK_RANGE(kc_tcb_set_mc_priority(t, a, 51), 0, 50);
    CHECK_RANGE(kc_tcb_set_sched_params(t, a, 51, 50, 0, 0), 0, 50);
    CHECK_RANGE(kc_tcb_set_sched_params(t, a, 50, 51, 0, 0), 0, 50);
    CHECK_OK(kc_tcb_set_priority(t, a, 50));
    CHECK_OK(kc_tcb_set_mc_priority(t, a, 50));
    CHECK_RANGE(kc_tcb_set_priority(t, ROOT_SLOT_TCB, 256), 0, PRIORITY_MAX);
    CHECK_RANGE(kc_tcb_set_priority(t, ROOT_SLOT_TCB, ~UINT64_C(0)), 0, PRIORITY_MAX);
    CHECK_RANGE(kc_tcb_set_mc_priority(t, ROOT_SLOT_TCB, 256), 0, PRIORITY_MAX);
}

TEST("tcb: the authority must be a thread")
{
    cptr t = make(OBJECT_TCB), e = make(OBJECT_ENDPOINT);

    CHECK_ERR1(kc_tcb_set_priority(t, e, 1), ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(kc_tcb_set_mc_priority(t, e, 1), ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(kc_tcb_set_sched_params(t, e, 1, 1, 0, 0), ERROR_INVALID_CAPABILITY, 1);
}

TEST("tcb: raising a priority above the caller's runs the thread at once")
{
    start();
    struct thread *t = spawn(.run = step, .arg = 1, .priority = TEST_PRIORITY - 1);
    CHECK_EQ(stage, 0);
    CHECK_OK(kc_tcb_set_priority(t->tcb, ROOT_SLOT_TCB, TEST_PRIORITY + 1));
    CHECK_EQ(stage, 1);
}

TEST("tcb: lowering the own priority lets others run at once")
{
    start();
    spawn(.run = step, .arg = 1, .priority = TEST_PRIORITY - 1);
    CHECK_OK(kc_tcb_set_priority(self()->tcb, ROOT_SLOT_TCB, TEST_PRIORITY - 2));
    CHECK_EQ(stage, 1);
}

TEST("tcb: a lower maximum leaves the priority as it is")
{
    start();
    CHECK_OK(kc_tcb_set_mc_priority(self()->tcb, ROOT_SLOT_TCB, 0));
    spawn(.run = step, .arg = 1, .priority = TEST_PRIORITY - 1);
    CHECK_EQ(stage, 0);
}

TEST("tcb: the scheduling context and the fault endpoint are checked")
{
    cptr t = make(OBJECT_TCB), e = make(OBJECT_ENDPOINT);
    cptr sc = make_context(0, 5000, 5000);

    CHECK_ERR1(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, e, 0),
               ERROR_INVALID_CAPABILITY, 2);
    CHECK_ERR1(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, sc, sc),
               ERROR_INVALID_CAPABILITY, 3);
    CHECK_ERR1(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, sc, copy(e, RIGHT_READ)),
               ERROR_INVALID_CAPABILITY, 3);
    CHECK_ERR1(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, sc, copy(e, RIGHT_WRITE)),
               ERROR_INVALID_CAPABILITY, 3);
    CHECK_OK(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, sc,
                                     copy(e, RIGHT_WRITE | RIGHT_GRANT_REPLY)));
}

TEST("tcb: a thread and a scheduling context are bound once")
{
    cptr t = make(OBJECT_TCB), u = make(OBJECT_TCB);
    cptr sc = make_context(0, 5000, 5000), other = make_context(0, 5000, 5000);

    CHECK_OK(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, sc, 0));
    CHECK_OK(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, sc, 0));
    CHECK_ERR(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, other, 0),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_set_sched_params(u, ROOT_SLOT_TCB, 1, 1, sc, 0),
              ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_tcb_set_sched_params(t, ROOT_SLOT_TCB, 1, 1, 0, 0));
    CHECK_OK(kc_tcb_set_sched_params(u, ROOT_SLOT_TCB, 1, 1, sc, 0));
}

TEST("tcb: the timeout endpoint is checked")
{
    cptr t = make(OBJECT_TCB), e = make(OBJECT_ENDPOINT);

    CHECK_ERR1(kc_tcb_set_timeout_endpoint(t, ROOT), ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(kc_tcb_set_timeout_endpoint(t, copy(e, RIGHTS_READ_WRITE)),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_OK(kc_tcb_set_timeout_endpoint(t, e));
    CHECK_OK(kc_tcb_set_timeout_endpoint(t, 0));
}

TEST("tcb: configure checks roots, guard, buffer and page")
{
    cptr t = make(OBJECT_TCB), e = make(OBJECT_ENDPOINT);
    cptr page = image_frame(self()->buffer), vspace = ROOT_SLOT_VSPACE;
    uint64_t buffer = (uint64_t)self()->buffer;

    CHECK_ERR(kc_tcb_configure(t, e, 0, vspace, 0, buffer, page),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_configure(t, ROOT, 0, e, 0, buffer, page), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_configure(t, ROOT, 0, make(OBJECT_PML4), 0, buffer, page),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_configure(t, ROOT, cnode_guard(0, 60), vspace, 0, buffer, page),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_configure(t, ROOT, 0, vspace, 0, buffer, e),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_configure(t, ROOT, 0, vspace, 0, buffer + 64, page),
              ERROR_ALIGNMENT);
    CHECK_OK(kc_tcb_configure(t, ROOT, 0, vspace, 0, 0, 0));
    CHECK_OK(kc_tcb_configure(t, ROOT, 0, vspace, 0, buffer, page));
}

TEST("tcb: set space checks the fault endpoint and the roots")
{
    cptr t = make(OBJECT_TCB), e = make(OBJECT_ENDPOINT), vspace = ROOT_SLOT_VSPACE;

    CHECK_ERR1(kc_tcb_set_space(t, ROOT, ROOT, 0, vspace, 0), ERROR_INVALID_CAPABILITY,
               1);
    CHECK_ERR1(kc_tcb_set_space(t, copy(e, RIGHT_WRITE), ROOT, 0, vspace, 0),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR(kc_tcb_set_space(t, e, e, 0, vspace, 0), ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_tcb_set_space(t, e, ROOT, 0, e, 0), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_tcb_set_space(t, 0, ROOT, 0, vspace, 0));
    CHECK_OK(kc_tcb_set_space(t, e, ROOT, 0, vspace, 0));
}

TEST("tcb: the IPC buffer is aligned and in ordinary memory")
{
    cptr t = make(OBJECT_TCB), page = make(OBJECT_PAGE_4K);

    CHECK_ERR(kc_tcb_set_ipc_buffer(t, 512, page), ERROR_ALIGNMENT);
    CHECK_ERR(kc_tcb_set_ipc_buffer(t, 1024, make(OBJECT_ENDPOINT)),
              ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_tcb_set_ipc_buffer(t, 1024, page));
    CHECK_OK(kc_tcb_set_ipc_buffer(t, 0, 0));
}

TEST("tcb: the IPC buffer may lie in a large page")
{
    cptr t = make(OBJECT_TCB), page = make(OBJECT_LARGE_PAGE);

    CHECK_OK(kc_tcb_set_ipc_buffer(t, 0x200000 + 0x3000, page));
}

static uint64_t read_fs(void)
{
    uint64_t value;

    __asm__ volatile("movq %%fs:0, %0" : "=r"(value));
    return value;
}

static uint64_t tls_words[2] = {0xfee1, 0xfee2};

static void look_at_tls(uint64_t n)
{
    for (;;) {
        uint64_t badge = n, words[4] = {0};
        stage = (unsigned)read_fs();
        (void)kc_trap_reply(SYSCALL_WAIT, &badge, 0, words, 0, 0);
    }
}

TEST("tcb: the thread-local base can be set from outside")
{
    cptr n = make(OBJECT_NOTIFICATION);
    struct thread *t = prepare(.run = look_at_tls, .arg = n);

    CHECK_OK(kc_tcb_set_tls_base(t->tcb, (uint64_t)&tls_words[0]));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0xfee1);
    CHECK_OK(kc_tcb_set_tls_base(t->tcb, (uint64_t)&tls_words[1]));
    kc_signal(n);
    CHECK_EQ(stage, 0xfee2);
}

TEST("tcb: a thread-local base that is not canonical does no harm")
{
    cptr n = make(OBJECT_NOTIFICATION), faults = make(OBJECT_ENDPOINT);
    struct thread *t = prepare(.run = look_at_tls, .arg = n, .fault_ep = faults);

    (void)kc_tcb_set_tls_base(t->tcb, UINT64_C(0x8000000000000000));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK(ipc_recv(faults, self()->reply).label != FAULT_NULL);
}

TEST("tcb: flags are set, cleared and read")
{
    cptr t = make(OBJECT_TCB);
    uint64_t flags = 99;

    CHECK_OK(kc_tcb_set_flags(t, 0, 0, &flags));
    CHECK_EQ(flags, 0);
    CHECK_OK(kc_tcb_set_flags(t, 0, TCB_FLAG_FPU_DISABLED, &flags));
    CHECK_EQ(flags, TCB_FLAG_FPU_DISABLED);
    CHECK_OK(kc_tcb_set_flags(t, 0, 0, &flags));
    CHECK_EQ(flags, TCB_FLAG_FPU_DISABLED);
    CHECK_OK(kc_tcb_set_flags(t, TCB_FLAG_FPU_DISABLED, UINT64_C(1) << 60, &flags));
    CHECK_EQ(flags, 0);
}

TEST("tcb: 1000 threads")
{
    for (unsigned i = 0; i < 10; i++)
        objects(OBJECT_TCB, 0, 100);
}
