/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and strings. Few instructions rather than few cycles: bulk goes by `rep movsq`,
 * small sizes by moves of words that overlap. The direction flag is clear, as the ABI
 * says.
 */
#include <util/small.h>
#include <util/string.h>

/* Keeps the compiler from making a loop a call of the very function it is in. */
#define KEEP_LOOP() __asm__ volatile("")

/* More than 32 bytes, from the first on; `to` is not within [from, from + size). */
static inline void move_up(void *to, const void *from, size_t size)
{
    uint64_t last = WORD_AT(word8, from, size - 8);
    void *end = (char *)to + size - 8;
    size_t words = size / 8;

    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    WORD_AT(word8, end, 0) = last;
}

/* More than 32 bytes, from the last on. */
static void move_down(void *to, const void *from, size_t size)
{
    uint64_t first = WORD_AT(word8, from, 0);

    for (size_t left = size; left >= 8; left -= 8) {
        WORD_AT(word8, to, left - 8) = WORD_AT(word8, from, left - 8);
        KEEP_LOOP();
    }
    WORD_AT(word8, to, 0) = first;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    if (size <= SMALL_MAX)
        copy_small(to, from, size);
    else
        move_up(to, from, size);
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    if (size <= SMALL_MAX)
        copy_small(to, from, size);
    else if ((uintptr_t)to - (uintptr_t)from >= size)
        move_up(to, from, size);
    else
        move_down(to, from, size);
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    uint64_t value = (unsigned char)byte * UINT64_C(0x0101010101010101);
    void *at = to;
    size_t words = size / 8;

    if (size < 8) {
        for (char *p = to; size; size--) {
            *p++ = (char)byte;
            KEEP_LOOP();
        }
        return to;
    }
    WORD_AT(word8, to, size - 8) = value;
    __asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(value) : "memory");
    return to;
}

/* Words in memory as bytes: the first one that differs decides. */
static inline int order(uint64_t a, uint64_t b)
{
    a = __builtin_bswap64(a);
    b = __builtin_bswap64(b);
    return (a > b) - (a < b);
}

/* Up to 7 bytes as one word, zeros behind; as some count twice, only to be compared. */
static inline uint64_t few_bytes(const void *from, size_t size)
{
    if (size >= 4)
        return WORD_AT(word4, from, 0) | (uint64_t)WORD_AT(word4, from, size - 4) << 32;
    if (size >= 2)
        return WORD_AT(word2, from, 0) | (uint64_t)WORD_AT(word2, from, size - 2) << 16;
    return size ? *(const unsigned char *)from : 0;
}

int memcmp(const void *a, const void *b, size_t size)
{
    if (size < 8)
        return order(few_bytes(a, size), few_bytes(b, size));
    for (size_t at = 0; at < size - 8; at += 8) {
        uint64_t word = WORD_AT(word8, a, at), other = WORD_AT(word8, b, at);

        if (word != other)
            return order(word, other);
    }
    return order(WORD_AT(word8, a, size - 8), WORD_AT(word8, b, size - 8));
}

/* Has a word a zero byte? Mycroft's test: no carry comes to the lowest one. */
static inline uint64_t zero_bytes(uint64_t word)
{
    return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

void *memchr(const void *from, int byte, size_t size)
{
    const uint64_t pattern = (unsigned char)byte * UINT64_C(0x0101010101010101);
    const unsigned char *p = from;

    for (; size >= 8 && !zero_bytes(WORD_AT(word8, p, 0) ^ pattern); size -= 8)
        p += 8;
    for (; size; size--, p++) {
        if (*p == (unsigned char)byte)
            return (void *)(uintptr_t)p;
    }
    return NULL;
}

size_t strlen(const char *text)
{
    const char *end = text;

    while (*end) {
        end++;
        KEEP_LOOP();
    }
    return (size_t)(end - text);
}

size_t strnlen(const char *text, size_t size)
{
    const char *end = memchr(text, 0, size);
    return end ? (size_t)(end - text) : size;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t size)
{
    while (size && *a && *a == *b)
        a++, b++, size--;
    return size ? (unsigned char)*a - (unsigned char)*b : 0;
}

char *strchr(const char *text, int byte)
{
    for (; *text != (char)byte; text++) {
        if (!*text)
            return NULL;
    }
    return (char *)(uintptr_t)text;
}

char *strrchr(const char *text, int byte)
{
    const char *found = NULL;

    do {
        if (*text == (char)byte)
            found = text;
    } while (*text++);
    return (char *)(uintptr_t)found;
}
