/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks that <arch/offsets.h> says what C says. */
#include <abi/syscall.h>
#include <arch/offsets.h>
#include <core/core.h>

#define SAME(name, value) _Static_assert((name) == (int64_t)(value), #name)

SAME(CORE_SELF, offsetof(struct core, self));
SAME(CORE_CURRENT, offsetof(struct core, current));
SAME(CORE_KERNEL_STACK, offsetof(struct core, kernel_stack));
SAME(CORE_SCRATCH, offsetof(struct core, scratch));
SAME(CORE_ENTRY_STACK, offsetof(struct core, arch.tss.rsp0));
SAME(CONTEXT_R15, offsetof(struct tcb, context.r15));
SAME(CONTEXT_RDX, offsetof(struct tcb, context.rdx));
SAME(CONTEXT_RAX, offsetof(struct tcb, context.rax));
SAME(CONTEXT_ENTRY, offsetof(struct tcb, context.entry));
SAME(CONTEXT_RIP, offsetof(struct tcb, context.rip));
SAME(CONTEXT_RFLAGS, offsetof(struct tcb, context.rflags));
SAME(CONTEXT_RSP, offsetof(struct tcb, context.rsp));
SAME(TCB_FOREIGN_START, offsetof(struct tcb, foreign_start));
SAME(TCB_FOREIGN_LENGTH, offsetof(struct tcb, foreign_length));
SAME(TCB_FOREIGN_ENTRY, offsetof(struct tcb, foreign_entry));
SAME(TCB_FOREIGN_STACK, offsetof(struct tcb, foreign_stack));
SAME(CONTEXT_IS_SYSCALL, CONTEXT_SYSCALL);
SAME(USER_CODE, SELECTOR_USER_CODE);
SAME(USER_DATA, SELECTOR_USER_DATA);
SAME(NUMBER_CALL, SYSCALL_CALL);
SAME(NUMBER_REPLY_RECV, SYSCALL_REPLY_RECV);
SAME(NUMBER_SEND, SYSCALL_SEND);
SAME(NUMBER_RECV, SYSCALL_RECV);
SAME(NUMBER_CALL_WINDOW, SYSCALL_CALL_WINDOW);
