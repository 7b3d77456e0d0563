/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability of each device is made in a slot of the process server, and copied to
 * the process. An interrupt's handler, once made, is kept for its next driver.
 */
#include <memory/slot.h>
#include <process/device.h>

#include <boot/boot.h>
#include <process/thread.h>
#include <util/errno.h>

enum { PINS = 24, ISA_PINS = 16 };

static struct interrupt {
    cptr handler;
    bool taken;
} interrupts[PINS];

static bool give(struct process *process, cptr device, uint64_t n)
{
    (void)kc_cnode_delete(process->cspace, SLOT_DEVICE + n, CSPACE_BITS);
    return kc_cnode_copy(process->cspace, SLOT_DEVICE + n, CSPACE_BITS, slot_cnode,
               device, SLOT_DEPTH, RIGHTS_ALL) == ERROR_NONE;
}

int device_ports(struct process *process, uint64_t first, uint64_t last, uint64_t n)
{
    cptr slot;
    int error;

    if (n >= DEVICES_MAX || first > last || last > UINT16_MAX) {
        return -EINVAL;
    }
    if (process->devices[n]) {
        return -EBUSY;
    }
    slot = slot_alloc();
    if (!slot) {
        return -ENOMEM;
    }
    error = boot_ports(first, last, slot);
    if (error) {
        slot_free(slot);
        return error < 0 ? error : -error;
    }
    if (!give(process, slot, n)) {
        slot_delete(slot);
        return -ENOMEM;
    }
    process->devices[n] = slot;
    return 0;
}

/* ISA interrupts come as edges, those of PCI as low levels. */
static int make_handler(uint64_t pin)
{
    cptr slot = slot_alloc();
    bool pci = pin >= ISA_PINS;

    if (!slot) {
        return -ENOMEM;
    }
    if (kc_irq_issue_handler_ioapic(ROOT_SLOT_IRQ_CONTROL, slot_cnode, slot, SLOT_DEPTH,
            0, pin, pci, pci, pin) != ERROR_NONE) {
        slot_free(slot);
        return -EBUSY;
    }
    interrupts[pin].handler = slot;
    return 0;
}

/* The handler keeps the badged capability. */
static bool connect(struct thread *thread, cptr handler)
{
    cptr signal = slot_alloc();
    bool made;

    if (!signal) {
        return false;
    }
    made = kc_cnode_mint(slot_cnode, signal, SLOT_DEPTH, slot_cnode, thread->notification,
               SLOT_DEPTH, RIGHT_WRITE, BADGE_NOTIFY | BADGE_INTERRUPT) == ERROR_NONE
           && kc_irq_set_handler(handler, signal) == ERROR_NONE;
    slot_delete(signal);
    return made && kc_irq_ack(handler) == ERROR_NONE;
}

int device_interrupt(struct thread *thread, uint64_t pin, uint64_t n)
{
    struct process *process = thread->process;
    int error;

    if (n >= DEVICES_MAX || pin >= PINS) {
        return -EINVAL;
    }
    if (process->devices[n] || interrupts[pin].taken) {
        return -EBUSY;
    }
    if (!interrupts[pin].handler && (error = make_handler(pin)) < 0) {
        return error;
    }
    if (!connect(thread, interrupts[pin].handler)
        || !give(process, interrupts[pin].handler, n)) {
        (void)kc_irq_clear_handler(interrupts[pin].handler);
        return -ENOMEM;
    }
    (void)kc_tcb_set_priority(thread->tcb, ROOT_SLOT_TCB, PRIORITY_DRIVER);
    process->devices[n] = interrupts[pin].handler;
    interrupts[pin].taken = true;
    return 0;
}

static struct interrupt *find_interrupt(cptr handler)
{
    for (unsigned pin = 0; pin < PINS; pin++) {
        if (interrupts[pin].handler == handler) {
            return &interrupts[pin];
        }
    }
    return 0;
}

void device_drop(struct process *process)
{
    for (unsigned n = 0; n < DEVICES_MAX; n++) {
        cptr device = process->devices[n];
        struct interrupt *interrupt = device ? find_interrupt(device) : 0;

        if (!device) {
            continue;
        }
        (void)kc_cnode_delete(process->cspace, SLOT_DEVICE + n, CSPACE_BITS);
        if (interrupt) {
            (void)kc_irq_clear_handler(device);
            interrupt->taken = false;
        } else {
            slot_delete(device);
        }
        process->devices[n] = 0;
    }
}
