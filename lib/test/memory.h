/* SPDX-License-Identifier: BSD-2-Clause */
/* Copying, filling and comparing memory, as in the C standard's <string.h>. */
#pragma once

#include <stddef.h>

void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
