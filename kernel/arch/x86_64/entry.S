/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry from user mode and return to it. On entry the user's registers are pushed
 * straight into struct context of the current thread (its end is the entry stack); then
 * the core's own stack is used. Interrupts are off in the kernel except while idling.
 */
#include <arch/offsets.h>
#include <arch/registers.h>

#define FOREIGN_FLAGS  (1 << 8 | 1 << 10 | 1 << 18)     /* TF, DF, AC */

    .text
    .global syscall_entry
    .balign 16
syscall_entry:
    swapgs
    movq %rsp, %gs:CORE_SCRATCH
    movq %gs:CORE_ENTRY_STACK, %rsp
    pushq $USER_DATA
    pushq %gs:CORE_SCRATCH
    pushq %r11
    pushq $USER_CODE
    pushq %rcx
    pushq $CONTEXT_IS_SYSCALL
    pushq %rax
    push_registers_below_rax
    /* A foreign system call? rcx is the address after the instruction. */
    movq %rcx, %rax
    subq (TCB_FOREIGN_START - CONTEXT_R15)(%rsp), %rax
    cmpq (TCB_FOREIGN_LENGTH - CONTEXT_R15)(%rsp), %rax
    jae foreign
    movq %gs:CORE_KERNEL_STACK, %rsp
    movq %gs:CORE_SELF, %rdi
    cmpq $NUMBER_CALL, %rdx
    je call
    cmpq $NUMBER_REPLY_RECV, %rdx
    jne other
    call fastpath_reply_recv
1:  movq %rax, %rdi
    testq %rax, %rax
    jne arch_return_to_user
    movq %gs:CORE_SELF, %rdi
    movq %gs:CORE_CURRENT, %rax
    movq CONTEXT_RDX(%rax), %rdx
slow_with_number:
    movq %rdx, %rsi
    call handle_syscall
    ud2

other:
    cmpq $NUMBER_SEND, %rdx
    je send
    cmpq $NUMBER_RECV, %rdx
    je receive
    cmpq $NUMBER_CALL_WINDOW, %rdx
    jne slow_with_number
call:
    call fastpath_call
    jmp 1b
send:
    call fastpath_send
    jmp 1b
receive:
    call fastpath_recv
    jmp 1b

/* Resume the thread in its library: rcx = return address, r11 = the program's stack. */
foreign:
    movq (CONTEXT_RSP - CONTEXT_R15)(%rsp), %r11
    movq (TCB_FOREIGN_STACK - CONTEXT_R15)(%rsp), %rax
    movq %rax, (CONTEXT_RSP - CONTEXT_R15)(%rsp)
    movq (TCB_FOREIGN_ENTRY - CONTEXT_R15)(%rsp), %rax
    movq %rax, (CONTEXT_RIP - CONTEXT_R15)(%rsp)
    andq $~FOREIGN_FLAGS, (CONTEXT_RFLAGS - CONTEXT_R15)(%rsp)
    movq (CONTEXT_RAX - CONTEXT_R15)(%rsp), %rax
    leaq (CONTEXT_RIP - CONTEXT_R15)(%rsp), %rsp
    swapgs
    iretq

/* void arch_return_to_user(struct tcb *t) */
    .global arch_return_to_user
    .balign 16
arch_return_to_user:
    leaq CONTEXT_R15(%rdi), %rsp
    cmpq $CONTEXT_IS_SYSCALL, CONTEXT_ENTRY(%rdi)
    jne return_all
    pop_registers
    movq (CONTEXT_RIP - CONTEXT_ENTRY)(%rsp), %rcx
    movq (CONTEXT_RFLAGS - CONTEXT_ENTRY)(%rsp), %r11
    movq (CONTEXT_RSP - CONTEXT_ENTRY)(%rsp), %rsp
    swapgs
    sysretq

return_all:
    pop_registers
    addq $8, %rsp
    swapgs
    iretq

/* void arch_idle(struct core *self): the interrupt's frame goes onto the core's stack. */
    .global arch_idle
arch_idle:
    movq CORE_KERNEL_STACK(%rdi), %rsp
    sti
1:  hlt
    jmp 1b

/*
 * Interrupts and exceptions. Each stub makes the stack: rax, error code, then what the
 * processor pushed; eax = vector.
 */
interrupt_common:
    cld
    testb $3, 24(%rsp)
    jz from_kernel
    push_registers_below_rax
    swapgs
    movq %gs:CORE_KERNEL_STACK, %rsp
    movq %gs:CORE_SELF, %rdi
    movl %eax, %esi
    cmpl $32, %eax
    jae 1f
    call handle_exception
    ud2
1:  call handle_interrupt
    ud2

/* Interrupts come while idling: nothing to save. Exceptions are the kernel's own. */
from_kernel:
    cmpl $32, %eax
    jb 1f
    movq %gs:CORE_KERNEL_STACK, %rsp
    movq %gs:CORE_SELF, %rdi
    movl %eax, %esi
    call handle_interrupt
    ud2
1:  xchgq %rax, (%rsp)          /* kernel_trap wants the vector below the error code */
    jmp kernel_trap

    .macro stub vector
    .balign 16
stub_\vector:
    .if !(\vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21 || \vector == 29 || \vector == 30)
    pushq $0
    .endif
    pushq %rax
    movl $\vector, %eax
    jmp interrupt_common
    .endm

    .macro stub_address vector
    .quad stub_\vector
    .endm

    .altmacro
    .set i, 0
    .rept 256
    stub %i
    .set i, i + 1
    .endr

    .section .rodata
    .global interrupt_stubs
    .balign 8
interrupt_stubs:
    .set i, 0
    .rept 256
    stub_address %i
    .set i, i + 1
    .endr

    .section .note.GNU-stack, "", @progbits
