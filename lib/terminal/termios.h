/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings of terminals, as ATTR_TERMIOS reads and writes them: the record and the values
 * of Linux's kernel interface on x86-64, which programs have compiled in. The manual of
 * the names is termios(3).
 */
#pragma once

#include <stdint.h>

enum { TERMIOS_CHARACTERS = 19 };

struct terminal_settings {
    uint32_t input, output, control, local;     /* c_iflag, c_oflag, c_cflag, c_lflag */
    uint8_t discipline;
    uint8_t characters[TERMIOS_CHARACTERS];     /* c_cc */
};
_Static_assert(sizeof(struct terminal_settings) == 36, "as Linux has it");

/* Indices of characters. */
enum { VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VSWTC, VSTART, VSTOP, VSUSP, VEOL,
       VREPRINT, VDISCARD, VWERASE, VLNEXT, VEOL2 };

/* Input. */
enum { ISTRIP = 040, INLCR = 0100, IGNCR = 0200, ICRNL = 0400, IXON = 02000,
       IXANY = 04000, IMAXBEL = 020000, IUTF8 = 040000 };
/* Output. TABS is a field: all its bits stand for "expand tabs". */
enum { OPOST = 01, ONLCR = 04, OCRNL = 010, ONOCR = 020, ONLRET = 040, TABS = 014000 };
/* Control, which says nothing here: 38400 baud, 8 bits, receiver on, hang up at end. */
enum { B38400 = 017, CS8 = 060, CREAD = 0200, HUPCL = 02000 };
/* Local. */
enum { ISIG = 01, ICANON = 02, ECHO = 010, ECHOE = 020, ECHOK = 040, ECHONL = 0100,
       NOFLSH = 0200, TOSTOP = 0400, ECHOCTL = 01000, ECHOKE = 04000, IEXTEN = 0100000 };

/* Arguments of ATTR_CONTROL, and of writing ATTR_TERMIOS (0 is TCSETS, too): the numbers
 * that Linux has for ioctl. */
enum {
    TCSETS = 0x5402, TCSETSW = 0x5403, TCSETSF = 0x5404, TCSBRK = 0x5409, TCXONC = 0x540a,
    TCFLSH = 0x540b, TIOCSCTTY = 0x540e, TIOCGPGRP = 0x540f, TIOCSPGRP = 0x5410,
    TIOCOUTQ = 0x5411, TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414, FIONREAD = 0x541b,
    TIOCPKT = 0x5420, TIOCNOTTY = 0x5422, TCSBRKP = 0x5425, TIOCGSID = 0x5429,
};
#define TIOCGPTN   UINT32_C(0x80045430)     /* of the other end of a pty */
#define TIOCSPTLCK UINT32_C(0x40045431)
#define TIOCGPTLCK UINT32_C(0x80045439)
#define TIOCGPKT   UINT32_C(0x80045438)

/* Of TCXONC and TCFLSH. */
enum { TCOOFF, TCOON, TCIOFF, TCION };
enum { TCIFLUSH, TCOFLUSH, TCIOFLUSH };

/* What a pty's master is told in packet mode. */
enum { TIOCPKT_DATA = 0, TIOCPKT_FLUSHREAD = 1, TIOCPKT_FLUSHWRITE = 2, TIOCPKT_STOP = 4,
       TIOCPKT_START = 8, TIOCPKT_NOSTOP = 16, TIOCPKT_DOSTOP = 32 };

struct terminal_size {
    uint16_t rows, columns, width, height;      /* the last two in pixels, or 0 */
};
