/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of a native program: the loader enters at _start with the stack that Unix programs
 * get: argument count, arguments, null, environment, null, auxiliary vector.
 * Calls program_start with its address; that does not return.
 */
    .text
    .globl _start
    .type _start, @function
_start:
    xor     %ebp, %ebp
    mov     %rsp, %rdi
    and     $-16, %rsp
    call    program_start
    ud2

    .section .note.GNU-stack, "", @progbits
