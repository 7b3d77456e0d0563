/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of a terminal: ends of lines, tabs, and the column of the cursor. */
#include "internal.h"

enum { TAB = 8 };

/* Keeps track of the column; UTF-8 characters count as one. */
static void move(struct terminal *t, unsigned char byte)
{
    if (byte == '\r')
        t->column = 0;
    else if (byte == '\b')
        t->column -= t->column > 0;
    else if (byte == '\t')
        t->column = (t->column / TAB + 1) * TAB;
    else if (byte >= ' ' && byte != 0x7f
             && !(t->settings.input & IUTF8 && is_continuation(byte)))
        t->column++;
}

static size_t put_newline(struct terminal *t, char *out)
{
    uint32_t flags = t->settings.output;
    size_t count = 0;

    if (flags & ONLCR)
        out[count++] = '\r';
    out[count++] = '\n';
    if (flags & (ONLCR | ONLRET))
        t->column = 0;
    return count;
}

static size_t put_tab(struct terminal *t, char *out)
{
    size_t count = TAB - t->column % TAB;

    t->column += (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        out[i] = ' ';
    return count;
}

/* At most OUTPUT_MAX bytes for one. */
static size_t put(struct terminal *t, unsigned char byte, char *out)
{
    uint32_t flags = t->settings.output;

    if (flags & OPOST) {
        if (byte == '\r' && flags & ONOCR && t->column == 0)
            return 0;
        if (byte == '\r' && flags & OCRNL)
            byte = '\n';
        if (byte == '\n')
            return put_newline(t, out);
        if (byte == '\t' && (flags & TABS) == TABS)
            return put_tab(t, out);
    }
    move(t, byte);
    *out = (char)byte;
    return 1;
}

size_t terminal_output(struct terminal *t, const char *data, size_t count, char *device,
    size_t room, size_t *used)
{
    size_t done = 0, taken = 0;

    while (taken < count && room - done >= OUTPUT_MAX)
        done += put(t, (unsigned char)data[taken++], device + done);
    *used = taken;
    return done;
}

void echo(struct terminal *t, const char *bytes, size_t count)
{
    char out[OUTPUT_MAX];

    for (size_t i = 0; i < count; i++) {
        size_t length = put(t, (unsigned char)bytes[i], out);

        t->hooks->echo(t->context, out, length);
    }
}

/* How many columns a byte of the input takes on the screen when echoed at `column`. */
static uint32_t width(const struct terminal *t, unsigned char byte, uint32_t column)
{
    if (byte == '\t')
        return TAB - column % TAB;
    if (byte < ' ' || byte == 0x7f)
        return t->settings.local & ECHOCTL ? 2 : 0;
    return t->settings.input & IUTF8 && is_continuation(byte) ? 0 : 1;
}

uint32_t column_of(const struct terminal *t, uint32_t end)
{
    uint32_t column = t->line_column;

    for (uint32_t i = t->ready; i != end; i++)
        column += width(t, t->bytes[i % TERMINAL_INPUT], column);
    return column;
}
