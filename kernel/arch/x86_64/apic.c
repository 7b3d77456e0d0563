/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Local APIC, by memory (xAPIC) or by model-specific registers (x2APIC); see
 * arch/apic.h. Registers are named by their offset in memory; register n of x2APIC is
 * MSR 0x800 + n / 16. (Processor manual, volume 3, "Advanced programmable interrupt
 * controller".)
 */
#include <arch/apic.h>
#include <arch/cpu.h>
#include <arch/feature.h>
#include <arch/memory.h>
#include <arch/trap.h>
#include <core/arch.h>
#include <core/core.h>

#define MSR_APIC_BASE      0x1bu
#define MSR_X2APIC         0x800u
#define APIC_BASE_ENABLE   BIT(11)
#define APIC_BASE_X2       BIT(10)

enum {
    REG_ID = 0x20,
    REG_TASK_PRIORITY = 0x80,
    REG_END_OF_INTERRUPT = 0xb0,
    REG_SPURIOUS = 0xf0,
    REG_REQUESTED = 0x200,
    REG_COMMAND_LOW = 0x300,
    REG_COMMAND_HIGH = 0x310,
    REG_TIMER = 0x320,
    REG_LINT0 = 0x350,
    REG_LINT1 = 0x360,
    REG_ERROR_LVT = 0x370,
    REG_TIMER_INITIAL = 0x380,
    REG_TIMER_CURRENT = 0x390,
    REG_TIMER_DIVIDE = 0x3e0,
};

#define SPURIOUS_ENABLE     0x100u
#define LVT_MASKED          0x10000u
#define LVT_NMI             0x400u
#define LVT_DEADLINE        0x40000u
#define DIVIDE_BY_1         0xbu
#define COMMAND_PENDING     0x1000u
#define COMMAND_INIT        0x4500u     /* with level "assert" */
#define COMMAND_STARTUP     0x4600u
#define COMMAND_NMI_OTHERS  0xc4400u
#define COMMAND_FIXED       0x4000u

#define TURNS               4           /* a turn ends when its core sets a timer */

static volatile uint8_t *registers;
static paddr base;
static bool x2;

static uint32_t apic_read(unsigned reg)
{
    if (x2)
        return (uint32_t)read_msr(MSR_X2APIC + reg / 16);
    return *(volatile uint32_t *)(registers + reg);
}

static void apic_write(unsigned reg, uint32_t value)
{
    if (x2)
        write_msr(MSR_X2APIC + reg / 16, value);
    else
        *(volatile uint32_t *)(registers + reg) = value;
}

void apic_detect(void)
{
    x2 = cpu.x2apic;
    base = read_msr(MSR_APIC_BASE) & ~MASK(12) & MASK(cpu.phys_bits);
    registers = phys_to_virt(base);
}

paddr apic_base(void)
{
    return x2 ? 0 : base;
}

void apic_enable(void)
{
    word mode = read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    write_msr(MSR_APIC_BASE, mode);
    if (x2)
        write_msr(MSR_APIC_BASE, mode | APIC_BASE_X2);
    apic_write(REG_TASK_PRIORITY, 0);
    apic_write(REG_TIMER, LVT_MASKED);
    apic_write(REG_LINT0, LVT_MASKED);
    apic_write(REG_LINT1, LVT_NMI);
    apic_write(REG_ERROR_LVT, LVT_MASKED);
    apic_write(REG_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    apic_write(REG_END_OF_INTERRUPT, 0);
}

uint32_t apic_id(void)
{
    return x2 ? apic_read(REG_ID) : apic_read(REG_ID) >> 24;
}

/* --- messages -------------------------------------------------------------------- */

static void send(uint32_t target, uint32_t command)
{
    if (x2) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        write_msr(MSR_X2APIC + REG_COMMAND_LOW / 16, (word)target << 32 | command);
        return;
    }
    while (apic_read(REG_COMMAND_LOW) & COMMAND_PENDING)
        cpu_relax();
    apic_write(REG_COMMAND_HIGH, target << 24);
    apic_write(REG_COMMAND_LOW, command);
}

void apic_send_fixed(uint32_t target, unsigned vector)
{
    send(target, COMMAND_FIXED | vector);
}

void arch_give_turn(void)
{
    if (!cpu.guest)
        return;
    for (unsigned i = 0; i < TURNS; i++)
        cpu_relax();
}

void arch_ipi(unsigned core)
{
    apic_send_fixed(cores[core].arch.apic_id, VECTOR_IPI);
    arch_give_turn();
}

void apic_send_init(uint32_t target)
{
    send(target, COMMAND_INIT);
}

void apic_send_startup(uint32_t target, unsigned page)
{
    send(target, COMMAND_STARTUP | page);
}

void apic_send_nmi_others(void)
{
    send(0, COMMAND_NMI_OTHERS);
}

void apic_end_of_interrupt(void)
{
    apic_write(REG_END_OF_INTERRUPT, 0);
}

bool apic_requested(unsigned first, unsigned last)
{
    for (unsigned i = first / 32; i <= last / 32; i++) {
        if (apic_read(REG_REQUESTED + 16 * i) != 0)
            return true;
    }
    return false;
}

/* --- timer ----------------------------------------------------------------------- */

void apic_timer_start(uint32_t count)
{
    apic_write(REG_TIMER_INITIAL, count);
}

uint32_t apic_timer_left(void)
{
    return apic_read(REG_TIMER_CURRENT);
}

void apic_timer_enable(bool deadline)
{
    apic_write(REG_TIMER_DIVIDE, DIVIDE_BY_1);
    apic_write(REG_TIMER, VECTOR_TIMER | (deadline ? LVT_DEADLINE : 0));
}
