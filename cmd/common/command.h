/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands have in common: messages, options, files of text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of messages: the last component of argv[0], or what is given. First of all. */
void command_begin(const char *name);

/* Prints on descriptor 1, as print(), at most 1023 bytes. */
void command_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints "NAME: WHAT: text of the error" on descriptor 2; the error is negative. Returns 1,
 * for main. */
int command_fail(const char *what, int64_t error);
/* Prints how it is used; returns 2. */
int command_usage(const char *text);

/*
 * The next option of argv: a letter of `accepted`; with a ':' behind it there, it takes a
 * value. 0: there are no more; '?': it is not accepted. *next begins as 1, and ends as the
 * index of the first argument that is no option.
 */
char command_option(char **argv, const char *accepted, int *next, char **value);

/* Reads a whole file of text as far as it fits, with a NUL; its length or an error. */
int64_t command_read(const char *name, char *text, size_t size);

/* The number at *text, to base 10, and behind it and blanks or a newline; false: none. */
bool command_number(const char **text, uint64_t *number);
/* The next word of a line at *text, its \ooo decoded, cut if it is longer; false: there is
 * none. */
bool command_word(const char **text, char *word, size_t size);
