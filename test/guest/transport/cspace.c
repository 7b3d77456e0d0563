/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program holds. It jumps to a system call instruction of the system library, as a
 * hostile program can, and looks: only connections, its own notification and what it
 * serves with, nothing at small numbers, and no rights beyond those.
 */
#include <native/tap.h>
#include <transport/process.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include <abi/syscall.h>
#include <abi/syscall_debug.h>

#include "peer.h"
#include "raw.h"

/* The kind of the capability at an address, in the numbers that the test kernel gives. */
enum { KIND_NONE = 0, KIND_ENDPOINT = 4, KIND_NOTIFICATION = 6 };

static uint32_t identify(uint64_t cap)
{
    struct raw t = {.rdi = cap, .rdx = (uint64_t)(int64_t)SYSCALL_DEBUG_CAP_IDENTIFY};

    raw_trap(&t);
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
    struct raw t = {.r12 = cap_at(SLOT_REPLY)};

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
    raw_trap(&t);
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
    struct raw t = {
        .rdi = cap_at(SLOT_PROC), .rsi = message_info(label, 0, caps, length),
        .rdx = (uint64_t)(int64_t)SYSCALL_CALL, .r10 = first,
        .r8 = UINT64_MAX, .r9 = UINT64_C(1) << 63, .r15 = 0x4000,
    };

    raw_trap(&t);
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
    if (!tap_ok(raw_begin(), "the library has system calls") && argc == 1)
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
