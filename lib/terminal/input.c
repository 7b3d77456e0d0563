/* SPDX-License-Identifier: BSD-2-Clause */
/* Input of a terminal: what each key does, and reading. */
#include <util/string.h>

#include "internal.h"

enum { SIGINT = 2, SIGQUIT = 3, SIGTSTP = 20 };

static const struct terminal_settings usual = {
    .input = ICRNL | IXON | IMAXBEL | IUTF8,
    .output = OPOST | ONLCR,
    .control = B38400 | CS8 | CREAD | HUPCL,
    .local = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    .characters = {
        [VINTR] = 'C' - 0x40, [VQUIT] = '\\' - 0x40, [VERASE] = 0x7f,
        [VKILL] = 'U' - 0x40, [VEOF] = 'D' - 0x40, [VMIN] = 1,
        [VSTART] = 'Q' - 0x40, [VSTOP] = 'S' - 0x40,
        [VSUSP] = 'Z' - 0x40, [VREPRINT] = 'R' - 0x40, [VDISCARD] = 'O' - 0x40,
        [VWERASE] = 'W' - 0x40, [VLNEXT] = 'V' - 0x40,
    },
};

void terminal_init(struct terminal *t, const struct terminal_hooks *hooks, void *context)
{
    memset(t, 0, sizeof(*t));
    t->settings = usual;
    t->size = (struct terminal_size){.rows = 24, .columns = 80};
    t->hooks = hooks;
    t->context = context;
}

/* NUL as a special character means that there is none. */
static bool is_key(const struct terminal *t, unsigned index, unsigned char byte)
{
    return byte != 0 && t->settings.characters[index] == byte;
}

static bool is_end(const struct terminal *t, uint32_t index)
{
    index %= TERMINAL_INPUT;
    return t->ends[index / 8] >> index % 8 & 1;
}

static void set_end(struct terminal *t, uint32_t index, bool end)
{
    uint8_t *bits = &t->ends[index % TERMINAL_INPUT / 8];
    uint8_t bit = (uint8_t)(1 << index % 8);

    *bits = end ? *bits | bit : *bits & (uint8_t)~bit;
}

/* Puts a byte at the end, if it leaves `spare` bytes; else rings the bell. */
static bool add(struct terminal *t, unsigned char byte, bool end, uint32_t spare)
{
    if (t->tail - t->head + spare >= TERMINAL_INPUT) {
        if (t->settings.input & IMAXBEL)
            echo(t, "\a", 1);
        return false;
    }
    if (t->tail == t->ready)
        t->line_column = t->column;
    set_end(t, t->tail, end);
    t->bytes[t->tail++ % TERMINAL_INPUT] = byte;
    return true;
}

/* The line being edited is finished by this byte; NUL: by the end of file. */
static void finish_line(struct terminal *t, unsigned char byte)
{
    if (!add(t, byte, true, 0))
        return;
    if (byte != 0 && (is_local(t, ECHO) || (byte == '\n' && is_local(t, ECHONL))))
        echo_key(t, byte);
    t->ready = t->tail;
}

static void end_file(struct terminal *t)
{
    finish_line(t, 0);
}

static void take_literally(struct terminal *t)
{
    t->literal = true;
}

/* Keys with a meaning while lines are edited. */
static const struct {
    uint8_t index;
    uint32_t needs;
    void (*act)(struct terminal *t);
} keys[] = {
    {VERASE, 0, erase_character}, {VKILL, 0, erase_line}, {VEOF, 0, end_file},
    {VWERASE, IEXTEN, erase_word}, {VREPRINT, IEXTEN, show_line},
    {VLNEXT, IEXTEN, take_literally},
};

/* A byte that means itself; the last one of the ring is for the end of a line. */
static void add_plain(struct terminal *t, unsigned char byte)
{
    bool line = is_local(t, ICANON);

    if (!add(t, byte, false, line))
        return;
    if (is_local(t, ECHO))
        echo_key(t, byte);
    if (!line)
        t->ready = t->tail;
}

