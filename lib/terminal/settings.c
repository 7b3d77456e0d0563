/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings of a terminal: records to read and to write, in tables. Who is in the
 * background of its own terminal may look, but not change (SIGTTOU).
 */
#include <terminal/tty.h>

#include <transport/protocol.h>
#include <util/errno.h>
#include <util/string.h>

enum { SIGTTOU = 22 };

/* What is asked or set, and by whom: badge 0 stands for the other end of a pty. */
struct setting {
    struct tty *tty;
    const struct server_request *request;
    uint64_t badge;
    void *record;
    struct uxrt_terminal terminal;
};

static int64_t put(struct setting *s, const void *data, size_t size)
{
    memcpy(s->record, data, size);
    return (int64_t)size;
}

static uint32_t word(const struct setting *s)
{
    uint32_t value;

    memcpy(&value, s->record, sizeof(value));
    return value;
}

static int64_t put_word(struct setting *s, uint32_t value)
{
    return put(s, &value, sizeof(value));
}

/* --- to read ---------------------------------------- */

static int64_t get_termios(struct setting *s)
{
    return put(s, &s->tty->terminal.settings, sizeof(struct terminal_settings));
}

static int64_t get_size(struct setting *s)
{
    return put(s, &s->tty->terminal.size, sizeof(struct terminal_size));
}

static int64_t get_input(struct setting *s)
{
    return put_word(s, (uint32_t)terminal_pending(&s->tty->terminal));
}

static int64_t get_output(struct setting *s)
{
    return put_word(s, s->tty->queued - s->tty->sent);
}

static int64_t get_group(struct setting *s)
{
    int error = tty_ask(s->tty, UXRT_TERMINAL_TELL, s->badge, 0, &s->terminal);

    return error && s->badge ? error : put_word(s, s->terminal.foreground);
}

static int64_t get_session(struct setting *s)
{
    int error = tty_ask(s->tty, UXRT_TERMINAL_TELL, s->badge, 0, &s->terminal);

    return error ? error : put_word(s, s->terminal.session);
}

static const struct {
    unsigned attribute;
    uint64_t argument;
    size_t size;
    int64_t (*get)(struct setting *s);
} getters[] = {
    {ATTR_TERMIOS, 0, sizeof(struct terminal_settings), get_termios},
    {ATTR_CONTROL, TIOCGWINSZ, sizeof(struct terminal_size), get_size},
    {ATTR_CONTROL, TIOCGPGRP, 4, get_group}, {ATTR_CONTROL, TIOCGSID, 4, get_session},
    {ATTR_CONTROL, FIONREAD, 4, get_input}, {ATTR_CONTROL, TIOCOUTQ, 4, get_output},
};

int64_t tty_get(struct tty *tty, struct server_request *request, bool master,
    unsigned attribute, uint64_t argument, void *record, size_t size)
{
    struct setting setting = {
        .tty = tty, .request = request, .record = record,
        .badge = master ? 0 : request->request.badge,
    };

    if (!master && tty_is_hung_up(request->file))
        return -EIO;
    for (unsigned i = 0; i < sizeof(getters) / sizeof(*getters); i++) {
        if (getters[i].attribute == attribute && getters[i].argument == argument)
            return size < getters[i].size ? -EINVAL : getters[i].get(&setting);
    }
    return -ENOTTY;
}

/* --- to write ---------------------------------------- */

static int64_t set_termios(struct setting *s, bool flush)
{
    struct terminal_settings settings;

    memcpy(&settings, s->record, sizeof(settings));
    terminal_set(&s->tty->terminal, &settings, flush);
    s->tty->flushed |= flush ? TIOCPKT_FLUSHREAD : 0;
    return 0;
}

/* Now, and after output: that has been processed when it was written. */
static int64_t set_now(struct setting *s)
{
    return set_termios(s, false);
}

static int64_t set_flush(struct setting *s)
{
    return set_termios(s, true);
}

static int64_t set_size(struct setting *s)
{
    struct terminal_size size;

    memcpy(&size, s->record, sizeof(size));
    tty_set_size(s->tty, &size);
    return 0;
}

