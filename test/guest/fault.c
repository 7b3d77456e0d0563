/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of page faults and unknown system calls: messages and answers. */
#include "faults.h"

enum { STRANGE_SYSCALL = 0x1234, FLAG_IF_AND_ONE = 0x202 };

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
