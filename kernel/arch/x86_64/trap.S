/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps taken inside the kernel, and the exceptions that have stacks of their own
 * because they may strike anywhere: NMI, double fault, machine check. See arch/trap.h.
 */

#include <arch/registers.h>

    .macro save_all
    pushq %rax
    push_registers_below_rax
    cld
    .endm

    .macro restore_all_and_return
    pop_registers
    addq $16, %rsp              /* vector and error code */
    iretq
    .endm

    .text
    .global kernel_trap, nmi_entry, double_fault_entry, machine_check_entry
kernel_trap:
    save_all
    movq %rsp, %rdi
    movq %rsp, %rbx
    andq $-16, %rsp
    call kernel_exception
    movq %rbx, %rsp
    restore_all_and_return

nmi_entry:
    pushq $0
    pushq $2
    save_all
    movq %rsp, %rdi
    movq %rsp, %rbx
    andq $-16, %rsp
    call handle_nmi
    movq %rbx, %rsp
    restore_all_and_return

double_fault_entry:
    pushq $8
    save_all
    jmp 1f

machine_check_entry:
    pushq $0
    pushq $18
    save_all
1:  movq %rsp, %rdi
    andq $-16, %rsp
    call fatal_exception        /* does not return */
    ud2

/* bool read_msr_safe(uint32_t msr, word *value) */
    .global read_msr_safe, write_msr_safe, msr_access, msr_fixup
    .global msr_access_write
read_msr_safe:
    movl %edi, %ecx
msr_access:
    rdmsr
    shlq $32, %rdx
    orq %rdx, %rax
    movq %rax, (%rsi)
    movl $1, %eax
    ret

/* bool write_msr_safe(uint32_t msr, word value) */
write_msr_safe:
    movl %edi, %ecx
    movl %esi, %eax
    movq %rsi, %rdx
    shrq $32, %rdx
msr_access_write:
    wrmsr
    movl $1, %eax
    ret

msr_fixup:                      /* where kernel_exception() continues after a fault */
    xorl %eax, %eax
    ret

    .section .note.GNU-stack, "", @progbits
