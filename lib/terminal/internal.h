/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of lib/terminal share. */
#pragma once

#include <terminal/terminal.h>

enum { OUTPUT_MAX = 8 };        /* bytes that one byte can become: a tab */

/* Is it the second or a later byte of a character of UTF-8? */
static inline bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

static inline bool is_local(const struct terminal *t, uint32_t flags)
{
    return t->settings.local & flags;
}

/* Shows bytes, with what output does to them. */
void echo(struct terminal *t, const char *bytes, size_t count);
/* The column in which the cursor is when the line being edited is shown up to `end`. */
uint32_t column_of(const struct terminal *t, uint32_t end);

/* edit.c: keys that change the line being edited. */
void echo_key(struct terminal *t, unsigned char byte);
void erase_character(struct terminal *t);
void erase_word(struct terminal *t);
void erase_line(struct terminal *t);
void show_line(struct terminal *t);
