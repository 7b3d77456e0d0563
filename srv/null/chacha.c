/* SPDX-License-Identifier: BSD-2-Clause */
/* ChaCha20, after RFC 8439. */
#include "chacha.h"

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static void quarter(uint32_t s[], unsigned a, unsigned b, unsigned c, unsigned d)
{
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

static void double_round(uint32_t s[CHACHA_BLOCK])
{
    for (unsigned i = 0; i < 4; i++)
        quarter(s, i, 4 + i, 8 + i, 12 + i);
    for (unsigned i = 0; i < 4; i++)
        quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
}

void chacha_block(const uint32_t key[CHACHA_KEY], uint32_t counter,
    const uint32_t nonce[CHACHA_NONCE], uint32_t block[CHACHA_BLOCK])
{
    /* "expand 32-byte k" */
    uint32_t start[CHACHA_BLOCK] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    for (unsigned i = 0; i < CHACHA_KEY; i++)
        start[4 + i] = key[i];
    start[12] = counter;
    for (unsigned i = 0; i < CHACHA_NONCE; i++)
        start[13 + i] = nonce[i];
    for (unsigned i = 0; i < CHACHA_BLOCK; i++)
        block[i] = start[i];
    for (unsigned i = 0; i < 10; i++)
        double_round(block);
    for (unsigned i = 0; i < CHACHA_BLOCK; i++)
        block[i] += start[i];
}
