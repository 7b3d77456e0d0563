/* SPDX-License-Identifier: BSD-2-Clause */
/* ioctl: the codes that programs use, as reads and writes of attributes. */
#include <unix/unix.h>

enum direction { READS, WRITES };

static const struct {
    uint32_t code;
    uint8_t attribute;
    uint8_t direction;
    uint8_t size;
} codes[] = {
    {0x5401, ATTR_TERMIOS, READS, 36},      /* TCGETS */
    {0x5402, ATTR_TERMIOS, WRITES, 36},     /* TCSETS */
    {0x5403, ATTR_TERMIOS, WRITES, 36},     /* TCSETSW */
    {0x5404, ATTR_TERMIOS, WRITES, 36},     /* TCSETSF */
    {0x5413, ATTR_CONTROL, READS, 8},       /* TIOCGWINSZ */
    {0x5414, ATTR_CONTROL, WRITES, 8},      /* TIOCSWINSZ */
    {0x540f, ATTR_CONTROL, READS, 4},       /* TIOCGPGRP */
    {0x5410, ATTR_CONTROL, WRITES, 4},      /* TIOCSPGRP */
    {0x5429, ATTR_CONTROL, READS, 4},       /* TIOCGSID */
    {0x541b, ATTR_CONTROL, READS, 4},       /* FIONREAD */
};
enum { CODES = sizeof(codes) / sizeof(codes[0]), RECORD_MAX = 64 };

UNIX_HANDLER(ioctl)
{
    int fd = argument_int(frame, 0);
    char record[RECORD_MAX];
    unsigned i = 0;

    if (!descriptor_file(fd))
        return -EBADF;
    while (i < CODES && codes[i].code != (uint32_t)argument(frame, 1))
        i++;
    if (i == CODES)
        return -ENOTTY;
    uint64_t code = codes[i].attribute == ATTR_CONTROL || codes[i].direction == WRITES
                    ? codes[i].code : 0;
    int64_t result;
    if (codes[i].direction == WRITES) {
        if (take(record, argument_pointer(frame, 2), codes[i].size))
            return -EFAULT;
        result = library_set(t, fd, codes[i].attribute, code, record, codes[i].size);
        return result < 0 ? result : 0;
    }
    result = library_get(t, fd, codes[i].attribute, code, record, codes[i].size);
    return result < 0 ? result : give(argument_pointer(frame, 2), record, codes[i].size);
}
