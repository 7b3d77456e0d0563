/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program holds. It jumps to a system call instruction of the system library, as a
 * hostile program can, and looks: only connections, its own notification and what it
 * serves with, nothing at small numbers, and no rights beyond those.
 */
#include <native/tap.h>
#include <transport/process.h>
#include <transport/table.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include <abi/syscall.h>
#include <abi/syscall_debug.h>

#include "peer.h"

/* Registers of a system call, as raw_trap takes and gives them. */
struct trap {
    uint64_t rdi, rsi, rdx, r8, r9, r10, r12, r15;
};

/* Jumps to a system call instruction that is followed by "mov %rbx, %rsp", `pops` pops of
 * registers and a return. */
void raw_trap(uint64_t instruction, uint64_t pops, struct trap *trap);
__asm__("raw_trap:\n"
        "    push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "    push %rdx\n"
        "    lea  1f(%rip), %rax\n"
        "    push %rax\n"
        "2:  test %rsi, %rsi\n"
        "    jz   3f\n"
        "    push $0\n"
        "    dec  %rsi\n"
        "    jmp  2b\n"
        "3:  mov  %rdi, %rax\n"
        "    mov  %rdx, %r11\n"
        "    mov  0(%r11), %rdi; mov 8(%r11), %rsi; mov 16(%r11), %rdx\n"
        "    mov  24(%r11), %r8; mov 32(%r11), %r9; mov 40(%r11), %r10\n"
        "    mov  48(%r11), %r12; mov 56(%r11), %r15\n"
        "    mov  %rsp, %rbx\n"
        "    jmp  *%rax\n"
        "1:  pop  %r11\n"
        "    mov  %rdi, 0(%r11); mov %rsi, 8(%r11); mov %r8, 24(%r11)\n"
        "    mov  %r9, 32(%r11); mov %r10, 40(%r11)\n"
        "    pop  %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        "    ret\n");

static uint64_t instruction, pops;

/* Bytes of a pop of a 64-bit register at this place: 0 if there is none. */
static unsigned pop_at(const uint8_t *text)
{
    if (text[0] >= 0x58 && text[0] <= 0x5f && text[0] != 0x5c)
        return 1;
    return text[0] == 0x41 && text[1] >= 0x58 && text[1] <= 0x5f ? 2 : 0;
}

static bool find_instruction(void)
{
    static const uint8_t wanted[] = {0x0f, 0x05, 0x48, 0x89, 0xdc};
    const struct library_header *header = (const void *)LIBRARY_BASE;
    const uint8_t *end = (const uint8_t *)header->text_end - 64;

    for (const uint8_t *p = (const uint8_t *)LIBRARY_BASE; p < end; p++) {
        if (memcmp(p, wanted, sizeof(wanted)))
            continue;
        const uint8_t *after = p + sizeof(wanted);

        for (pops = 0; pop_at(after) && pops < 6; pops++)
            after += pop_at(after);
        instruction = (uint64_t)p;
        if (*after == 0xc3)
            return true;
    }
    return false;
}

static void trap(struct trap *t)
{
    raw_trap(instruction, pops, t);
}

/* The kind of the capability at an address, in the numbers that the test kernel gives. */
enum { KIND_NONE = 0, KIND_ENDPOINT = 4, KIND_NOTIFICATION = 6 };

static uint32_t identify(uint64_t cap)
{
    struct trap t = {.rdi = cap, .rdx = (uint64_t)(int64_t)SYSCALL_DEBUG_CAP_IDENTIFY};

    trap(&t);
    return (uint32_t)t.rdi;
}

static uint32_t wanted_kind(unsigned slot)
{
    if (slot == SLOT_PROC || slot >= SLOT_CONNECTION)
        return KIND_ENDPOINT;
    return slot == SLOT_NOTIFY ? KIND_NOTIFICATION : KIND_NONE;
}

static void check_slots(void)
{
    unsigned strange = 0, connections = 0;

    for (unsigned slot = 0; slot < SLOTS; slot++) {
        uint32_t kind = identify(cap_at(slot));

        connections += slot >= SLOT_CONNECTION && kind != KIND_NONE;
        if (kind != KIND_NONE && kind != wanted_kind(slot)) {
            tap_say("slot %u holds a capability of kind %u", slot, kind);
            strange++;
        }
    }
    tap_is(strange, 0, "only endpoints and a notification");
    tap_is(identify(cap_at(SLOT_PROC)), KIND_ENDPOINT, "the process server");
    tap_is(identify(cap_at(SLOT_NOTIFY)), KIND_NOTIFICATION, "the thread's notification");
    tap_ok(connections >= 1, "connections: %u", connections);
}

static void check_numbers(void)
{
    unsigned found = 0;

    for (uint64_t cap = 0; cap < 1 << 16; cap++)
        found += identify(cap) != KIND_NONE;
    for (unsigned bit = 16; bit < 64; bit++) {
        found += identify(UINT64_C(1) << bit) != KIND_NONE;
        found += identify(CAP_BASE ^ UINT64_C(1) << bit) != KIND_NONE;
    }
    tap_is(found, 0, "no other number names a capability");
}

/* In a process of its own, what raises a fault ends it, and the system goes on. */
static int probe(const char *what)
{
    uint64_t connection = cap_at(SLOT_PROC), notification = cap_at(SLOT_NOTIFY);
    struct trap t = {.r12 = cap_at(SLOT_REPLY)};

    if (!strcmp(what, "receive")) {         /* would take others' requests */
        t.rdi = connection;
        t.rdx = (uint64_t)(int64_t)SYSCALL_RECV;
    } else if (!strcmp(what, "nowhere")) {
        t.rdi = 1;
        t.rdx = (uint64_t)(int64_t)SYSCALL_CALL;
    } else if (!strcmp(what, "signal")) {   /* may only wait */
        t.rdi = notification;
        t.rdx = (uint64_t)(int64_t)SYSCALL_SEND;
    } else if (!strcmp(what, "number")) {
        t.rdx = 12345;
    }
    trap(&t);
    return 0;
}

static void check_probe(char *program, char *what)
{
    int status = -1;
    int pid = tap_spawn((char *[]){program, what, NULL});

    tap_is(uxrt_wait(pid, &status, 0), pid, "%s: the process ends", what);
    tap_ok((status & 0x7f) != 0, "%s: by a signal (0x%x)", what, status);
}

/* A call with nonsense for the process server; the label of its answer. */
static uint64_t nonsense(uint64_t label, uint64_t first, unsigned length, unsigned caps)
{
    struct trap t = {
        .rdi = cap_at(SLOT_PROC), .rsi = message_info(label, 0, caps, length),
        .rdx = (uint64_t)(int64_t)SYSCALL_CALL, .r10 = first,
        .r8 = UINT64_MAX, .r9 = UINT64_C(1) << 63, .r15 = 0x4000,
    };

    trap(&t);
    return message_label(t.rsi);
}

static void check_nonsense(void)
{
    struct ipc_buffer *ipc = (struct ipc_buffer *)(thread_block(0) + BLOCK_IPC);
    unsigned strange = 0;

    for (unsigned call = 0; call < 300; call++) {
        bool harmless = call != PROC_EXIT && call != PROC_THREAD_EXIT && call != PROC_EXEC
                        && call != PROC_WAIT && call != PROC_SHUTDOWN && call != PROC_FORK
                        && call != PROC_TLS;
        uint64_t label = request_label(true, FORM_MESSAGE, CONTROL_FILE, 24);
        uint64_t address = attribute_address(ATTR_PROC + call, 0);

        if (!harmless)
            continue;
        uint64_t reply = nonsense(label, address, 4, 0);

        strange += !(reply & REPLY_SERVED);
    }
    for (unsigned bit = 0; bit < 52; bit++)
        strange += !(nonsense(UINT64_C(1) << bit, UINT64_MAX, 4, 0) & REPLY_SERVED);
    for (unsigned length = 0; length < 120; length += 7)
        strange += !(nonsense(request_label(true, FORM_BUFFER, 77, 1000), length, length, 0)
                     & REPLY_SERVED);
    ipc->caps_or_badges[0] = cap_at(SLOT_PROC);
    strange += !(nonsense(request_label(true, FORM_MESSAGE, 0, 8), 0, 2, 1) & REPLY_SERVED);
    tap_is(strange, 0, "the process server answers nonsense");
    tap_ok(uxrt_getpid() > 1, "and lives");
}

int main(int argc, char **argv)
{
    if (!tap_ok(find_instruction(), "the library has system calls") && argc == 1)
        return tap_end();
    if (argc > 1)
        return probe(argv[1]);
    check_slots();
    check_numbers();
    check_nonsense();
    check_probe(argv[0], "receive");
    check_probe(argv[0], "nowhere");
    check_probe(argv[0], "number");
    tap_is(uxrt_kill(1, 0), 0, "init is there");
    return tap_end();
}
