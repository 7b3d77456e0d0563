/* SPDX-License-Identifier: BSD-2-Clause */
/* Editing the last line of a terminal's input, and showing that. */
#include "internal.h"

static unsigned char at(const struct terminal *t, uint32_t index)
{
    return t->bytes[index % TERMINAL_INPUT];
}

/* Shows a key: control characters as ^X. */
void echo_key(struct terminal *t, unsigned char byte)
{
    char shown[2] = {'^', (char)(byte ^ 0x40)};

    if (is_local(t, ECHOCTL) && (byte < ' ' || byte == 0x7f) && byte != '\t'
        && byte != '\n')
        echo(t, shown, 2);
    else
        echo(t, (const char *)&byte, 1);
}

/* The line ends before `tail` now; takes what went off the screen. */
static void cut(struct terminal *t, uint32_t tail)
{
    uint32_t column = column_of(t, tail);

    t->tail = tail;
    if (!is_local(t, ECHO))
        return;
    if (!is_local(t, ECHOE)) {
        echo_key(t, t->settings.characters[VERASE]);
        return;
    }
    while (t->column > column)
        echo(t, "\b \b", 3);
}

/* Where the character before `end` begins. */
static uint32_t before(const struct terminal *t, uint32_t end)
{
    if (end != t->ready)
        end--;
    while (t->settings.input & IUTF8 && end != t->ready && is_continuation(at(t, end)))
        end--;
    return end;
}

void erase_character(struct terminal *t)
{
    if (t->tail != t->ready)
        cut(t, before(t, t->tail));
}

static bool is_word(unsigned char byte)
{
    return byte == '_' || byte >= 0x80 || (byte >= '0' && byte <= '9')
           || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

void erase_word(struct terminal *t)
{
    uint32_t tail = t->tail;

    while (tail != t->ready && !is_word(at(t, tail - 1)))
        tail--;
    while (tail != t->ready && is_word(at(t, tail - 1)))
        tail--;
    if (tail != t->tail)
        cut(t, tail);
}

void erase_line(struct terminal *t)
{
    if (is_local(t, ECHOKE) && is_local(t, ECHOE)) {
        if (t->tail != t->ready)
            cut(t, t->ready);
        return;
    }
    t->tail = t->ready;
    if (!is_local(t, ECHO))
        return;
    echo_key(t, t->settings.characters[VKILL]);
    if (is_local(t, ECHOK))
        echo(t, "\n", 1);
}

void show_line(struct terminal *t)
{
    if (!is_local(t, ECHO))
        return;
    echo_key(t, t->settings.characters[VREPRINT]);
    echo(t, "\n", 1);
    t->line_column = t->column;
    for (uint32_t i = t->ready; i != t->tail; i++)
        echo_key(t, at(t, i));
}
