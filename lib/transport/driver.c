/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports and interrupts for drivers: capabilities in SLOT_DEVICE, invoked here. */
#include <abi/error.h>
#include <abi/invocation.h>
#include <abi/message.h>
#include <abi/syscall.h>
#include <kcall/trap.h>
#include <transport/client.h>
#include <transport/table.h>
#include <util/errno.h>
#include <uxrt/driver.h>

int library_ports(struct uxrt_thread *t, unsigned device, unsigned first, unsigned last)
{
    const uint64_t words[] = {first, last, device};

    return (int)client_proc(t, PROC_PORTS, words, 3, NULL, 0);
}

int library_interrupt(struct uxrt_thread *t, unsigned device, unsigned pin)
{
    const uint64_t words[] = {pin, device};

    return (int)client_proc(t, PROC_INTERRUPT, words, 2, NULL, 0);
}

/* Invokes a device's capability with up to two words; a result comes back in mr[0]. */
static int invoke(unsigned device, uint64_t label, unsigned words, uint64_t mr[4])
{
    uint64_t cap = cap_at(SLOT_DEVICE + device);

    if (device >= UXRT_DEVICES_MAX)
        return -EINVAL;

    uint64_t info = kc_trap(SYSCALL_CALL, &cap, message_info(label, 0, 0, words), mr);

    return message_label(info) == ERROR_NONE ? 0 : -EPERM;
}

/* How far the invocation for this width is from that for one byte; -1: no such width. */
static int width_step(unsigned width)
{
    return width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : -1;
}

int64_t library_port_in(struct uxrt_thread *t, unsigned device, unsigned port,
    unsigned width)
{
    (void)t;
    uint64_t mr[4] = {port};
    int step = width_step(width);

    if (step < 0 || port > UINT16_MAX)
        return -EINVAL;

    int error = invoke(device, INVOKE_IOPORT_IN8 + (unsigned)step, 1, mr);

    return error ? error : (int64_t)mr[0];
}

int library_port_out(struct uxrt_thread *t, unsigned device, unsigned port,
    unsigned width, uint32_t value)
{
    (void)t;
    uint64_t mr[4] = {port, value};
    int step = width_step(width);

    if (step < 0 || port > UINT16_MAX)
        return -EINVAL;
    return invoke(device, INVOKE_IOPORT_OUT8 + (unsigned)step, 2, mr);
}

int library_interrupt_done(struct uxrt_thread *t, unsigned device)
{
    (void)t;
    uint64_t mr[4] = {0};

    return invoke(device, INVOKE_IRQ_ACK, 0, mr);
}
