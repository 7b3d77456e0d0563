/* SPDX-License-Identifier: BSD-2-Clause */
/* ioctl: the codes that programs use, as reads and writes of attributes. */
#include <unix/open.h>

enum { FIONBIO = 0x5421, FIONCLEX = 0x5450, FIOCLEX = 0x5451, FIOASYNC = 0x5452 };
enum direction { READS, WRITES, VALUE /* written: the argument is the number itself */ };

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
    {0x5409, ATTR_CONTROL, VALUE, 4},       /* TCSBRK */
    {0x540a, ATTR_CONTROL, VALUE, 4},       /* TCXONC */
    {0x540b, ATTR_CONTROL, VALUE, 4},       /* TCFLSH */
    {0x540e, ATTR_CONTROL, VALUE, 4},       /* TIOCSCTTY */
    {0x540f, ATTR_CONTROL, READS, 4},       /* TIOCGPGRP */
    {0x5410, ATTR_CONTROL, WRITES, 4},      /* TIOCSPGRP */
    {0x5411, ATTR_CONTROL, READS, 4},       /* TIOCOUTQ */
    {0x5413, ATTR_CONTROL, READS, 8},       /* TIOCGWINSZ */
    {0x5414, ATTR_CONTROL, WRITES, 8},      /* TIOCSWINSZ */
    {0x541b, ATTR_CONTROL, READS, 4},       /* FIONREAD */
    {0x5420, ATTR_CONTROL, WRITES, 4},      /* TIOCPKT */
    {0x5422, ATTR_CONTROL, VALUE, 4},       /* TIOCNOTTY */
    {0x5425, ATTR_CONTROL, VALUE, 4},       /* TCSBRKP */
    {0x5429, ATTR_CONTROL, READS, 4},       /* TIOCGSID */
    {0x80045430, ATTR_CONTROL, READS, 4},   /* TIOCGPTN */
    {0x40045431, ATTR_CONTROL, WRITES, 4},  /* TIOCSPTLCK */
    {0x80045439, ATTR_CONTROL, READS, 4},   /* TIOCGPTLCK */
    {0x80045438, ATTR_CONTROL, READS, 4},   /* TIOCGPKT */
};
enum { CODES = sizeof(codes) / sizeof(codes[0]), RECORD_MAX = 64 };

static int64_t set(struct uxrt_thread *t, const struct foreign_frame *frame, unsigned i)
{
    uint32_t value = (uint32_t)argument(frame, 2);
    char record[RECORD_MAX];
    int64_t result;

    if (codes[i].direction == VALUE)
        memcpy(record, &value, sizeof(value));
    else if (take(record, argument_pointer(frame, 2), codes[i].size))
        return -EFAULT;
    result = library_set(t, argument_int(frame, 0), codes[i].attribute, codes[i].code,
        record, codes[i].size);
    return result < 0 ? result : 0;
}

static int64_t get(struct uxrt_thread *t, const struct foreign_frame *frame, unsigned i)
{
    uint64_t code = codes[i].attribute == ATTR_CONTROL ? codes[i].code : 0;
    char record[RECORD_MAX];
    int64_t result = library_get(t, argument_int(frame, 0), codes[i].attribute, code,
        record, codes[i].size);

    return result < 0 ? result : give(argument_pointer(frame, 2), record, codes[i].size);
}

/* Those that are of every descriptor; 1: it is none of them. */
static int64_t of_descriptor(struct uxrt_thread *t, const struct foreign_frame *frame)
{
    int fd = argument_int(frame, 0);
    int32_t value;

    switch ((uint32_t)argument(frame, 1)) {
    case FIOCLEX:
        return descriptor_set_close_on_exec(fd, true);
    case FIONCLEX:
        return descriptor_set_close_on_exec(fd, false);
    case FIONBIO:
        return take(&value, argument_pointer(frame, 2), sizeof(value))
               ? -EFAULT : set_nonblock(t, fd, value);
    case FIOASYNC:          /* SIGIO does not come from anything */
        return take(&value, argument_pointer(frame, 2), sizeof(value));
    default:
        return 1;
    }
}

UNIX_HANDLER(ioctl)
{
    unsigned i = 0;
    int64_t result;

    if (!opened_file(argument_int(frame, 0)))
        return -EBADF;
    result = of_descriptor(t, frame);
    if (result <= 0)
        return result;
    while (i < CODES && codes[i].code != (uint32_t)argument(frame, 1))
        i++;
    if (i == CODES)
        return -ENOTTY;
    return codes[i].direction == READS ? get(t, frame, i) : set(t, frame, i);
}
