/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of system calls and labels as such: wrong labels, short messages, and
 * numbers that do not exist.
 */
#include <test/test.h>

enum { LABELS = INVOKE_COUNT };

/* An object and the labels that it understands. */
struct kind {
    cptr cap;
    unsigned first, last;
    unsigned more_first, more_last; /* 0 if there are none */
};

static unsigned list_kinds(struct kind kinds[], cptr ioport)
{
    const struct kind list[] = {
        {object(OBJECT_UNTYPED, 12), 1, 1, 0, 0},
        {make(OBJECT_TCB), 2, 17, 0, 0},
        {object(OBJECT_CNODE, 4), 18, 25, 0, 0},
        {ROOT_SLOT_IRQ_CONTROL, 26, 26, 57, 58},
        {ROOT_SLOT_DOMAIN, 30, 32, 0, 0},
        {boot->sched_control.start, 33, 33, 0, 0},
        {object(OBJECT_SCHED_CONTEXT, 8), 34, 38, 0, 0},
        {make(OBJECT_PDPT), 39, 40, 0, 0},
        {make(OBJECT_PAGE_DIRECTORY), 41, 42, 0, 0},
        {make(OBJECT_PAGE_TABLE), 43, 44, 0, 0},
        {make(OBJECT_PAGE_4K), 45, 47, 0, 0},
        {make(OBJECT_PML4), 0, 0, 0, 0},
        {ROOT_SLOT_ASID_CONTROL, 48, 48, 0, 0},
        {ROOT_SLOT_ASID_POOL, 49, 49, 0, 0},
        {ROOT_SLOT_IOPORT_CONTROL, 50, 50, 0, 0},
        {ioport, 51, 56, 0, 0},
    };

    memcpy(kinds, list, sizeof(list));
    return sizeof(list) / sizeof(list[0]);
}

static cptr issue_ioport(void)
{
    cptr to = slot();

    CHECK_OK(kc_ioport_control_issue(ROOT_SLOT_IOPORT_CONTROL, 0x80, 0x8f, ROOT, to,
                                     DEPTH));
    return to;
}

static bool understands(const struct kind *kind, uint64_t label)
{
    return (label >= kind->first && label <= kind->last && kind->first > 0)
           || (label >= kind->more_first && label <= kind->more_last
               && kind->more_first > 0);
}

static enum error_code invoke(cptr cap, uint64_t label, unsigned length, unsigned caps)
{
    uint64_t mr[4] = {0};

    return kc_invoke(cap, message_info(label, 0, caps, length), mr);
}

TEST("syscall: a label that an object does not understand is an illegal operation")
{
    struct kind kinds[20];
    unsigned count = list_kinds(kinds, issue_ioport());

    for (unsigned i = 0; i < 20; i++)
        kc_set_cap(i % 3, 0);
    for (unsigned i = 0; i < count; i++) {
        for (uint64_t label = 0; label < LABELS + 8; label++) {
            if (understands(&kinds[i], label))
                continue;
            enum error_code error = invoke(kinds[i].cap, label, 20, 3);
            if (error != ERROR_ILLEGAL_OPERATION)
                print("# object %u, label %lu\n", i, label);
            CHECK_EQ(error, ERROR_ILLEGAL_OPERATION);
        }
        CHECK_ERR(invoke(kinds[i].cap, UINT64_C(0xfffffffffffff), 20, 3),
                  ERROR_ILLEGAL_OPERATION);
    }
}

/* Labels whose message may be empty. */
static bool takes_nothing(uint64_t label)
{
    static const uint8_t labels[] = {
        INVOKE_TCB_SUSPEND, INVOKE_TCB_RESUME, INVOKE_TCB_UNBIND_NOTIFICATION,
        INVOKE_IRQ_ACK, INVOKE_IRQ_CLEAR_HANDLER, INVOKE_SCHED_CONTEXT_UNBIND,
        INVOKE_SCHED_CONTEXT_CONSUMED, INVOKE_SCHED_CONTEXT_YIELD_TO, INVOKE_PDPT_UNMAP,
        INVOKE_PAGE_DIRECTORY_UNMAP, INVOKE_PAGE_TABLE_UNMAP, INVOKE_PAGE_UNMAP,
        INVOKE_PAGE_GET_ADDRESS};

    for (unsigned i = 0; i < sizeof(labels); i++) {
        if (label == labels[i])
            return true;
    }
    return false;
}

TEST("syscall: an empty message is too short for most labels")
{
    struct kind kinds[20];
    unsigned count = list_kinds(kinds, issue_ioport());

    for (unsigned i = 0; i < count; i++) {
        for (uint64_t label = 1; label < LABELS; label++) {
            if (!understands(&kinds[i], label) || takes_nothing(label))
                continue;
            enum error_code error = invoke(kinds[i].cap, label, 0, 0);
            if (error != ERROR_TRUNCATED_MESSAGE)
                print("# object %u, label %lu\n", i, label);
            CHECK_EQ(error, ERROR_TRUNCATED_MESSAGE);
        }
    }
}

