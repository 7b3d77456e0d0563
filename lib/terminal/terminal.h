/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline of a terminal: what comes from the keyboard becomes lines to read,
 * is echoed, edited and turned into signals; what programs write gets its carriage
 * returns. The device is behind two hooks. Nothing here waits or allocates: reading tells
 * that there is nothing yet, and what is too much is dropped with a bell.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <terminal/termios.h>

enum { TERMINAL_INPUT = 4096 };     /* bytes that wait to be read; a line is shorter */

struct terminal_hooks {
    /* Echo: the device takes it all, or drops what it has no room for. */
    void (*echo)(void *context, const char *bytes, size_t count);
    /* A key that means SIGINT, SIGQUIT or SIGTSTP, by number; for the foreground. */
    void (*signal)(void *context, int number);
    /* Before that: output that is still on its way is not wanted any more. */
    void (*flush)(void *context);
};

struct terminal {
    struct terminal_settings settings;
    struct terminal_size size;
    const struct terminal_hooks *hooks;
    void *context;
    /* A ring: [head, ready) can be read, [ready, tail) is the line being edited. Counters
     * that only grow; an index is the counter modulo TERMINAL_INPUT. */
    unsigned char bytes[TERMINAL_INPUT];
    uint8_t ends[TERMINAL_INPUT / 8];   /* a bit: the byte ends a line; if NUL, it is the
                                           end of file instead */
    uint32_t head, ready, tail;
    uint32_t column;            /* of the cursor */
    uint32_t line_column;       /* of the cursor where the line being edited began */
    bool literal;               /* the next key is not special */
    bool stopped;               /* by VSTOP: the device keeps its output back */
};

/* Usual settings: lines, echo, signals. */
void terminal_init(struct terminal *terminal, const struct terminal_hooks *hooks,
    void *context);

/* A byte came from the keyboard. */
void terminal_input(struct terminal *terminal, unsigned char byte);

/* Is there something to read by a program that asks for `count` bytes: a line, or without
 * lines as many bytes as VMIN or `count` says? With VMIN 0 a read never waits, unless for
 * VTIME: who reads has the clock. */
bool terminal_readable(const struct terminal *terminal, size_t count);
/* The same for who only asks. */
bool terminal_ready(const struct terminal *terminal);
/* Bytes that can be read, of all lines. */
size_t terminal_pending(const struct terminal *terminal);
/* Takes at most one line. Only if terminal_readable(); 0 is an end of file. */
size_t terminal_read(struct terminal *terminal, void *data, size_t count);

/*
 * Turns bytes that a program writes into those for the device: at most `room`, which is
 * at least 8. Returns how many that are; *used is how many bytes were taken.
 */
size_t terminal_output(struct terminal *terminal, const char *data, size_t count,
    char *device, size_t room, size_t *used);

/* Changes the settings; `flush` forgets input not yet read. */
void terminal_set(struct terminal *terminal, const struct terminal_settings *settings,
    bool flush);
void terminal_flush(struct terminal *terminal);
