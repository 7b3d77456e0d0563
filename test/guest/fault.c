/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of faults: their messages, and what an answer does. */
#include <test/test.h>

enum { STRANGE_SYSCALL = 0x1234, FLAG_IF_AND_ONE = 0x202 };

static atomic_uint stage;
static uint64_t seen;

struct fault {
    uint64_t label, length, badge;
    uint64_t words[24];
};

static struct fault next_fault(cptr ep)
{
    struct message m = ipc_recv(ep, self()->reply);
    struct fault f = {.label = m.label, .length = m.length, .badge = m.badge};

    for (unsigned i = 0; i < 24; i++)
        f.words[i] = i < 4 ? m.mr[i] : kc_word(i);
    return f;
}

/* Answers the last fault with some words of f. */
static void answer(const struct fault *f, uint64_t label, unsigned length)
{
    uint64_t mr[4];

    for (unsigned i = 0; i < 24; i++) {
        if (i < 4)
            mr[i] = f->words[i];
        else
            kc_set_word(i, f->words[i]);
    }
    kc_send(self()->reply, message_info(label, 0, 0, length), mr);
}

/* A thread in a CSpace of 2^bits slots with a guard, so that addresses can be wrong. */
static struct thread *sandbox(void (*run)(uint64_t), uint64_t arg, cptr ep, unsigned bits,
                              uint64_t guard, unsigned guard_bits)
{
    stage = 0;
    return spawn(.run = run, .arg = arg, .fault_ep = ep,
                 .cspace = object(OBJECT_CNODE, bits),
                 .guard = cnode_guard(guard, guard_bits));
}

static void do_send(uint64_t cap)
{
    ipc_send(cap, 0, 0);
    stage = 1;
}

static void do_call(uint64_t cap)
{
    seen = ipc_call(cap, 0, 0).label;
    stage = 1;
}

static void do_nbsend(uint64_t cap)
{
    ipc_nbsend(cap, 0, 0);
    stage = 1;
}

static void do_recv(uint64_t cap)
{
    ipc_recv(cap, 0);
    stage = 1;
}

static void do_nbrecv(uint64_t cap)
{
    ipc_nbrecv(cap, 0);
    stage = 1;
}

static void do_wait(uint64_t cap)
{
    ipc_wait(cap);
    stage = 1;
}

static void do_nbwait(uint64_t cap)
{
    ipc_nbwait(cap);
    stage = 1;
}

TEST("fault: a guard mismatch while sending")
{
    cptr ep = make(OBJECT_ENDPOINT);
    void (*const calls[])(uint64_t) = {do_send, do_call};

    for (unsigned i = 0; i < 2; i++) {
        sandbox(calls[i], 0x35, ep, 4, 1, 60);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_CAP);
        CHECK_EQ(f.length, CAP_FAULT_LENGTH);
        CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 0x35);
        CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 0);
        CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_GUARD_MISMATCH);
        CHECK_EQ(f.words[CAP_FAULT_BITS_LEFT], 64);
        CHECK_EQ(f.words[CAP_FAULT_GUARD_FOUND], 1);
        CHECK_EQ(f.words[CAP_FAULT_GUARD_BITS_FOUND], 60);
    }
}

static void do_send_inner(uint64_t cap)
{
    do_send(cap);
}

TEST("fault: a depth mismatch below a CNode")
{
    cptr ep = make(OBJECT_ENDPOINT), outer = object(OBJECT_CNODE, 4);
    cptr inner = object(OBJECT_CNODE, 6);

    CHECK_OK(kc_cnode_copy(outer, 2, 4, ROOT, inner, DEPTH, RIGHTS_ALL));
    stage = 0;
    spawn(.run = do_send_inner, .arg = 0x22, .fault_ep = ep, .cspace = outer,
          .guard = cnode_guard(0, 56));
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 0x22);
    CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_DEPTH_MISMATCH);
    CHECK_EQ(f.words[CAP_FAULT_BITS_LEFT], 4);
    CHECK_EQ(f.words[CAP_FAULT_DEPTH_BITS_FOUND], 6);
}

