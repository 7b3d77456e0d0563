/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that is made while it is read: everything is made, what was asked for is kept. */
#include <stdarg.h>

#include <files/node.h>
#include <util/print.h>
#include <util/string.h>

void text_add(struct text *text, const char *bytes, size_t count)
{
    size_t part;

    if (text->skip >= count) {
        text->skip -= count;
        return;
    }
    bytes += text->skip;
    count -= (size_t)text->skip;
    text->skip = 0;
    part = text->room - text->done;
    if (count > part) {
        text->cut = true;
    } else {
        part = count;
    }
    memcpy(text->out + text->done, bytes, part);
    text->done += part;
}

void text_print(struct text *text, const char *format, ...)
{
    char line[256];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = print_list(line, sizeof(line), format, arguments);
    va_end(arguments);
    text_add(text, line, length < sizeof(line) ? length : sizeof(line) - 1);
}

void text_name(struct text *text, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];

        if (c <= ' ' || c >= 0x7f || c == '\\') {
            text_print(text, "\\%03o", c);
        } else {
            text_add(text, &name[i], 1);
        }
    }
}
