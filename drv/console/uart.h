/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A serial port of the PC, an NS16550A or what behaves like it (National
 * Semiconductor, PC16550D, 1995), at 115200 baud, 8 bits, no parity.
 */
#pragma once

#include <stdbool.h>

enum { UART_FIFO = 16 };    /* bytes that can be sent at once */

struct uart {
    unsigned base, pin;     /* of its ports, and of the I/O APIC */
};
static const struct uart uart_first = {0x3f8, 4}, uart_second = {0x2f8, 3};

/* Takes the device and prepares it; 0 or a negative error number. Interrupts come for
 * bytes received, and for room to send after uart_want_room(true). */
int uart_begin(const struct uart *uart);

/* A byte received; -1: there is none. */
int uart_get(void);
/* Can UART_FIFO bytes be sent now? */
bool uart_has_room(void);
void uart_put(char byte);
void uart_want_room(bool on);
/* Interrupts for input, which are on at first: off, bytes stay in the device. */
void uart_want_input(bool on);

/* After an interrupt, when nothing is left to do: lets the next one come. False: there is
 * something to do again. */
bool uart_rest(void);