TEST("syscall: words without their capabilities are too short a message")
{
    static const struct {
        unsigned kind, label;
    } calls[] = {
        {0, INVOKE_UNTYPED_RETYPE}, {1, INVOKE_TCB_COPY_REGISTERS},
        {1, INVOKE_TCB_CONFIGURE}, {1, INVOKE_TCB_SET_PRIORITY},
        {1, INVOKE_TCB_SET_MC_PRIORITY}, {1, INVOKE_TCB_SET_SCHED_PARAMS},
        {1, INVOKE_TCB_SET_TIMEOUT_ENDPOINT}, {1, INVOKE_TCB_SET_IPC_BUFFER},
        {1, INVOKE_TCB_SET_SPACE}, {1, INVOKE_TCB_BIND_NOTIFICATION},
        {4, INVOKE_DOMAIN_SET}, {5, INVOKE_SCHED_CONTROL_CONFIGURE_FLAGS},
        {6, INVOKE_SCHED_CONTEXT_BIND}, {6, INVOKE_SCHED_CONTEXT_UNBIND_OBJECT},
        {7, INVOKE_PDPT_MAP}, {8, INVOKE_PAGE_DIRECTORY_MAP}, {9, INVOKE_PAGE_TABLE_MAP},
        {10, INVOKE_PAGE_MAP}, {12, INVOKE_ASID_CONTROL_MAKE_POOL},
        {13, INVOKE_ASID_POOL_ASSIGN}, {14, INVOKE_IOPORT_CONTROL_ISSUE},
    };
    struct kind kinds[20];

    list_kinds(kinds, issue_ioport());
    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        enum error_code error = invoke(kinds[calls[i].kind].cap, calls[i].label, 20, 0);
        if (error != ERROR_TRUNCATED_MESSAGE)
            print("# label %u\n", calls[i].label);
        CHECK_EQ(error, ERROR_TRUNCATED_MESSAGE);
    }
}

TEST("syscall: a CNode operation without its second root is too short a message")
{
    cptr cnode = object(OBJECT_CNODE, 4);

    for (unsigned label = INVOKE_CNODE_COPY; label <= INVOKE_CNODE_ROTATE; label++) {
        uint64_t mr[4] = {1, 4, 2, 4};
        CHECK_ERR(kc_invoke(cnode, message_info(label, 0, 0, 8), mr),
                  ERROR_TRUNCATED_MESSAGE);
    }
}

static void call_number(uint64_t number)
{
    kc_trap_null((int64_t)number);
}

TEST("syscall: numbers that do not exist fault")
{
    static const int64_t numbers[] = {0, 1, 2, 100, 0x7fffffff, -100, -1000, -0x7fffffff};
    cptr ep = make(OBJECT_ENDPOINT);

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        spawn(.run = call_number, .arg = (uint64_t)numbers[i], .fault_ep = ep);
        struct message m = ipc_recv(ep, self()->reply);
        CHECK_EQ(m.label, FAULT_UNKNOWN_SYSCALL);
        CHECK_EQ(kc_word(UNKNOWN_SYSCALL_NUMBER), (uint64_t)numbers[i]);
    }
}

static uint64_t before[3] = {0x11, 0x22, 0x33}, after[3];

TEST("syscall: registers survive")
{
    __asm__ volatile(
        "movq %[in0], %%r12\n\t"
        "movq %[in1], %%r13\n\t"
        "movq %[in2], %%rax\n\t"
        "movq %%rsp, %%rbx\n\t"
        "syscall\n\t"
        "movq %%rbx, %%rsp\n\t"
        "movq %%r12, %[out0]\n\t"
        "movq %%r13, %[out1]\n\t"
        "movq %%rax, %[out2]"
        : [out0] "=m"(after[0]), [out1] "=m"(after[1]), [out2] "=m"(after[2])
        : [in0] "m"(before[0]), [in1] "m"(before[1]), [in2] "m"(before[2]),
          "d"((int64_t)SYSCALL_YIELD)
        : "rax", "rbx", "rcx", "r11", "r12", "r13", "rdi", "rsi");
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(after[i], before[i]);
}

static void set_alignment_check(uint64_t n)
{
    __asm__ volatile("pushfq; orq $0x40400, (%%rsp); popfq" : : : "memory", "cc");
    (void)kc_trap(SYSCALL_NBWAIT, &n, 0, (uint64_t[4]){0});
    __asm__ volatile("pushfq; andq $~0x40400, (%%rsp); popfq" : : : "memory", "cc");
}

TEST("syscall: flags that would disturb the kernel do not")
{
    join(spawn(.run = set_alignment_check, .arg = make(OBJECT_NOTIFICATION)));
}