static void edit(struct terminal *t, unsigned char byte)
{
    for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        if (is_key(t, keys[i].index, byte)
            && (keys[i].needs == 0 || is_local(t, keys[i].needs))) {
            keys[i].act(t);
            return;
        }
    }
    if (byte == '\n' || is_key(t, VEOL, byte)
        || (is_local(t, IEXTEN) && is_key(t, VEOL2, byte)))
        finish_line(t, byte);
    else
        add_plain(t, byte);
}

static bool signal_key(struct terminal *t, unsigned char byte)
{
    int number = is_key(t, VINTR, byte) ? SIGINT
                 : is_key(t, VQUIT, byte) ? SIGQUIT
                 : is_key(t, VSUSP, byte) ? SIGTSTP : 0;

    if (number == 0 || !is_local(t, ISIG))
        return false;
    if (!is_local(t, NOFLSH)) {
        terminal_flush(t);
        t->hooks->flush(t->context);
    }
    if (is_local(t, ECHO))
        echo_key(t, byte);
    t->hooks->signal(t->context, number);
    return true;
}

static bool flow_key(struct terminal *t, unsigned char byte)
{
    bool stop = is_key(t, VSTOP, byte), start = is_key(t, VSTART, byte);

    if (!(t->settings.input & IXON))
        return false;
    if (stop || start || t->settings.input & IXANY)
        t->stopped = stop;
    return stop || start;
}

void terminal_input(struct terminal *t, unsigned char byte)
{
    uint32_t flags = t->settings.input;

    if (flags & ISTRIP)
        byte &= 0x7f;
    if (t->literal) {
        t->literal = false;
        add_plain(t, byte);
        return;
    }
    if (flow_key(t, byte) || (byte == '\r' && flags & IGNCR))
        return;
    if (byte == '\r' && flags & ICRNL)
        byte = '\n';
    else if (byte == '\n' && flags & INLCR)
        byte = '\r';
    if (signal_key(t, byte))
        return;
    if (is_local(t, ICANON))
        edit(t, byte);
    else
        add_plain(t, byte);
}

size_t terminal_pending(const struct terminal *t)
{
    return t->ready - t->head;
}

bool terminal_readable(const struct terminal *t, size_t count)
{
    const uint8_t *characters = t->settings.characters;
    size_t least = characters[VMIN] ? characters[VMIN] : characters[VTIME] != 0;

    if (is_local(t, ICANON))
        return terminal_pending(t) > 0;
    return terminal_pending(t) >= (least < count ? least : count);
}

bool terminal_ready(const struct terminal *t)
{
    const uint8_t *characters = t->settings.characters;
    size_t least = characters[VMIN] && !characters[VTIME] && !is_local(t, ICANON)
                   ? characters[VMIN] : 1;

    return terminal_pending(t) >= least;
}

size_t terminal_read(struct terminal *t, void *data, size_t count)
{
    unsigned char *bytes = data;
    size_t done = 0;

    while (done < count && t->head != t->ready) {
        bool end = is_local(t, ICANON) && is_end(t, t->head);
        unsigned char byte = t->bytes[t->head++ % TERMINAL_INPUT];

        if (!end || byte != 0)
            bytes[done++] = byte;
        if (end)
            return done;
    }
    /* An end of file behind a part of a line only ends the line. */
    if (done > 0 && t->head != t->ready && is_local(t, ICANON) && is_end(t, t->head)
        && t->bytes[t->head % TERMINAL_INPUT] == 0)
        t->head++;
    return done;
}

void terminal_flush(struct terminal *t)
{
    t->head = t->ready = t->tail;
    t->literal = false;
}

void terminal_set(struct terminal *t, const struct terminal_settings *settings,
    bool flush)
{
    t->settings = *settings;
    if (!(settings->input & IXON))
        t->stopped = false;
    if (!is_local(t, ICANON))
        t->ready = t->tail;
    if (flush)
        terminal_flush(t);
}