TEST("fault: bits that remain behind a capability do not matter")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);
    cptr n = make(OBJECT_NOTIFICATION);

    stage = 0;
    CHECK_OK(kc_cnode_mint(cnode, 2, 4, ROOT, n, DEPTH, RIGHTS_ALL, 3));
    spawn(.run = do_send, .arg = UINT64_C(0x2abc), .fault_ep = ep, .cspace = cnode,
          .guard = cnode_guard(0, 48));
    CHECK_EQ(stage, 1);
    CHECK_EQ(ipc_nbwait(n).badge, 3);
}

TEST("fault: an empty CSpace is an invalid root")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);
    struct thread *t = prepare(.run = do_send, .arg = 1, .fault_ep = ep, .cspace = cnode,
                               .guard = cnode_guard(0, 60));

    CHECK_OK(revoke(cnode));
    CHECK_OK(drop(cnode));
    CHECK_OK(kc_tcb_resume(t->tcb));
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_LOOKUP] == LOOKUP_INVALID_ROOT
             || f.words[CAP_FAULT_LOOKUP] == LOOKUP_NO_FAILURE, 1);
}

TEST("fault: a missing capability while receiving")
{
    cptr ep = make(OBJECT_ENDPOINT);
    void (*const calls[])(uint64_t) = {do_recv, do_wait, do_nbrecv, do_nbwait};

    for (unsigned i = 0; i < 4; i++) {
        sandbox(calls[i], 3, ep, 4, 0, 60);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_CAP);
        CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 3);
        CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 1);
        CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_MISSING_CAPABILITY);
        CHECK_EQ(f.words[CAP_FAULT_BITS_LEFT], 0);
        CHECK_EQ(stage, 0);
    }
}

TEST("fault: receiving from what is no endpoint or lacks the read right")
{
    cptr ep = make(OBJECT_ENDPOINT);
    cptr bad[] = {copy(make(OBJECT_ENDPOINT), RIGHT_WRITE), ROOT_SLOT_TCB,
                  copy(make(OBJECT_NOTIFICATION), RIGHT_WRITE)};

    for (unsigned i = 0; i < 3; i++) {
        stage = 0;
        spawn(.run = do_wait, .arg = bad[i], .fault_ep = ep);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_CAP);
        CHECK_EQ(f.words[CAP_FAULT_ADDRESS], bad[i]);
        CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 1);
        CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_MISSING_CAPABILITY);
    }
}

static cptr wrong_reply;

static void recv_with_wrong_reply(uint64_t e)
{
    ipc_recv(e, wrong_reply);
    stage = 1;
}

TEST("fault: receiving from an endpoint needs a reply object")
{
    cptr ep = make(OBJECT_ENDPOINT), e = make(OBJECT_ENDPOINT);

    wrong_reply = ROOT_SLOT_TCB;
    stage = 0;
    spawn(.run = recv_with_wrong_reply, .arg = e, .fault_ep = ep);
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_ADDRESS], wrong_reply);
    CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 1);
    CHECK_EQ(stage, 0);
}

TEST("fault: sending without waiting does not fault")
{
    cptr ep = make(OBJECT_ENDPOINT);

    sandbox(do_nbsend, 0x35, ep, 4, 1, 60);
    CHECK_EQ(stage, 1);
}

TEST("fault: sending to an empty slot is an error, not a fault")
{
    cptr ep = make(OBJECT_ENDPOINT);

    sandbox(do_send, 3, ep, 4, 0, 60);
    CHECK_EQ(stage, 1);
    sandbox(do_call, 3, ep, 4, 0, 60);
    CHECK_EQ(stage, 1);
    CHECK_EQ(seen, ERROR_INVALID_CAPABILITY);
}

static void send_extra(uint64_t e)
{
    self()->buffer->caps_or_badges[0] = 0x7777;
    ipc_send_info(e, message_info(0, 0, 1, 0), 0);
    stage = 1;
}

