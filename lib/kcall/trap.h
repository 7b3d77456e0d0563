/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system call instruction: rdx number, rdi capability and badge, rsi message
 * info, r10 r8 r9 r15 message words 0 to 3, r12 reply capability, r13 the other
 * capability of a double call. The kernel does not keep rsp, rcx and r11.
 */
#pragma once

#include <stdint.h>

/* Address of a capability in the calling thread's capability space. */
typedef uint64_t cptr;

/* Returns the message info that came back; *cap_badge is the badge then. */
static inline uint64_t kc_trap(int64_t number, uint64_t *cap_badge, uint64_t info,
    uint64_t mr[4])
{
    register uint64_t mr0 __asm__("r10") = mr[0];
    register uint64_t mr1 __asm__("r8") = mr[1];
    register uint64_t mr2 __asm__("r9") = mr[2];
    register uint64_t mr3 __asm__("r15") = mr[3];
    uint64_t cap = *cap_badge;

    __asm__ volatile("movq %%rsp, %%rbx\n\tsyscall\n\tmovq %%rbx, %%rsp"
        : "+D"(cap), "+S"(info), "+r"(mr0), "+r"(mr1), "+r"(mr2), "+r"(mr3)
        : "d"(number)
        : "rbx", "rcx", "r11", "memory");
    mr[0] = mr0;
    mr[1] = mr1;
    mr[2] = mr2;
    mr[3] = mr3;
    *cap_badge = cap;
    return info;
}

/* The same for the calls that also name a reply object or a second capability. */
static inline uint64_t kc_trap_reply(int64_t number, uint64_t *cap_badge, uint64_t info,
    uint64_t mr[4], cptr reply, cptr dest)
{
    register uint64_t mr0 __asm__("r10") = mr[0];
    register uint64_t mr1 __asm__("r8") = mr[1];
    register uint64_t mr2 __asm__("r9") = mr[2];
    register uint64_t mr3 __asm__("r15") = mr[3];
    register uint64_t reply_register __asm__("r12") = reply;
    register uint64_t dest_register __asm__("r13") = dest;
    uint64_t cap = *cap_badge;

    __asm__ volatile("movq %%rsp, %%rbx\n\tsyscall\n\tmovq %%rbx, %%rsp"
        : "+D"(cap), "+S"(info), "+r"(mr0), "+r"(mr1), "+r"(mr2), "+r"(mr3)
        : "d"(number), "r"(reply_register), "r"(dest_register)
        : "rbx", "rcx", "r11", "memory");
    mr[0] = mr0;
    mr[1] = mr1;
    mr[2] = mr2;
    mr[3] = mr3;
    *cap_badge = cap;
    return info;
}

/* A call without arguments and results. */
static inline void kc_trap_null(int64_t number)
{
    __asm__ volatile("movq %%rsp, %%rbx\n\tsyscall\n\tmovq %%rbx, %%rsp"
        :
        : "d"(number)
        : "rbx", "rcx", "rsi", "rdi", "r11", "memory");
}
