/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions that compilers call for copying, filling and comparing memory. */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *at = to;
    size_t words = size / 8;

    size %= 8;
    __asm__ volatile("rep movsq" : "+D"(at), "+S"(from), "+c"(words) :: "memory");
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) :: "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    if (to <= from || (char *)from + size <= (char *)to)
        return memcpy(to, from, size);
    char *last = (char *)to + size - 1;
    const char *source = (const char *)from + size - 1;
    __asm__ volatile("std\n\trep movsb\n\tcld"
                     : "+D"(last), "+S"(source), "+c"(size) :: "memory");
    return to;
}

void *memset(void *to, int value, size_t size)
{
    void *at = to;
    size_t words = size / 8;
    unsigned long pattern = (unsigned char)value * 0x0101010101010101ul;

    size %= 8;
    __asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(pattern) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i])
            return x[i] - y[i];
    }
    return 0;
}