TEST("fault: an extra capability whose address does not resolve")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);

    CHECK_OK(kc_cnode_copy(cnode, 2, 4, ROOT, make(OBJECT_ENDPOINT), DEPTH, RIGHTS_ALL));
    stage = 0;
    spawn(.run = send_extra, .arg = 2, .fault_ep = ep, .cspace = cnode,
          .guard = cnode_guard(0, 60));
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_CAP);
    CHECK_EQ(f.words[CAP_FAULT_ADDRESS], 0x7777);
    CHECK_EQ(f.words[CAP_FAULT_IN_RECEIVE], 0);
    CHECK_EQ(f.words[CAP_FAULT_LOOKUP], LOOKUP_GUARD_MISMATCH);
}

TEST("fault: after an answer to a capability fault the call is made again")
{
    cptr ep = make(OBJECT_ENDPOINT), cnode = object(OBJECT_CNODE, 4);
    cptr n = make(OBJECT_NOTIFICATION);

    stage = 0;
    kc_signal(mint(n, RIGHTS_ALL, 1));
    spawn(.run = do_wait, .arg = 3, .fault_ep = ep, .cspace = cnode,
          .guard = cnode_guard(0, 60));
    struct fault f = next_fault(ep);
    CHECK_OK(kc_cnode_copy(cnode, 3, 4, ROOT, n, DEPTH, RIGHTS_ALL));
    answer(&f, 0, 0);
    CHECK_EQ(stage, 1);
}

static void touch_read(uint64_t address)
{
    seen = *(volatile uint64_t *)address;
    stage = 1;
}

static void touch_write(uint64_t address)
{
    *(volatile uint64_t *)address = 0x77;
    stage = 1;
}

static void touch_jump(uint64_t address)
{
    ((void (*)(void))address)();
    stage = 1;
}

TEST("fault: reading, writing and executing where nothing is mapped")
{
    static void (*const touch[])(uint64_t) = {touch_read, touch_write, touch_jump};
    static const uint64_t status[] = {4, 6, 0x14};
    cptr ep = make(OBJECT_ENDPOINT);

    for (unsigned i = 0; i < 3; i++) {
        uint64_t address = free_address() + 0x5018;
        stage = 0;
        spawn(.run = touch[i], .arg = address, .fault_ep = ep);
        struct fault f = next_fault(ep);
        CHECK_EQ(f.label, FAULT_VM);
        CHECK_EQ(f.length, VM_FAULT_LENGTH);
        CHECK_EQ(f.words[VM_FAULT_ADDRESS], address);
        CHECK_EQ(f.words[VM_FAULT_STATUS] & ~UINT64_C(0x10), status[i] & ~UINT64_C(0x10));
        CHECK_EQ(f.words[VM_FAULT_IS_INSTRUCTION], i == 2
                 && f.words[VM_FAULT_STATUS] & 0x10);
        CHECK_EQ(stage, 0);
    }
}

TEST("fault: writing to a page that is mapped to be read")
{
    cptr ep = make(OBJECT_ENDPOINT), page = make(OBJECT_PAGE_4K);
    uint64_t address = (uint64_t)map_page(page, 1, RIGHT_READ);

    stage = 0;
    spawn(.run = touch_write, .arg = address, .fault_ep = ep);
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_VM);
    CHECK_EQ(f.words[VM_FAULT_ADDRESS], address);
    CHECK_EQ(f.words[VM_FAULT_STATUS], 7);
}

TEST("fault: an address of the kernel")
{
    cptr ep = make(OBJECT_ENDPOINT);
    uint64_t address = UINT64_C(0xffffffff80100000);

    stage = 0;
    spawn(.run = touch_read, .arg = address, .fault_ep = ep);
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_VM);
    CHECK_EQ(f.words[VM_FAULT_ADDRESS], address);
    CHECK_EQ(f.words[VM_FAULT_STATUS] & 4, 4);
}

