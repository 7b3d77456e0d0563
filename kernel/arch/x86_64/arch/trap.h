/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry points of the processor into the kernel, and traps taken inside the kernel.
 * entry.S provides the stubs for interrupts and for exceptions of user mode; it sends
 * exceptions of the kernel itself to kernel_trap (trap.S) with the stack holding
 * vector, error code, rip, cs, rflags, rsp, ss and all other registers untouched.
 */
#pragma once

#include <core/types.h>

struct trap_frame {
    word r15, r14, r13, r12, r11, r10, r9, r8;
    word rbp, rdi, rsi, rdx, rcx, rbx, rax;
    word vector, error, rip, cs, rflags, rsp, ss;
};

enum {
    EXCEPTION_NMI = 2,
    EXCEPTION_BREAKPOINT = 3,
    EXCEPTION_OVERFLOW = 4,
    EXCEPTION_NO_FPU = 7,
    EXCEPTION_DOUBLE_FAULT = 8,
    EXCEPTION_PROTECTION = 13,
    EXCEPTION_PAGE_FAULT = 14,
    EXCEPTION_MACHINE_CHECK = 18,
};

#define VECTOR_TIMER     0xf0
#define VECTOR_IPI       0xf1
#define VECTOR_SPURIOUS  0xff

/* entry.S */
void syscall_entry(void);
extern const word interrupt_stubs[256];

/* trap.S: to be jumped to. The last three run on stacks of their own. */
void kernel_trap(void);
void nmi_entry(void);
void double_fault_entry(void);
void machine_check_entry(void);

/* A trap inside the kernel: returns if it was foreseen (then rip is changed). */
void kernel_exception(struct trap_frame *frame);
/* Another core panics, or the machine reports an error. */
void handle_nmi(struct trap_frame *frame);

/* Read or write a model-specific register that may not exist: false if so. */
bool read_msr_safe(uint32_t msr, word *value);
bool write_msr_safe(uint32_t msr, word value);
