/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of bytes, and text that is added to them. */
#include "text.h"

#include <util/heap.h>
#include <util/string.h>

bool bytes_add(struct bytes *bytes, const void *data, size_t count, size_t most)
{
    size_t room = bytes->room ? bytes->room : 128;

    if (count > most || bytes->used > most - count)
        return false;
    while (room < bytes->used + count)
        room *= 2;
    if (room > bytes->room) {
        char *more = heap_resize(bytes->data, room);

        if (!more)
            return false;
        bytes->data = more;
        bytes->room = room;
    }
    memcpy(bytes->data + bytes->used, data, count);
    bytes->used += count;
    return true;
}

void bytes_free(struct bytes *bytes)
{
    heap_free(bytes->data);
    *bytes = (struct bytes){0};
}

bool text_add(struct bytes *bytes, const char *text)
{
    return bytes_add(bytes, text, strlen(text), SIZE_MAX / 4);
}

bool text_number(struct bytes *bytes, uint64_t number, unsigned base)
{
    char digits[24];
    unsigned at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % base);
        number /= base;
    } while (number);
    return bytes_add(bytes, digits + at, sizeof(digits) - at, SIZE_MAX / 4);
}

static bool plain(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z')
           || (byte >= '0' && byte <= '9') || (byte && strchr("._/,:@%+=-", byte));
}

bool text_quote(struct bytes *bytes, const void *data, size_t count)
{
    const unsigned char *from = data;
    bool good = true;

    for (size_t i = 0; i < count && good; i++) {
        char quoted[5] = {'\\', '0', (char)('0' + (from[i] >> 6)),
            (char)('0' + (from[i] >> 3 & 7)), (char)('0' + (from[i] & 7))};

        good = plain(from[i]) ? bytes_add(bytes, &from[i], 1, SIZE_MAX / 4)
                              : bytes_add(bytes, quoted, 5, SIZE_MAX / 4);
    }
    return good;
}
