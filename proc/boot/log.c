/* SPDX-License-Identifier: BSD-2-Clause */
/* Output on the serial port, by polling; the kernel has set it up. */
#include <boot/log.h>

#include <stdarg.h>

#include <util/print.h>
#include <util/string.h>

enum {
    SERIAL_DATA = 0x3f8,
    SERIAL_STATUS = 0x3fd,
    STATUS_EMPTY = 0x20,
    DEBUG_EXIT = 0xf4, DEBUG_CODE = 0xf5,   /* QEMU's, if it was asked for them */
    EXIT_MAX = 127,
    PATIENCE = 1 << 20,
    LINE = 256,
};

static cptr serial_ports, exit_ports;

void log_init(cptr serial, cptr debug_exit)
{
    serial_ports = serial;
    exit_ports = debug_exit;
}

static void put(char c)
{
    uint8_t status = 0;

    for (unsigned i = 0; i < PATIENCE && !(status & STATUS_EMPTY); i++) {
        if (kc_ioport_in8(serial_ports, SERIAL_STATUS, &status) != ERROR_NONE) {
            return;
        }
    }
    (void)kc_ioport_out8(serial_ports, SERIAL_DATA, (uint8_t)c);
}

void log_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            put('\r');
        }
        put(text[i]);
    }
}

void log_line(const char *format, ...)
{
    char line[LINE];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = print_list(line, sizeof(line), format, arguments);
    va_end(arguments);
    log_text(line, length < sizeof(line) ? length : sizeof(line) - 1);
    log_text("\n", 1);
}

void machine_stop(int status)
{
    (void)kc_ioport_out8(exit_ports, DEBUG_CODE, (uint8_t)status);
    (void)kc_ioport_out8(exit_ports, DEBUG_EXIT,
        (uint8_t)(status < EXIT_MAX ? status : EXIT_MAX));
    for (;;) {
        __asm__ volatile("pause");
    }
}

void panic(const char *what, uint64_t value)
{
    log_line("process server: %s (0x%lx)", what, value);
    machine_stop(1);
}
