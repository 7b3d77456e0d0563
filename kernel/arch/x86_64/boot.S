/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiboot entry, version 1 or 2 (32-bit, physical addresses): build the first page
 * tables, enter long mode and call boot_main(magic, info). Other cores come here from
 * trampoline.S with the same tables.
 */
#include <config.h>
#include <arch/layout.h>

#define PHYS(symbol)  ((symbol) - KERNEL_BASE)

#define MULTIBOOT_MAGIC   0x1badb002
#define MULTIBOOT_FLAGS   0x00000003     /* modules on pages; tell about memory */
#define MULTIBOOT2_MAGIC  0xe85250d6
#define MULTIBOOT2_SIZE   24

#define PRESENT_WRITE     0x3
#define LARGE             0x183          /* global, present, writable */

#define CR0_PG_WP_PE      0x80010001
#define CR4_PAE           0x20
#define MSR_EFER          0xc0000080
#define EFER_LME_NXE      0x900

    .section .boot.header, "a"
    .balign 4
    .long MULTIBOOT_MAGIC
    .long MULTIBOOT_FLAGS
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .balign 8
    .long MULTIBOOT2_MAGIC, 0, MULTIBOOT2_SIZE
    .long 0x100000000 - (MULTIBOOT2_MAGIC + MULTIBOOT2_SIZE)
    .long 0, 8                  /* the end tag, its size */

    .section .boot, "awx"
    .code32
    .global boot_entry
boot_entry:
    cli
    cld
    movl $boot_stack_end, %esp
    movl %eax, %ebp             /* magic */
    movl %ebx, %esi             /* multiboot information */

    movl $0x80000000, %eax      /* long mode, no-execute? */
    cpuid
    cmpl $0x80000001, %eax
    jb unfit
    movl $0x80000001, %eax
    cpuid
    andl $0x20100000, %edx
    cmpl $0x20100000, %edx
    jne unfit

    /* four directories of large pages map the first 4 GiB */
    movl $PHYS(boot_directories), %edi
    movl $LARGE, %eax
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    cmpl $PHYS(boot_directories + 4 * 4096), %edi
    jne 1b

    /* one more maps the image, which has to be executable: the first GiB */
    movl $PHYS(image_directory), %edi
    movl $LARGE, %eax
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    cmpl $PHYS(image_directory + 4096), %edi
    jne 1b

    movl $PHYS(physmap_pdpt), %edi
    movl $PHYS(boot_directories) + PRESENT_WRITE, %eax
    movl $4, %ecx
1:  movl %eax, (%edi)
    movl $0x80000000, 4(%edi)   /* no-execute */
    addl $4096, %eax
    addl $8, %edi
    loop 1b

    movl $PHYS(image_directory) + PRESENT_WRITE, PHYS(image_pdpt) + 510 * 8
    movl $PHYS(image_directory) + PRESENT_WRITE, PHYS(low_pdpt)

    movl $PHYS(low_pdpt) + PRESENT_WRITE, PHYS(boot_root)
    movl $PHYS(physmap_pdpt) + PRESENT_WRITE, PHYS(boot_root) + 256 * 8
    movl $PHYS(image_pdpt) + PRESENT_WRITE, PHYS(boot_root) + 511 * 8
    movl $PHYS(physmap_pdpt) + PRESENT_WRITE, PHYS(kernel_root_table) + 256 * 8
    movl $PHYS(image_pdpt) + PRESENT_WRITE, PHYS(kernel_root_table) + 511 * 8

/* ebp and esi are the arguments. The trampoline jumps here with ebp = 0. */
    .global boot_long_mode
boot_long_mode:
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $PHYS(boot_root), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME_NXE, %eax
    wrmsr
    movl $CR0_PG_WP_PE, %eax
    movl %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $8, $2f

unfit:                          /* says so on the screen of a PC */
    movl $unfit_text, %esi
    movl $0xb8000, %edi
    movb $0x4f, %ah
1:  lodsb
    testb %al, %al
    jz 1f
    stosw
    jmp 1b
1:  hlt
    jmp 1b
unfit_text:
    .asciz "UX/RT: this processor has no 64-bit mode with no-execute pages"

    .code64
2:  movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movabsq $boot_high, %rax
    jmp *%rax

    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff
    .quad 0x00cf93000000ffff
boot_gdt_pointer:
    .word . - boot_gdt - 1
    .long boot_gdt

    .balign 16
    .skip 256
boot_stack_end:

    .text
boot_high:
    testl %ebp, %ebp
    jz 1f
    leaq kernel_stacks + KERNEL_STACK_SIZE(%rip), %rsp
    movl %ebp, %edi
    movl %esi, %esi
    xorl %ebp, %ebp
    call boot_main
1:  movq smp_stack(%rip), %rsp  /* of the core that is being started */
    xorl %ebp, %ebp
    call smp_main
    ud2

    .bss
    .balign 4096
    .global kernel_root_table, physmap_pdpt, image_directory, boot_directories
    .global kernel_stacks
boot_root:          .skip 4096
kernel_root_table:  .skip 4096
physmap_pdpt:       .skip 4096
image_pdpt:         .skip 4096
low_pdpt:           .skip 4096
image_directory:    .skip 4096
boot_directories:   .skip 4 * 4096
kernel_stacks:      .skip CONFIG_MAX_CORES * KERNEL_STACK_SIZE

    .section .note.GNU-stack, "", @progbits
