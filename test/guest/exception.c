/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of exceptions of the processor, and of threads and handlers that fault. */
#include "faults.h"

static void invalid_opcode(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("ud2");
    stage = 1;
}

static void divide_by_zero(uint64_t zero)
{
    uint64_t low = 1, high = 0;

    __asm__ volatile("divq %2" : "+a"(low), "+d"(high) : "r"(zero));
    stage = 1;
}

static void privileged(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("hlt");
    stage = 1;
}

static void port_access(uint64_t unused)
{
    uint8_t value;

    (void)unused;
    __asm__ volatile("inb $0x80, %0" : "=a"(value));
    stage = 1;
}

static void wrong_address(uint64_t unused)
{
    (void)unused;
    (void)*(volatile uint64_t *)UINT64_C(0x8000000000000000);
    stage = 1;
}

static void software_interrupt(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("int $0x50");
    stage = 1;
}

static void null_selector(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("movw %0, %%ss" : : "r"((uint16_t)0));
    stage = 1;
}

enum { ANY_CODE = 0x10000 }; /* emulators differ in it */

static const struct exception {
    void (*run)(uint64_t);
    uint64_t number, code;
} exceptions[] = {
    {divide_by_zero, 0, 0},
    {invalid_opcode, 6, 0},
    {privileged, 13, 0},
    {port_access, 13, 0},
    {wrong_address, 13, 0},
    {software_interrupt, 13, ANY_CODE},
    {null_selector, 13, 0},
};

TEST("fault: exceptions of the processor")
{
    cptr ep = make(OBJECT_ENDPOINT);

    for (unsigned i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        stage = 0;
        struct thread *t = spawn(.run = exceptions[i].run, .fault_ep = ep);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_USER_EXCEPTION);
        CHECK_EQ(f.length, USER_EXCEPTION_LENGTH);
        CHECK_EQ(f.words[USER_EXCEPTION_NUMBER], exceptions[i].number);
        if (exceptions[i].code != ANY_CODE)
            CHECK_EQ(f.words[USER_EXCEPTION_CODE], exceptions[i].code);
        CHECK(f.words[USER_EXCEPTION_SP] <= t->stack_top);
        CHECK_EQ(stage, 0);
    }
}

static void breakpoint(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("int3");
}

TEST("fault: a breakpoint instruction")
{
    cptr ep = make(OBJECT_ENDPOINT);

    spawn(.run = breakpoint, .fault_ep = ep);
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_USER_EXCEPTION);
    CHECK(f.words[USER_EXCEPTION_NUMBER] == 3 || f.words[USER_EXCEPTION_NUMBER] == 13);
}

TEST("fault: an answer to an exception sets the instruction pointer")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    spawn(.run = invalid_opcode, .fault_ep = ep);
    struct fault f = next_fault(ep);
    f.words[USER_EXCEPTION_IP] += 2;
    answer(&f, 0, 1);
    CHECK_EQ(stage, 1);
}

TEST("fault: an answer cannot raise privileges")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    struct thread *t = spawn(.run = invalid_opcode, .fault_ep = ep);
    struct fault f = next_fault(ep);
    struct user_context regs;
    f.words[USER_EXCEPTION_IP] += 2;
    f.words[USER_EXCEPTION_FLAGS] = 0x3200; /* with IOPL 3 */
    answer(&f, 0, USER_EXCEPTION_FLAGS + 1);
    CHECK_EQ(stage, 1);
    CHECK_OK(kc_tcb_read_registers(t->tcb, true, 0, 3, &regs));
    CHECK_EQ(regs.rflags & 0x3200, 0x200);
}

TEST("fault: an answer with a label leaves the thread stopped")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    struct thread *t = spawn(.run = invalid_opcode, .fault_ep = ep);
    struct fault f = next_fault(ep);
    answer(&f, 1, 0);
    CHECK_EQ(ipc_nbrecv(ep, self()->reply).label, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_nbrecv(ep, self()->reply).label, FAULT_USER_EXCEPTION);
}

TEST("fault: a thread without an endpoint for faults stops")
{
    stage = 0;
    struct thread *t = spawn(.run = invalid_opcode);
    struct user_context regs;

    CHECK_EQ(stage, 0);
    CHECK_OK(kc_tcb_read_registers(t->tcb, false, 0, USER_CONTEXT_WORDS, &regs));
    regs.rip += 2;
    CHECK_OK(kc_tcb_write_registers(t->tcb, true, 0, USER_CONTEXT_WORDS, &regs));
    CHECK_EQ(stage, 1);
}

TEST("fault: a thread whose endpoint for faults was deleted stops")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    struct thread *t = prepare(.run = invalid_opcode, .fault_ep = ep);
    CHECK_OK(revoke(ep));
    CHECK_OK(drop(ep));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(stage, 0);
}

static void send_one(uint64_t cap)
{
    ipc_send(cap, 0, 0);
}

TEST("fault: a faulting thread waits in the queue of the endpoint")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    struct thread *t = spawn(.run = invalid_opcode, .fault_ep = mint(ep, RIGHTS_ALL, 1));
    spawn(.run = send_one, .arg = mint(ep, RIGHTS_ALL, 2));
    CHECK_OK(kc_tcb_suspend(t->tcb));
    CHECK_EQ(ipc_recv(ep, self()->reply).badge, 2);
    CHECK_EQ(ipc_nbrecv(ep, self()->reply).badge, 0);
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(next_fault(ep).badge, 1);
}

static cptr outer_ep;

static void faulting_handler(uint64_t ep)
{
    ipc_recv(ep, self()->reply);
    __asm__ volatile("ud2");
    stage++;
    ipc_reply(self()->reply, 1, 0);
}

TEST("fault: a handler may fault")
{
    cptr ep = make(OBJECT_ENDPOINT);

    outer_ep = make(OBJECT_ENDPOINT);
    stage = 0;
    spawn(.run = faulting_handler, .arg = ep, .fault_ep = outer_ep);
    spawn(.run = invalid_opcode, .fault_ep = ep);
    struct fault f = next_fault(outer_ep);
    CHECK_EQ(f.label, FAULT_USER_EXCEPTION);
    f.words[USER_EXCEPTION_IP] += 2;
    answer(&f, 0, 1);
    CHECK_EQ(stage, 1);
}

static void passive_handler(uint64_t ep)
{
    struct message m = ipc_recv(ep, self()->reply);

    for (;;) {
        stage++;
        m.mr[0] += 2;
        m = ipc_reply_recv(ep, self()->reply, m.mr[0]);
    }
}

static void three_faults(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("ud2; ud2; ud2");
    seen = 3;
}

TEST("fault: a passive handler runs on the time of the thread that faults")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    seen = 0;
    struct thread *handler = spawn(.run = passive_handler, .arg = ep,
                                   .priority = TEST_PRIORITY + 2);
    CHECK_OK(kc_sched_context_unbind(handler->sc));
    spawn(.run = three_faults, .fault_ep = ep);
    CHECK_EQ(stage, 3);
    CHECK_EQ(seen, 3);
}
