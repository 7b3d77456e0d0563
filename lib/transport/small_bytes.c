/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes between memory and words, for small requests: never a byte more than asked for. See
 * small.h.
 */
#include <transport/small.h>

#include <transport/copy.h>

/* The last bytes of a copy, less than 8: from a word, or into one. */
static bool put_tail(char *to, uint64_t word, size_t count)
{
    if (count & 4) {
        if (!copy_store32(to, (uint32_t)word)) {
            return false;
        }
        to += 4;
        word >>= 32;
    }
    if (count & 2) {
        if (!copy_store16(to, (uint16_t)word)) {
            return false;
        }
        to += 2;
        word >>= 16;
    }
    return !(count & 1) || copy_store8(to, (uint8_t)word);
}

static bool take_tail(uint64_t *word, const char *from, size_t count)
{
    uint8_t byte = 0;
    uint16_t two = 0;
    uint32_t four = 0;

    if ((count & 1) && !copy_load8(from + (count & 6), &byte)) {
        return false;
    }
    if ((count & 2) && !copy_load16(from + (count & 4), &two)) {
        return false;
    }
    if ((count & 4) && !copy_load32(from, &four)) {
        return false;
    }
    *word = (uint64_t)byte << (count & 2) * 8 | two;
    *word = *word << (count & 4) * 8 | four;
    return true;
}

int64_t small_put(char *to, size_t count, uint64_t first, uint64_t second, uint64_t third,
    uint64_t fourth)
{
    uint64_t words[4] = {first, second, third, fourth}, *next = words;
    size_t left = count;

    for (; left >= 8; left -= 8, to += 8) {
        if (!copy_store64(to, *next++)) {
            return -EFAULT;
        }
    }
    return left == 0 || put_tail(to, *next, left) ? (int64_t)count : -EFAULT;
}

bool small_take(uint64_t words[3], const char *from, size_t count)
{
    words[0] = words[1] = words[2] = 0;
    for (; count >= 8; count -= 8, from += 8) {
        if (!copy_load64(from, words++)) {
            return false;
        }
    }
    return count == 0 || take_tail(words, from, count);
}
