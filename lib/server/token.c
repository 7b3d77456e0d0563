/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token is SipHash-2-4 of a counter (Aumasson and Bernstein, 2012), so that known
 * tokens tell nothing about others. The key is made of the time-stamp counter's low bits,
 * which differ with each boot, and of the processor's random numbers if it has them.
 */
#include <stdbool.h>

#include <server/token.h>

static uint64_t key[2], counter;

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static void round_of(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    round_of(v);
    round_of(v);
    v[0] ^= word;
}

static uint64_t hash(uint64_t word)
{
    uint64_t v[4] = {
        key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
        key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573,
    };

    absorb(v, word);
    absorb(v, UINT64_C(8) << 56);
    v[2] ^= 0xff;
    for (unsigned i = 0; i < 4; i++)
        round_of(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t processor_time(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* CPUID leaf 1, ECX bit 30: RDRAND. */
static bool has_random(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return c >> 30 & 1;
}

static uint64_t processor_random(void)
{
    uint64_t value = 0;

    __asm__ volatile("rdrand %0" : "+r"(value) : : "cc");
    return value;
}

static void stir(void)
{
    bool random = has_random();

    for (unsigned i = 0; i < 64; i++) {
        uint64_t word = processor_time() ^ (random ? processor_random() : 0);

        key[i & 1] ^= hash(word + i);
    }
}

uint64_t fs_token_make(void)
{
    if (!counter)
        stir();
    key[counter & 1] += hash(processor_time());
    return hash(++counter);
}
