/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debugging system calls. Only a kernel of the test build has them; another one
 * raises an unknown-system-call fault in the caller.
 */
#pragma once

#include <abi/syscall_debug.h>
#include <kcall/syscall.h>

/* Makes a call with one argument and returns what comes back in its register. */
static inline uint64_t kc_debug_trap(int64_t number, uint64_t argument, uint64_t second)
{
    uint64_t words[4] = {0};

    kc_trap(number, &argument, second, words);
    return argument;
}

static inline void kc_debug_put_char(char character)
{
    kc_debug_trap(SYSCALL_DEBUG_PUT_CHAR, (uint8_t)character, 0);
}

static inline void kc_debug_put_string(const char *string)
{
    while (*string) {
        kc_debug_put_char(*string++);
    }
}

static inline void kc_debug_dump_scheduler(void)
{
    kc_debug_trap(SYSCALL_DEBUG_DUMP_SCHEDULER, 0, 0);
}

static inline void kc_debug_halt(void)
{
    kc_trap_null(SYSCALL_DEBUG_HALT);
}

static inline uint64_t kc_debug_cap_identify(cptr cap)
{
    return (uint32_t)kc_debug_trap(SYSCALL_DEBUG_CAP_IDENTIFY, cap, 0);
}

static inline void kc_debug_snapshot(void)
{
    kc_trap_null(SYSCALL_DEBUG_SNAPSHOT);
}

/* Overwrites message words; names longer than the buffer are cut. */
static inline void kc_debug_name_thread(cptr tcb, const char *name)
{
    char *text = (char *)kc_ipc_buffer()->msg;
    unsigned length = 0;

    while (name[length] && length < sizeof(kc_ipc_buffer()->msg) - 1) {
        text[length] = name[length];
        length++;
    }
    text[length] = 0;
    kc_debug_trap(SYSCALL_DEBUG_NAME_THREAD, tcb, 0);
}

static inline void kc_debug_send_ipi(uint64_t core, uint64_t number)
{
    kc_debug_trap(SYSCALL_DEBUG_SEND_IPI, core, number);
}

static inline uint64_t kc_debug_get_thread_affinity(cptr tcb)
{
    return kc_debug_trap(SYSCALL_DEBUG_GET_THREAD_AFFINITY, tcb, 0);
}

static inline void kc_set_tls_base(uint64_t base)
{
    kc_debug_trap(SYSCALL_SET_TLS_BASE, base, 0);
}
