/* SPDX-License-Identifier: BSD-2-Clause */
/* The console: the first serial port (16550), 115200 8N1, polled. */
#include <arch/cpu.h>
#include <core/print.h>
#include <plat/pc/port.h>

#define COM1           0x3f8

enum { DATA = 0, INTERRUPT_ENABLE = 1, FIFO = 2, LINE_CONTROL = 3, MODEM_CONTROL = 4,
       LINE_STATUS = 5 };

#define LINE_8N1       0x03
#define LINE_DIVISOR   0x80
#define STATUS_EMPTY   0x20

static bool present;

void console_init(void)
{
    port_write8(COM1 + INTERRUPT_ENABLE, 0);
    port_write8(COM1 + LINE_CONTROL, LINE_8N1 | LINE_DIVISOR);
    port_write8(COM1 + DATA, 1);                /* 115200 / 1 */
    port_write8(COM1 + INTERRUPT_ENABLE, 0);
    port_write8(COM1 + LINE_CONTROL, LINE_8N1);
    port_write8(COM1 + FIFO, 0x07);             /* enable and empty */
    port_write8(COM1 + MODEM_CONTROL, 0x03);
    present = port_read8(COM1 + LINE_STATUS) != 0xff;
}

void console_put(char c)
{
    if (!present)
        return;
    while (!(port_read8(COM1 + LINE_STATUS) & STATUS_EMPTY))
        cpu_relax();
    port_write8(COM1 + DATA, (uint8_t)c);
}
