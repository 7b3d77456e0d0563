/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of a root task: the kernel enters at _start with the address of the boot
 * information in rdi. Calls guest_start, which does not return.
 */
    .text
    .globl _start
    .type _start, @function
_start:
    lea     start_stack_top(%rip), %rsp
    xor     %ebp, %ebp
    call    guest_start
    ud2

    .bss
    .balign 16
    .skip   16384
start_stack_top:

    /* Stock seL4 loads PT_TLS as if it were PT_LOAD, and so clears as much memory as
       thread-local variables have from the start of the writable data. */
    .section .preinit_array, "aw", @preinit_array
    .skip   64

    .section .note.GNU-stack, "", @progbits
