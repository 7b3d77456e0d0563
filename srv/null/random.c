/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes, as random.h says. */
#include "random.h"

#include <util/string.h>

#include "chacha.h"

enum { KEY_BYTES = CHACHA_KEY * 4, BLOCK_BYTES = CHACHA_BLOCK * 4, JITTER_ROUNDS = 256 };

static uint32_t key[CHACHA_KEY];
static const uint32_t nonce[CHACHA_NONCE];

/* The next key is the first half of block 0. */
static void replace_key(void)
{
    uint32_t block[CHACHA_BLOCK];

    chacha_block(key, 0, nonce, block);
    memcpy(key, block, KEY_BYTES);
}

void random_bytes(void *data, size_t count)
{
    uint32_t block[CHACHA_BLOCK], counter = 1;
    char *bytes = data;

    while (count > 0) {
        size_t part = count < BLOCK_BYTES ? count : BLOCK_BYTES;

        chacha_block(key, counter++, nonce, block);
        memcpy(bytes, block, part);
        bytes += part;
        count -= part;
        if (counter == 0)
            replace_key();
    }
    replace_key();
    memset(block, 0, sizeof(block));
}

void random_stir(const void *data, size_t count)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < count; i++) {
        ((uint8_t *)key)[i % KEY_BYTES] ^= bytes[i];
        if (i % KEY_BYTES == KEY_BYTES - 1)
            replace_key();
    }
    replace_key();
}

/* CPUID leaf 1, bit 30 of ecx (Intel SDM volume 2, CPUID). */
static int has_rdrand(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return c >> 30 & 1;
}

/* Fails now and then; ten attempts are what Intel advises (SDM volume 1, 7.3.17). */
static uint64_t rdrand(void)
{
    uint64_t value = 0;
    uint8_t valid = 0;

    for (unsigned i = 0; i < 10 && !valid; i++)
        __asm__ volatile("rdrand %0\n\tsetc %1" : "=r"(value), "=q"(valid) : : "cc");
    return value;
}

/* The counter, read after a division whose duration varies. */
static uint64_t jitter(uint64_t before)
{
    volatile uint64_t divided = before | 1;

    divided = UINT64_MAX / divided;
    return __builtin_ia32_rdtsc();
}

void random_begin(void)
{
    uint64_t now = __builtin_ia32_rdtsc();

    for (unsigned i = 0; i < JITTER_ROUNDS; i++) {
        now = jitter(now);
        random_stir(&now, sizeof(now));
    }
    for (unsigned i = 0; has_rdrand() && i < 2 * KEY_BYTES / 8; i++) {
        uint64_t value = rdrand();

        random_stir(&value, sizeof(value));
    }
}
