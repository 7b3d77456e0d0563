/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks which messages the functions of kcall/invoke.h send and how they take answers,
 * against layouts written down here from libsel4's rules for packing arguments.
 */
#include <stdio.h>
#include <string.h>

#include <abi/object.h>
#include <kcall/invoke.h>

static struct ipc_buffer buffer;
static uint64_t sent_cap, sent_info, sent[16], sent_caps[3];
static uint64_t answer_info, answer[4];
static int failures;

uint64_t kc_trap(int64_t number, uint64_t *cap_badge, uint64_t info, uint64_t mr[4])
{
    failures += number != SYSCALL_CALL;
    sent_cap = *cap_badge;
    sent_info = info;
    memcpy(sent, buffer.msg, sizeof(sent));
    memcpy(sent, mr, 4 * sizeof(mr[0]));
    memcpy(sent_caps, buffer.caps_or_badges, sizeof(sent_caps));
    memcpy(mr, answer, sizeof(answer));
    memset(&buffer, 0xee, sizeof(buffer));
    return answer_info;
}

uint64_t kc_trap_reply(int64_t number, uint64_t *cap_badge, uint64_t info,
    uint64_t mr[4], cptr reply, cptr dest)
{
    (void)reply;
    (void)dest;
    return kc_trap(number, cap_badge, info, mr);
}

void kc_trap_null(int64_t number)
{
    (void)number;
}

static void check(const char *what, uint64_t label, uint64_t cap, unsigned words,
    const uint64_t *expected, unsigned caps, const uint64_t *expected_caps)
{
    if (sent_cap != cap || sent_info != message_info(label, 0, caps, words)
        || memcmp(sent, expected, words * sizeof(sent[0]))
        || memcmp(sent_caps, expected_caps, caps * sizeof(sent_caps[0]))) {
        printf("%s sends a wrong message\n", what);
        failures++;
    }
}

static void expect(const char *what, bool truth)
{
    if (!truth) {
        printf("%s: not as expected\n", what);
        failures++;
    }
}

#define WORDS(...) \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[]){__VA_ARGS__}

static void test_messages(void)
{
    kc_untyped_retype(9, OBJECT_TCB, 0, 2, 3, 4, 5, 6);
    check("retype", 1, 9, WORDS(1, 0, 3, 4, 5, 6), WORDS(2));
    kc_cnode_mint(9, 1, 64, 2, 3, 63, RIGHTS_ALL, 77);
    check("mint", 22, 9, WORDS(1, 64, 3, 63, 15, 77), WORDS(2));
    kc_cnode_rotate(9, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11);
    check("rotate", 25, 9, WORDS(1, 2, 3, 5, 6, 7, 10, 11), WORDS(4, 8));
    kc_tcb_configure(9, 1, 2, 3, 4, 5, 6);
    check("configure", 5, 9, WORDS(2, 4, 5), WORDS(1, 3, 6));
    kc_tcb_copy_registers(9, 1, true, false, true, true, 0xff);
    check("copy registers", 4, 9, WORDS(0xff0d), WORDS(1));
    kc_domain_set(9, 3, 4);
    check("domain", 30, 9, WORDS(3), WORDS(4));
    kc_sched_control_configure_flags(9, 1, 2, 3, 4, 5, 6);
    check("sched control", 33, 9, WORDS(2, 3, 4, 5, 6), WORDS(1));
    kc_page_map(9, 1, 2, 3, 4);
    check("page map", 45, 9, WORDS(2, 3, 4), WORDS(1));
    kc_irq_issue_handler_ioapic(9, 1, 2, 3, 4, 5, 6, 7, 8);
    check("ioapic", 57, 9, WORDS(2, 3, 4, 5, 6, 7, 8), WORDS(1));
    kc_ioport_out8(9, 0x3f8, 0x41);
    check("out", 54, 9, 2, (uint64_t[]){0x3f8, 0x41}, 0, (uint64_t[]){0});
    kc_sched_control_roam(9, 1, 6);
    check("roam", 0x10001, 9, WORDS(6), WORDS(1));
}

static void test_context(void)
{
    struct user_context regs = {.rip = 1, .rsp = 2, .rflags = 3, .rax = 4, .rbx = 5};
    struct user_context got = {.rbp = 42};

    kc_tcb_write_registers(9, true, 0, 5, &regs);
    check("write registers", 3, 9, 7, (uint64_t[]){1, 5, 1, 2, 3, 4, 5}, 0,
        (uint64_t[]){0});
    answer_info = message_info(0, 0, 0, 5);
    memcpy(answer, (uint64_t[]){11, 12, 13, 14}, sizeof(answer));
    kc_tcb_read_registers(9, true, 1, 5, &got);
    check("read registers", 2, 9, 2, (uint64_t[]){0x101, 5}, 0, (uint64_t[]){0});
    expect("registers read",
        got.rip == 11 && got.rax == 14 && got.rbx == buffer.msg[4] && got.rbp == 42);
}

static void test_answers(void)
{
    uint64_t word = 7;
    uint8_t byte = 7;

    answer_info = message_info(0, 0, 0, 1);
    answer[0] = 0x1234;
    expect("in8", kc_ioport_in8(9, 1, &byte) == ERROR_NONE && byte == 0x34);
    expect("migrations", kc_sched_control_migrations(9, &word) == ERROR_NONE
        && word == 0x1234);
    word = 7;
    expect("flags", kc_tcb_set_flags(9, 1, 2, &word) == ERROR_NONE && word == 0x1234);
    answer_info = message_info(ERROR_RANGE, 0, 0, 2);
    answer[1] = 99;
    word = 7;
    expect("error", kc_tcb_set_flags(9, 1, 2, &word) == ERROR_RANGE && word == 7);
    expect("error words", kc_word(0) == 0x1234 && kc_word(1) == 99);
}

int main(void)
{
    kc_ipc_buffer_ptr = &buffer;
    test_messages();
    test_context();
    test_answers();
    return failures != 0;
}
