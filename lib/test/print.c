/* SPDX-License-Identifier: BSD-2-Clause */
/* Output on a 16550 serial port that the firmware has set up, by polling. */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <test/print.h>

enum {
    SERIAL_DATA = 0x3f8,
    SERIAL_STATUS = 0x3fd,
    SERIAL_STATUS_EMPTY = 0x20,
    EXIT_PORT = 0xf4
};

static cptr serial, exit_device;
static atomic_flag busy = ATOMIC_FLAG_INIT;

void print_init(cptr serial_port, cptr exit_port)
{
    serial = serial_port;
    exit_device = exit_port;
}

static void put(char c)
{
    uint8_t status = 0;

    do {
        if (kc_ioport_in8(serial, SERIAL_STATUS, &status) != ERROR_NONE)
            return;
    } while (!(status & SERIAL_STATUS_EMPTY));
    (void)kc_ioport_out8(serial, SERIAL_DATA, (uint8_t)c);
}

static void put_number(uint64_t value, unsigned base)
{
    char digits[24];
    int count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    while (count > 0)
        put(digits[--count]);
}

static uint64_t take_number(bool is_long, bool is_signed, va_list arguments)
{
    if (is_long)
        return va_arg(arguments, uint64_t);
    if (is_signed)
        return (uint64_t)va_arg(arguments, int);
    return va_arg(arguments, unsigned);
}

static void put_argument(char kind, bool is_long, va_list arguments)
{
    if (kind == 's') {
        for (const char *s = va_arg(arguments, const char *); *s != '\0'; s++)
            put(*s);
    } else if (kind == 'c') {
        put((char)va_arg(arguments, int));
    } else if (kind == '%') {
        put('%');
    } else {
        uint64_t value = take_number(is_long, kind == 'd', arguments);
        if (kind == 'd' && (int64_t)value < 0) {
            put('-');
            value = -value;
        }
        put_number(value, kind == 'x' ? 16 : 10);
    }
}

static void print_list(const char *format, va_list arguments)
{
    for (; *format != '\0'; format++) {
        if (*format == '\n')
            put('\r');
        if (*format != '%') {
            put(*format);
            continue;
        }
        bool is_long = *++format == 'l';
        if (is_long)
            format++;
        put_argument(*format, is_long, arguments);
    }
}

void print(const char *format, ...)
{
    va_list arguments;

    while (atomic_flag_test_and_set(&busy))
        __builtin_ia32_pause();
    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
    atomic_flag_clear(&busy);
}

void print_reset(void)
{
    atomic_flag_clear(&busy);
}

void quit(unsigned value)
{
    (void)kc_ioport_out8(exit_device, EXIT_PORT, (uint8_t)value);
    for (;;)
        __builtin_ia32_pause();
}
