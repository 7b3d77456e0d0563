/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files in one call, for tests. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The text of a file, up to 16 KiB, terminated; "" if it cannot be read. It is good until
 * the next call. */
const char *file_text(const char *name);
/* The number that follows this word at the beginning of a line, or -1. */
int64_t file_number(const char *name, const char *word);
/* Writes a text; the count or an error. */
int64_t file_write(const char *name, const char *text);
/* What opening it for this says; closes it again. */
int file_open(const char *name, unsigned flags);
