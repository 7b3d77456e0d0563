/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread's registers by number, for reading and writing them through its capability.
 * The instruction pointer is where it would go on: the caller has set fault_ip.
 */
#include <arch/context.h>

#include <abi/message.h>

#define AT(user, field) \
    [offsetof(struct user_context, user) / 8] = offsetof(struct context, field)

static const uint16_t offsets[CONTEXT_REGISTERS] = {
    AT(rip, fault_ip), AT(rsp, rsp), AT(rflags, rflags),
    AT(rax, rax), AT(rbx, rbx), AT(rcx, rcx), AT(rdx, rdx),
    AT(rsi, rsi), AT(rdi, rdi), AT(rbp, rbp),
    AT(r8, r8), AT(r9, r9), AT(r10, r10), AT(r11, r11),
    AT(r12, r12), AT(r13, r13), AT(r14, r14), AT(r15, r15),
    AT(fs_base, fs_base), AT(gs_base, gs_base),
};

_Static_assert(sizeof(struct user_context) == 8 * CONTEXT_REGISTERS, "all registers");

word context_read(const struct context *c, unsigned i)
{
    return *(const word *)((const char *)c + offsets[i]);
}

/* Everything that the processor would not accept on the way to user mode is mended here. */
static word legal_value(unsigned i, word value)
{
    switch (i * sizeof(word)) {
    case offsetof(struct user_context, rip):
    case offsetof(struct user_context, fs_base):
    case offsetof(struct user_context, gs_base):
        return context_canonical(value) == value ? value : 0;
    case offsetof(struct user_context, rflags):
        return (value & RFLAGS_USER_MASK) | RFLAGS_IF | RFLAGS_ALWAYS;
    default:
        return value;
    }
}

void context_write(struct context *c, unsigned i, word value)
{
    value = legal_value(i, value);
    *(word *)((char *)c + offsets[i]) = value;
    if (i == offsetof(struct user_context, rip) / sizeof(word))
        c->rip = value;
    /* The short way out of the kernel loses rcx and r11: take the full one. */
    c->entry = 0;
}