TEST("fault: after a page is mapped, an answer restarts the access")
{
    cptr ep = make(OBJECT_ENDPOINT), page = make(OBJECT_PAGE_4K);
    uint64_t address = free_address() + 2 * 4096;

    stage = 0;
    spawn(.run = touch_write, .arg = address, .fault_ep = ep);
    struct fault f = next_fault(ep);
    map_page(page, 2, RIGHTS_ALL);
    answer(&f, 0, 0);
    CHECK_EQ(stage, 1);
    CHECK_EQ(*(uint64_t *)address, 0x77);
}

TEST("fault: a thread in another address space")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    spawn(.run = touch_read, .arg = 0x18, .fault_ep = mint(ep, RIGHTS_ALL, 12),
          .vspace = vspace_image());
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_VM);
    CHECK_EQ(f.badge, 12);
    CHECK_EQ(f.words[VM_FAULT_ADDRESS], 0x18);
}

static void strange_syscall(uint64_t arg)
{
    uint64_t result = arg;

    __asm__ volatile("movq %%rsp, %%rbx; syscall; movq %%rbx, %%rsp"
                     : "+a"(result)
                     : "d"((uint64_t)STRANGE_SYSCALL), "D"(UINT64_C(0x11)),
                       "S"(UINT64_C(0x22))
                     : "rbx", "rcx", "r11", "memory");
    seen = result;
    stage = 1;
}

TEST("fault: an unknown system call shows the registers")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    struct thread *t = spawn(.run = strange_syscall, .arg = 0x99, .fault_ep = ep);
    struct fault f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_UNKNOWN_SYSCALL);
    CHECK_EQ(f.length, UNKNOWN_SYSCALL_LENGTH);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_RAX], 0x99);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_RDX], STRANGE_SYSCALL);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_RDI], 0x11);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_RSI], 0x22);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_NUMBER], STRANGE_SYSCALL);
    CHECK(f.words[UNKNOWN_SYSCALL_SP] <= t->stack_top);
    CHECK(f.words[UNKNOWN_SYSCALL_SP] > t->stack_top - 4096);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_FLAGS] & FLAG_IF_AND_ONE, FLAG_IF_AND_ONE);
    const uint8_t *ip = (const uint8_t *)f.words[UNKNOWN_SYSCALL_IP];
    CHECK(ip[0] == 0x0f && ip[1] == 0x05);
    answer(&f, 1, 0);
    CHECK_EQ(stage, 0);
}

TEST("fault: an answer to an unknown system call sets registers")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    spawn(.run = strange_syscall, .arg = 0x99, .fault_ep = ep);
    struct fault f = next_fault(ep);
    f.words[UNKNOWN_SYSCALL_RAX] = 0x1b;
    f.words[UNKNOWN_SYSCALL_IP] += 2;
    answer(&f, 0, UNKNOWN_SYSCALL_FLAGS + 1);
    CHECK_EQ(stage, 1);
    CHECK_EQ(seen, 0x1b);
}

TEST("fault: an answer of fewer words sets fewer registers")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    spawn(.run = strange_syscall, .arg = 0x99, .fault_ep = ep);
    struct fault f = next_fault(ep);
    f.words[UNKNOWN_SYSCALL_RAX] = 0x1c;
    answer(&f, 0, 1);
    f = next_fault(ep);
    CHECK_EQ(f.label, FAULT_UNKNOWN_SYSCALL);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_RAX], 0x1c);
    CHECK_EQ(f.words[UNKNOWN_SYSCALL_RDI], 0x11);
}

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

TEST("fault: a breakpoint instruction")
{
    cptr ep = make(OBJECT_ENDPOINT);
    static const uint8_t code[] = {0xcc, 0xc3};

    spawn(.run = touch_jump, .arg = (uint64_t)code, .fault_ep = ep);
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

TEST("fault: a faulting thread waits in the queue of the endpoint")
{
    cptr ep = make(OBJECT_ENDPOINT);

    stage = 0;
    struct thread *t = spawn(.run = invalid_opcode, .fault_ep = mint(ep, RIGHTS_ALL, 1));
    spawn(.run = do_send, .arg = mint(ep, RIGHTS_ALL, 2));
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
