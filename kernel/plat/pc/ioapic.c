/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O APICs (Intel 82093AA data sheet). One lock protects their register windows and
 * the table of routes.
 *
 * A masked pin loses edges. So an edge-triggered interrupt that waits for its handler is
 * masked only when it comes a second time; that one is remembered, and sent again when
 * the handler acknowledges the first.
 */
#include <abi/object.h>
#include <arch/apic.h>
#include <arch/ioapic.h>
#include <arch/memory.h>
#include <core/arch.h>
#include <core/core.h>
#include <core/lock.h>

#define MAX_IOAPICS     8

#define REG_VERSION     1
#define REG_PIN(pin)    (0x10 + 2 * (pin))

#define PIN_ACTIVE_LOW  (1u << 13)
#define PIN_LEVEL       (1u << 15)
#define PIN_MASKED      (1u << 16)

static struct spinlock lock;
static unsigned count;
static struct {
    volatile uint32_t *window;      /* register number at 0, its value at 0x10 */
    unsigned pins;
} ioapics[MAX_IOAPICS];

static struct route {
    bool routed, level;
    bool held;                      /* its handler has not acknowledged it yet */
    bool pending;                   /* an edge came meanwhile */
    uint8_t ioapic, pin;
    uint32_t entry;                 /* low word of the pin's entry, not masked */
} routes[ARCH_IRQ_COUNT];

static uint32_t read_register(unsigned ioapic, unsigned reg)
{
    ioapics[ioapic].window[0] = reg;
    return ioapics[ioapic].window[4];
}

static void write_register(unsigned ioapic, unsigned reg, uint32_t value)
{
    ioapics[ioapic].window[0] = reg;
    ioapics[ioapic].window[4] = value;
}

void ioapic_add(paddr base)
{
    if (count == MAX_IOAPICS)
        return;
    unsigned new = count++;
    ioapics[new].window = phys_to_virt(base);
    ioapics[new].pins = (read_register(new, REG_VERSION) >> 16 & 0xff) + 1;
    for (unsigned pin = 0; pin < ioapics[new].pins; pin++)
        write_register(new, REG_PIN(pin), PIN_MASKED);
}

unsigned ioapic_count(void)
{
    return count;
}

unsigned ioapic_pins(unsigned ioapic)
{
    return ioapics[ioapic].pins;
}

/* Forget what pin led to; an older route of a pin to another interrupt ends. */
static void forget_pin(unsigned ioapic, unsigned pin)
{
    for (unsigned i = 0; i < ARRAY_SIZE(routes); i++) {
        if (routes[i].ioapic == ioapic && routes[i].pin == pin)
            routes[i].routed = false;
    }
}

static void set_mask(word irq, bool masked)
{
    write_register(routes[irq].ioapic, REG_PIN(routes[irq].pin),
                   routes[irq].entry | (masked ? PIN_MASKED : 0));
}

void ioapic_route(unsigned ioapic, unsigned pin, bool level, bool low, word irq)
{
    uint32_t entry = IRQ_OFFSET + (uint32_t)irq;

    spin_lock(&lock);
    forget_pin(ioapic, pin);
    routes[irq] = (struct route){
        .routed = true, .level = level, .ioapic = (uint8_t)ioapic, .pin = (uint8_t)pin,
        .entry = entry | (level ? PIN_LEVEL : 0) | (low ? PIN_ACTIVE_LOW : 0),
        .held = true,
    };
    set_mask(irq, true);
    write_register(ioapic, REG_PIN(pin) + 1, cores[0].arch.apic_id << 24);
    spin_unlock(&lock);
}

/* Interrupts that come as messages have no mask here. */
void arch_irq_mask(word irq, bool masked)
{
    bool again = false;

    spin_lock(&lock);
    struct route *r = &routes[irq];
    if (r->routed) {
        again = r->pending && !masked;
        r->held = masked;
        if (!masked)
            r->pending = false;
        if (r->level || !masked)
            set_mask(irq, masked);
    }
    spin_unlock(&lock);
    if (again)
        apic_send_fixed(cores[0].arch.apic_id, IRQ_OFFSET + (unsigned)irq);
}

bool ioapic_arrived(word irq)
{
    bool deliver = true;

    spin_lock(&lock);
    struct route *r = &routes[irq];
    if (r->routed && r->held) {
        set_mask(irq, true);
        r->pending = true;
        deliver = false;
    } else if (r->routed && r->level) {
        set_mask(irq, true);
    }
    spin_unlock(&lock);
    return deliver;
}