static int64_t set_group(struct setting *s)
{
    int error = tty_ask(s->tty, UXRT_TERMINAL_FRONT, s->badge, word(s), &s->terminal);

    if (!error)
        s->tty->foreground = s->terminal.foreground;
    return error;
}

static int64_t flush(struct setting *s)
{
    uint32_t what = word(s);

    if (what > TCIOFLUSH)
        return -EINVAL;
    if (what != TCOFLUSH) {
        terminal_flush(&s->tty->terminal);
        s->tty->flushed |= TIOCPKT_FLUSHREAD;
    }
    if (what != TCIFLUSH) {
        s->tty->sent = s->tty->queued;
        s->tty->flushed |= TIOCPKT_FLUSHWRITE;
    }
    return 0;
}

/* Stops output, lets it go on, or sends the key that does so at the other end. */
static int64_t control_flow(struct setting *s)
{
    struct terminal *t = &s->tty->terminal;
    uint32_t what = word(s);
    char key;

    if (what > TCION)
        return -EINVAL;
    if (what == TCOOFF || what == TCOON) {
        t->stopped = what == TCOOFF;
        return 0;
    }
    key = (char)t->settings.characters[what == TCIOFF ? VSTOP : VSTART];
    t->hooks->echo(t->context, &key, key != 0);
    return 0;
}

static int64_t take_control(struct setting *s)
{
    int error = tty_ask(s->tty, UXRT_TERMINAL_ATTACH, s->badge, word(s), &s->terminal);

    if (!error)
        s->tty->foreground = s->terminal.foreground;
    return error;
}

static int64_t give_up_control(struct setting *s)
{
    return tty_ask(s->tty, UXRT_TERMINAL_DETACH, s->badge, 0, &s->terminal);
}

/* A break means nothing here, and there is nothing to wait for: tcdrain, tcsendbreak. */
static int64_t send_break(struct setting *s)
{
    (void)s;
    return 0;
}

static const struct {
    unsigned attribute;
    uint64_t argument;
    size_t size;
    bool anyone;                /* also from the background */
    int64_t (*set)(struct setting *s);
} setters[] = {
    {ATTR_TERMIOS, 0, sizeof(struct terminal_settings), false, set_now},
    {ATTR_TERMIOS, TCSETS, sizeof(struct terminal_settings), false, set_now},
    {ATTR_TERMIOS, TCSETSW, sizeof(struct terminal_settings), false, set_now},
    {ATTR_TERMIOS, TCSETSF, sizeof(struct terminal_settings), false, set_flush},
    {ATTR_CONTROL, TIOCSWINSZ, sizeof(struct terminal_size), true, set_size},
    {ATTR_CONTROL, TIOCSPGRP, 4, false, set_group},
    {ATTR_CONTROL, TCFLSH, 4, false, flush}, {ATTR_CONTROL, TCXONC, 4, false, control_flow},
    {ATTR_CONTROL, TCSBRK, 4, false, send_break},
    {ATTR_CONTROL, TCSBRKP, 4, false, send_break},
    {ATTR_CONTROL, TIOCSCTTY, 4, true, take_control},
    {ATTR_CONTROL, TIOCNOTTY, 4, true, give_up_control},
};
enum { SETTERS = sizeof(setters) / sizeof(*setters) };

int64_t tty_set(struct tty *tty, struct server_request *request, bool master,
    unsigned attribute, uint64_t argument, const void *record, size_t size)
{
    struct setting setting = {
        .tty = tty, .request = request, .record = (void *)(uintptr_t)record,
        .badge = master ? 0 : request->request.badge,
    };
    int64_t error = 0;
    unsigned i = 0;

    while (i < SETTERS
           && (setters[i].attribute != attribute || setters[i].argument != argument))
        i++;
    if (i == SETTERS)
        return -ENOTTY;
    if (!master && tty_is_hung_up(request->file))
        return -EIO;
    if (size != setters[i].size)
        return -EINVAL;
    if (!master && !setters[i].anyone)
        error = tty_check(tty, request, SIGTTOU);
    if (!error)
        error = setters[i].set(&setting);
    tty->output(tty);
    tty_serve(tty);
    return error ? error : (int64_t)size;
}
