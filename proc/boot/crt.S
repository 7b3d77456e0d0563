/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of the process server: the kernel enters at _start with the address of the boot
 * information in rdi. Goes on in boot_start (start.c), which does not return.
 */
    .text
    .globl _start
    .type _start, @function
_start:
    lea     boot_stack_top(%rip), %rsp
    xor     %ebp, %ebp
    call    boot_start
    ud2

    .bss
    .balign 16
    .skip   65536
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
