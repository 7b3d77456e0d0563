/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four functions that compilers call by themselves, as the C standard has them.
 */
#include <stddef.h>
#include <stdint.h>

#include <test/memory.h>

void *memset(void *to, int byte, size_t size)
{
    void *start = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return start;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return start;
}

void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    char *end = (char *)to + size - 1;
    const char *last = (const char *)from + size - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(end), "+S"(last), "+c"(size)
                     : : "memory");
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
