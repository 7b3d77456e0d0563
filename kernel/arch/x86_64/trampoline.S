/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First code of another core: copied to a page below 1 MiB, entered in real mode at its
 * start. It goes to 32-bit mode and on to boot_long_mode (boot.S).
 */

    .section .rodata
    .code16
    .global trampoline, trampoline_end
trampoline:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    lgdtl trampoline_gdt_pointer - trampoline
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    xorl %ebp, %ebp             /* not the first core */
    ljmpl $8, $boot_long_mode

    .balign 8
trampoline_gdt:
    .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
trampoline_gdt_pointer:
    .word . - trampoline_gdt - 1
trampoline_gdt_base:
    .global trampoline_gdt, trampoline_gdt_base
    .long 0                     /* set by smp.c: where the copy of the table is */
trampoline_end:

    .section .note.GNU-stack, "", @progbits
