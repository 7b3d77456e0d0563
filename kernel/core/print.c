/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatting of kernel messages; see print.h. */
#include <core/lock.h>
#include <core/print.h>

static struct spinlock print_lock;
static bool ignore_lock;

struct field {
    unsigned width;
    char fill;
    bool is_long;
};

static void put(char c)
{
    if (c == '\n')
        console_put('\r');
    console_put(c);
}

static void put_number(word value, unsigned base, bool negative, struct field f)
{
    char digits[24];
    unsigned n = 0;

    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative)
        put('-');
    for (unsigned i = n + negative; i < f.width; i++)
        put(f.fill);
    while (n)
        put(digits[--n]);
}

static void put_string(const char *s, struct field f)
{
    unsigned n = 0;

    for (s = s ? s : "(null)"; *s; s++, n++)
        put(*s);
    while (n++ < f.width)
        put(' ');
}

static const char *parse_field(const char *p, struct field *f)
{
    *f = (struct field){.fill = ' '};
    if (*p == '0')
        f->fill = '0';
    while (*p >= '0' && *p <= '9')
        f->width = f->width * 10 + (unsigned)(*p++ - '0');
    while (*p == 'l') {
        f->is_long = true;
        p++;
    }
    return p;
}

static void put_signed(int64_t v, struct field f)
{
    put_number(v < 0 ? -(word)v : (word)v, 10, v < 0, f);
}

static void format_one(char type, struct field f, va_list *args)
{
    switch (type) {
    case 'd':
        put_signed(f.is_long ? va_arg(*args, long) : va_arg(*args, int), f);
        break;
    case 'u':
    case 'x':
        put_number(f.is_long ? va_arg(*args, unsigned long)
                             : va_arg(*args, unsigned), type == 'x' ? 16 : 10, false, f);
        break;
    case 'p':
        put_number((word)va_arg(*args, void *), 16, false, f);
        break;
    case 's':
        put_string(va_arg(*args, const char *), f);
        break;
    case 'c':
        put((char)va_arg(*args, int));
        break;
    default:
        put(type);
    }
}

static void print_list(const char *p, va_list *args)
{
    struct field f;

    for (; *p; p++) {
        if (*p != '%') {
            put(*p);
            continue;
        }
        p = parse_field(p + 1, &f);
        if (!*p)
            return;
        format_one(*p, f, args);
    }
}

void print(const char *format, ...)
{
    bool locked = !ignore_lock;
    va_list args;

    if (locked)
        spin_lock(&print_lock);
    va_start(args, format);
    print_list(format, &args);
    va_end(args);
    if (locked)
        spin_unlock(&print_lock);
}

void print_unlocked(void)
{
    ignore_lock = true;
}
