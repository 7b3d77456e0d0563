/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted text in a buffer, as snprintf: %d %i %u %x %X %o %c %s %p %%, with a width,
 * the flags 0 and -, the sizes l, ll and z, and for %s a precision (both may be *). No
 * floating point. What else follows a % is copied as it stands.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Writes at most `size` bytes, the last of them NUL (none if size is 0). Returns the
 * bytes that the whole text has, without the NUL. */
size_t print(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t print_list(char *buffer, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
