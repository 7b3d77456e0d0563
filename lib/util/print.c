/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text: one field after the other is read, converted and put into the
 * buffer. */
#include <stdbool.h>
#include <stdint.h>

#include <util/print.h>
#include <util/string.h>

struct output {
    char *buffer;
    size_t size, used;      /* used: as if the buffer had no end */
};

struct field {
    size_t width, precision;
    bool zero, left, has_precision;
    unsigned size;          /* number of 'l's; 'z' counts as one */
    char digits[24];
};

static void put(struct output *out, char c)
{
    if (out->used + 1 < out->size)
        out->buffer[out->used] = c;
    out->used++;
}

static void put_many(struct output *out, char c, size_t count)
{
    while (count--)
        put(out, c);
}

static void put_field(struct output *out, const struct field *field, const char *text,
                      size_t length)
{
    size_t room = field->width > length ? field->width - length : 0;

    if (!field->left)
        put_many(out, ' ', room);
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    if (field->left)
        put_many(out, ' ', room);
}

static void put_number(struct output *out, struct field *field, uint64_t value,
                       unsigned base, bool negative, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char *end = field->digits + sizeof(field->digits), *p = end;
    size_t length;

    do {
        *--p = digits[value % base];
        value /= base;
    } while (value);
    length = (size_t)(end - p) + negative;
    if (field->zero && !field->left && field->width > length) {
        if (negative)
            put(out, '-');
        put_many(out, '0', field->width - length);
        field->width = 0;
    } else if (negative) {
        *--p = '-';
    }
    put_field(out, field, p, (size_t)(end - p));
}

static size_t read_number(const char **format, va_list *arguments)
{
    size_t number = 0;

    if (**format == '*') {
        int given = va_arg(*arguments, int);
        (*format)++;
        return given < 0 ? 0 : (size_t)given;
    }
    for (; **format >= '0' && **format <= '9'; (*format)++) {
        if (number < 1u << 20)
            number = number * 10 + (size_t)(**format - '0');
    }
    return number;
}

/* Reads what is between the % and the letter. */
static void read_field(const char **format, va_list *arguments, struct field *field)
{
    for (; **format == '0' || **format == '-'; (*format)++) {
        field->zero |= **format == '0';
        field->left |= **format == '-';
    }
    field->width = read_number(format, arguments);
    if (**format == '.') {
        (*format)++;
        field->has_precision = true;
        field->precision = read_number(format, arguments);
    }
    for (; **format == 'l' || **format == 'z'; (*format)++)
        field->size++;
}

static uint64_t take_unsigned(va_list *arguments, const struct field *field)
{
    return field->size ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned);
}

static void put_signed(struct output *out, struct field *field, va_list *arguments)
{
    int64_t value = field->size ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    put_number(out, field, size, 10, value < 0, false);
}

static void put_text(struct output *out, struct field *field, const char *text)
{
    if (!text)
        text = "(null)";
    put_field(out, field, text,
        field->has_precision ? strnlen(text, field->precision) : strlen(text));
}

static void convert(struct output *out, char letter, struct field *field,
                    va_list *arguments)
{
    char c;

    if (letter == 'd' || letter == 'i') {
        put_signed(out, field, arguments);
    } else if (letter == 'u') {
        put_number(out, field, take_unsigned(arguments, field), 10, false, false);
    } else if (letter == 'x' || letter == 'X') {
        put_number(out, field, take_unsigned(arguments, field), 16, false, letter == 'X');
    } else if (letter == 'o') {
        put_number(out, field, take_unsigned(arguments, field), 8, false, false);
    } else if (letter == 'p') {
        put(out, '0');
        put(out, 'x');
        put_number(out, field, (uintptr_t)va_arg(*arguments, void *), 16, false, false);
    } else if (letter == 's') {
        put_text(out, field, va_arg(*arguments, const char *));
    } else if (letter == 'c') {
        c = (char)va_arg(*arguments, int);
        put_field(out, field, &c, 1);
    } else {
        if (letter != '%')
            put(out, '%');
        put(out, letter);
    }
}

size_t print_list(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output out = { buffer, size, 0 };
    va_list copy;

    va_copy(copy, arguments);
    while (*format) {
        struct field field = { 0 };

        if (*format != '%') {
            put(&out, *format++);
            continue;
        }
        format++;
        read_field(&format, &copy, &field);
        if (!*format)
            break;
        convert(&out, *format++, &field, &copy);
    }
    va_end(copy);
    if (size)
        buffer[out.used < size ? out.used : size - 1] = 0;
    return out.used;
}

size_t print(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t used;

    va_start(arguments, format);
    used = print_list(buffer, size, format, arguments);
    va_end(arguments);
    return used;
}
