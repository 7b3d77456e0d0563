/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pty pair for tests: what is typed goes to the master, what the screen gets comes from
 * it. Nothing sleeps: whoever waits, waits for text, with an alarm as the last resort.
 */
#ifndef UNIX_PTY_H
#define UNIX_PTY_H

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

struct pty {
    int master, slave;
    char name[64];
};

/* Opens a pair; the slave without becoming anybody's controlling terminal. */
static inline int pty_open(struct pty *pty)
{
    pty->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (pty->master < 0 || grantpt(pty->master) || unlockpt(pty->master)
        || ptsname_r(pty->master, pty->name, sizeof(pty->name)))
        return -1;
    pty->slave = open(pty->name, O_RDWR | O_NOCTTY);
    return pty->slave < 0 ? -1 : 0;
}

static inline void pty_close(struct pty *pty)
{
    close(pty->slave);
    close(pty->master);
}

static inline void type(const struct pty *pty, const char *keys)
{
    if (write(pty->master, keys, strlen(keys)) != (ssize_t)strlen(keys))
        abort();
}

/* Takes what the screen gets, until that ends with the text; false: it ends before. */
static inline int screen_until(const struct pty *pty, const char *text, char *screen,
    size_t size)
{
    size_t used = 0, length = strlen(text);
    char byte;

    while (used < size - 1 && read(pty->master, &byte, 1) == 1) {
        screen[used++] = byte;
        screen[used] = 0;
        if (used >= length && !memcmp(screen + used - length, text, length))
            return 1;
    }
    screen[used] = 0;
    return 0;
}

static inline int screen_is(const struct pty *pty, const char *text)
{
    char screen[4096];

    return screen_until(pty, text, screen, sizeof(screen)) && !strcmp(screen, text);
}

/* Reads once; the text is what was expected? */
static inline int reads(int file, size_t count, const char *expected)
{
    char line[4096];
    ssize_t got = read(file, line, count < sizeof(line) ? count : sizeof(line));

    return got == (ssize_t)strlen(expected) && !memcmp(line, expected, (size_t)got);
}

static inline int is_readable(int file, int milliseconds)
{
    struct pollfd poll_file = {.fd = file, .events = POLLIN};

    return poll(&poll_file, 1, milliseconds) == 1 && poll_file.revents & POLLIN;
}

#endif
