/* SPDX-License-Identifier: BSD-2-Clause */
/* GDT and TSS of each core, and the interrupt descriptor table that they share. */
#include <arch/context.h>
#include <arch/descriptors.h>
#include <arch/trap.h>
#include <core/core.h>

#define SEGMENT_KERNEL_CODE  0x00af9b000000fffful
#define SEGMENT_KERNEL_DATA  0x00cf93000000fffful
#define SEGMENT_USER_DATA    0x00cff3000000fffful
#define SEGMENT_USER_CODE    0x00affb000000fffful
#define SEGMENT_TSS          0x89ul             /* available 64-bit TSS */

#define GATE_INTERRUPT       0x8e00u            /* enters with interrupts off */
#define GATE_USER            0x6000u            /* user mode may raise it by `int` */

struct gate {
    uint16_t offset_low, selector, flags, offset_middle;
    uint32_t offset_high, reserved;
};

struct table_pointer {
    uint16_t limit;
    word base;
} __attribute__((packed));

enum { STACK_DOUBLE_FAULT = 1, STACK_NMI, STACK_MACHINE_CHECK, STACK_COUNT };

static struct gate idt[256] __attribute__((aligned(16)));
static _Alignas(16) uint8_t stacks[CONFIG_MAX_CORES][STACK_COUNT - 1][4096];

static void set_gate(unsigned vector, word entry, unsigned stack, uint16_t flags)
{
    idt[vector] = (struct gate){
        .offset_low = (uint16_t)entry,
        .selector = SELECTOR_KERNEL_CODE,
        .flags = (uint16_t)(GATE_INTERRUPT | flags | stack),
        .offset_middle = (uint16_t)(entry >> 16),
        .offset_high = (uint32_t)(entry >> 32),
    };
}

void descriptors_init(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(idt); i++)
        set_gate(i, interrupt_stubs[i], 0, 0);
    set_gate(EXCEPTION_BREAKPOINT, interrupt_stubs[EXCEPTION_BREAKPOINT], 0, GATE_USER);
    set_gate(EXCEPTION_OVERFLOW, interrupt_stubs[EXCEPTION_OVERFLOW], 0, GATE_USER);
    set_gate(EXCEPTION_NMI, (word)nmi_entry, STACK_NMI, 0);
    set_gate(EXCEPTION_DOUBLE_FAULT, (word)double_fault_entry, STACK_DOUBLE_FAULT, 0);
    set_gate(EXCEPTION_MACHINE_CHECK, (word)machine_check_entry, STACK_MACHINE_CHECK, 0);
}

static void fill_tss(struct core *core)
{
    struct tss *tss = &core->arch.tss;

    for (unsigned i = STACK_DOUBLE_FAULT; i < STACK_COUNT; i++)
        tss->ist[i - 1] = (word)stacks[core->id][i - 1] + sizeof(stacks[0][0]);
    tss->rsp0 = core->kernel_stack;
    tss->io_map_base = sizeof(*tss);    /* beyond the end: no port is allowed */
}

static void fill_gdt(struct core *core)
{
    word *gdt = core->arch.gdt;
    word tss = (word)&core->arch.tss;

    gdt[SELECTOR_KERNEL_CODE / 8] = SEGMENT_KERNEL_CODE;
    gdt[SELECTOR_KERNEL_DATA / 8] = SEGMENT_KERNEL_DATA;
    gdt[SELECTOR_USER_DATA / 8] = SEGMENT_USER_DATA;
    gdt[SELECTOR_USER_CODE / 8] = SEGMENT_USER_CODE;
    gdt[SELECTOR_TSS / 8] = (sizeof(struct tss) - 1) | (tss & MASK(24)) << 16
                            | SEGMENT_TSS << 40 | (tss >> 24 & 0xff) << 56;
    gdt[SELECTOR_TSS / 8 + 1] = tss >> 32;
}

void descriptors_load(struct core *core)
{
    struct table_pointer gdt = {sizeof(core->arch.gdt) - 1, (word)core->arch.gdt};
    struct table_pointer table = {sizeof(idt) - 1, (word)idt};

    fill_tss(core);
    fill_gdt(core);
    __asm__ volatile(
        "lgdt %0\n\t"
        "lidt %1\n\t"
        "pushq %2\n\t"
        "leaq 1f(%%rip), %%rax\n\t"
        "pushq %%rax\n\t"
        "lretq\n"
        "1:\tmovl %3, %%eax\n\t"
        "movl %%eax, %%ss\n\t"
        "xorl %%eax, %%eax\n\t"
        "movl %%eax, %%ds\n\t"
        "movl %%eax, %%es\n\t"
        "movl %%eax, %%fs\n\t"
        "movl %%eax, %%gs\n\t"
        "movl %4, %%eax\n\t"
        "ltr %%ax"
        :: "m"(gdt), "m"(table), "i"(SELECTOR_KERNEL_CODE), "i"(SELECTOR_KERNEL_DATA),
           "i"(SELECTOR_TSS) : "rax", "memory");
    write_msr(MSR_FS_BASE, 0);
    write_msr(MSR_GS_BASE, (word)core);
    write_msr(MSR_KERNEL_GS_BASE, 0);
}
