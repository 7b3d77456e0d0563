/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local variables of a native program: a block for each thread, laid out as the
 * x86-64 psABI says (variables below the thread pointer, which points to itself).
 */
#pragma once

#include <stddef.h>

/* Bytes of memory that a block needs, its alignment included. */
size_t tls_size(void);

/* Prepares a block in this memory of tls_size() bytes; returns the FS base for it. */
void *tls_make(void *memory);
