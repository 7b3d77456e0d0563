/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes: a key stream of ChaCha20, whose key is replaced by a part of the stream
 * after every use, so that what was given out cannot be computed from what is kept.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Takes the first key from the processor: RDRAND if there is one, and the jitter of the
 * time-stamp counter. */
void random_begin(void);
void random_bytes(void *data, size_t count);
/* Stirs bytes of any origin into the key; they cannot make it worse. */
void random_stir(const void *data, size_t count);
