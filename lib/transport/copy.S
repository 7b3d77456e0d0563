/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies that may fault, and touching of pages; see copy.h and client.h.
 */
    .text
    .globl copy_in, copy_out, copy_touch_read, copy_touch_write

    .macro  FIXUP instruction
    .pushsection .fixup, "a"
    .quad   \instruction, fault
    .popsection
    .endm

/* bool copy_in(void *to, const void *from, size_t count), and copy_out. */
copy_in:
copy_out:
    movq    %rdx, %rcx
    shrq    $3, %rcx
1:  rep movsq
    movl    %edx, %ecx
    andl    $7, %ecx
2:  rep movsb
    movl    $1, %eax
    ret
    FIXUP   1b
    FIXUP   2b

/* bool copy_touch_read(const void *byte) */
copy_touch_read:
1:  movb    (%rdi), %al
    movl    $1, %eax
    ret
    FIXUP   1b

/* bool copy_touch_write(const void *byte): the byte stays as it is, whoever else writes. */
copy_touch_write:
1:  lock orb $0, (%rdi)
    movl    $1, %eax
    ret
    FIXUP   1b

fault:
    xorl    %eax, %eax
    ret

    .section .note.GNU-stack, "", @progbits
