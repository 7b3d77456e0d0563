/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of a 16550, behind the driver's ports and interrupt. */
#include "uart.h"

#include <stdint.h>

#include <uxrt/driver.h>

enum {
    DEVICE_PORTS = 0, DEVICE_INTERRUPT = 1, PORTS = 8,
};
enum uart_register {
    DATA = 0, INTERRUPTS = 1, CAUSE = 2, FIFO = 2, LINE = 3, MODEM = 4, STATUS = 5,
    DIVISOR_LOW = 0, DIVISOR_HIGH = 1,      /* while LINE_DIVISOR is set */
};
enum {
    INTERRUPT_RECEIVED = 1, INTERRUPT_ROOM = 2,
    CAUSE_NONE = 1,
    FIFO_ON_EMPTY = 7, LINE_8_BITS = 3, LINE_DIVISOR = 0x80,
    MODEM_READY = 3, MODEM_INTERRUPTS = 8,
    STATUS_RECEIVED = 1, STATUS_ROOM = 0x20,
};

static unsigned base;
static uint8_t interrupts;      /* those that are on */

static unsigned in(enum uart_register number)
{
    return (unsigned)uxrt_port_in(DEVICE_PORTS, base + number, 1) & 0xff;
}

static void out(enum uart_register number, uint8_t value)
{
    uxrt_port_out(DEVICE_PORTS, base + number, 1, value);
}

int uart_begin(const struct uart *uart)
{
    int error = uxrt_ports(DEVICE_PORTS, uart->base, uart->base + PORTS - 1);

    base = uart->base;
    if (error == 0)
        error = uxrt_interrupt(DEVICE_INTERRUPT, uart->pin);
    if (error < 0)
        return error;
    out(INTERRUPTS, 0);
    out(LINE, LINE_DIVISOR);
    out(DIVISOR_LOW, 1);
    out(DIVISOR_HIGH, 0);
    out(LINE, LINE_8_BITS);
    out(FIFO, FIFO_ON_EMPTY);
    out(MODEM, MODEM_READY | MODEM_INTERRUPTS);
    interrupts = INTERRUPT_RECEIVED;
    out(INTERRUPTS, interrupts);
    return 0;
}

int uart_get(void)
{
    return in(STATUS) & STATUS_RECEIVED ? (int)in(DATA) : -1;
}

bool uart_has_room(void)
{
    return in(STATUS) & STATUS_ROOM;
}

void uart_put(char byte)
{
    out(DATA, (uint8_t)byte);
}

static void want(uint8_t interrupt, bool on)
{
    uint8_t wanted = on ? interrupts | interrupt : interrupts & (uint8_t)~interrupt;

    if (wanted == interrupts)
        return;
    interrupts = wanted;
    out(INTERRUPTS, interrupts);
}

void uart_want_room(bool on)
{
    want(INTERRUPT_ROOM, on);
}

void uart_want_input(bool on)
{
    want(INTERRUPT_RECEIVED, on);
}

/* The line is edge-triggered: it must have gone down, that is, no cause be left, after
 * the interrupt has been acknowledged; else the next one would not be seen. */
bool uart_rest(void)
{
    uxrt_interrupt_done(DEVICE_INTERRUPT);
    return in(CAUSE) & CAUSE_NONE;
}
