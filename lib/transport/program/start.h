/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the start of native programs (lib/program): finds the system library before there
 * are thread-local variables, and sets them up.
 */
#pragma once

#include <stdint.h>

/* `auxv` are the pairs of words after the environment. */
void uxrt_start(const uint64_t *auxv);

/* Sets FS, at which the calling thread's variables end. 0 or a negative error number. */
int uxrt_set_tls(void *base);
