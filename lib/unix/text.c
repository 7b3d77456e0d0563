/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts from a program's memory. */
#include <transport/copy.h>
#include <unix/unix.h>

int64_t text_in(char *to, const char *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte;

        if (!copy_load8(from + i, &byte))
            return -EFAULT;
        to[i] = (char)byte;
        if (!byte)
            return (int64_t)i;
    }
    return -ENAMETOOLONG;
}

int name_in(char name[TEXT_SIZE], const void *from)
{
    int64_t length = text_in(name, from, TEXT_SIZE);

    if (length <= 0)
        return length ? (int)length : -ENOENT;
    return 0;
}
