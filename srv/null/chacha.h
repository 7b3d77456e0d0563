/* SPDX-License-Identifier: BSD-2-Clause */
/* The block function of ChaCha20 (RFC 8439, section 2.3). */
#pragma once

#include <stdint.h>

enum { CHACHA_KEY = 8, CHACHA_NONCE = 3, CHACHA_BLOCK = 16 };  /* words of 32 bits */

/* The key stream's block number `counter`, in words (little-endian in memory). */
void chacha_block(const uint32_t key[CHACHA_KEY], uint32_t counter,
    const uint32_t nonce[CHACHA_NONCE], uint32_t block[CHACHA_BLOCK]);
