/* SPDX-License-Identifier: BSD-2-Clause */
/* The master: what it reads is the terminal's output, what it writes is typed. */
#include "pty.h"

#include <transport/protocol.h>
#include <util/errno.h>
#include <util/list.h>
#include <util/string.h>

enum { CHUNK = 1024 };          /* a message's bytes are taken in one piece */

struct pty *pty_of_master(const struct server_file *file)
{
    return list_entry(file->node, struct pty, master);
}

/* Do the usual keys stop the output and let it go on? */
static bool has_flow_keys(const struct pty *pty)
{
    const struct terminal_settings *settings = &pty->tty.terminal.settings;

    return settings->input & IXON && settings->characters[VSTOP] == 'S' - 0x40
           && settings->characters[VSTART] == 'Q' - 0x40;
}

/* What has happened at the terminal that the master was not told; without packet mode 0. */
static uint8_t news(const struct pty *pty)
{
    bool stopped = pty->tty.terminal.stopped, keys = has_flow_keys(pty);
    uint8_t bits = pty->tty.flushed;

    if (stopped != pty->told_stopped)
        bits |= stopped ? TIOCPKT_STOP : TIOCPKT_START;
    if (keys != pty->told_keys)
        bits |= keys ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP;
    return pty->packet ? bits : 0;
}

static void told(struct pty *pty)
{
    pty->tty.flushed = 0;
    pty->told_stopped = pty->tty.terminal.stopped;
    pty->told_keys = has_flow_keys(pty);
}

static void output(struct tty *tty)
{
    struct pty *pty = (struct pty *)tty;
    uint8_t priority = news(pty) ? UXRT_READY_PRIORITY : 0;

    if (tty->server && (priority || tty_has_output(tty)))
        server_changed(tty->server, &pty->master, UXRT_READY_READ | priority);
}

/* Can bytes be typed? What is no line yet has to be, lest nobody could end it. */
static bool has_room(const struct pty *pty)
{
    const struct terminal *t = &pty->tty.terminal;

    return terminal_pending(t) == 0 || t->tail - t->head < TERMINAL_INPUT - CHUNK;
}

static void taken(struct tty *tty)
{
    struct pty *pty = (struct pty *)tty;

    if (has_room(pty))
        server_changed(tty->server, &pty->master, UXRT_READY_WRITE);
}

void master_begin(struct pty *pty)
{
    tty_init(&pty->tty, pty->name, output);
    pty->tty.taken = taken;
    pty->tty.terminal.size = (struct terminal_size){0};
}

void master_close(struct pty *pty)
{
    pty->closed = true;
    pty->slaves = 0;
    pty->tty.node.links = 0;
    tty_hang_up(&pty->tty);
}

static int64_t read_news(struct pty *pty, struct server_request *request)
{
    uint8_t byte = news(pty);
    int64_t put = server_put(request, 0, &byte, 1);

    if (put == 1)
        told(pty);
    return put;
}

/* Output, in packet mode behind a byte that says so. */
static int64_t read_output(struct pty *pty, struct server_request *request)
{
    char bytes[CHUNK] = {TIOCPKT_DATA};
    size_t head = pty->packet, room = request->count < CHUNK ? request->count : CHUNK;
    uint32_t sent = pty->tty.sent;
    size_t count = tty_output_take(&pty->tty, bytes + head, room - head);
    int64_t put = server_put(request, 0, bytes, head + count);

    if (put < (int64_t)(head + count))
        pty->tty.sent = sent + (put > (int64_t)head ? (uint32_t)put - (uint32_t)head : 0);
    tty_room(&pty->tty);
    return put;
}

/* After the last output of the last slave: the end, as an error. */
int64_t master_read(struct server_request *request)
{
    struct pty *pty = pty_of_master(request->file);

    if (request->count == 0)
        return 0;
    if (news(pty))
        return read_news(pty, request);
    if (tty_has_output(&pty->tty))
        return read_output(pty, request);
    return pty->left ? -EIO
           : request->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
}

int64_t master_write(struct server_request *request)
{
    struct pty *pty = pty_of_master(request->file);
    unsigned char bytes[CHUNK];
    size_t count = request->count < CHUNK ? request->count : CHUNK;
    int64_t got;

    if (count == 0)
        return 0;
    if (!has_room(pty))
        return request->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
    got = server_get(request, 0, bytes, count);
    if (got <= 0)
        return got;
    tty_input(&pty->tty, bytes, (size_t)got);
    output(&pty->tty);
    tty_serve(&pty->tty);
    return got;
}

uint32_t master_ready(struct server_file *file)
{
    const struct pty *pty = pty_of_master(file);

    return (news(pty) ? UXRT_READY_READ | UXRT_READY_PRIORITY : 0)
           | (tty_has_output(&pty->tty) || pty->left ? UXRT_READY_READ : 0)
           | (has_room(pty) ? UXRT_READY_WRITE : 0) | (pty->left ? UXRT_READY_HANGUP : 0);
}

int64_t master_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    struct pty *pty = pty_of_master(request->file);
    uint32_t word = argument == TIOCGPTN ? pty->index
        : argument == TIOCGPTLCK ? pty->locked
        : argument == TIOCGPKT ? pty->packet : pty->tty.queued - pty->tty.sent;

    if (attribute != ATTR_CONTROL
        || (argument != TIOCGPTN && argument != TIOCGPTLCK && argument != TIOCGPKT
            && argument != FIONREAD))
        return tty_get(&pty->tty, request, true, attribute, argument, record, size);
    if (size < sizeof(word))
        return -EINVAL;
    memcpy(record, &word, sizeof(word));
    return sizeof(word);
}

int64_t master_set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    struct pty *pty = pty_of_master(request->file);
    uint32_t word;

    if (attribute != ATTR_CONTROL || (argument != TIOCSPTLCK && argument != TIOCPKT))
        return tty_set(&pty->tty, request, true, attribute, argument, record, size);
    if (size != sizeof(word))
        return -EINVAL;
    memcpy(&word, record, sizeof(word));
    if (argument == TIOCSPTLCK) {
        pty->locked = word != 0;
    } else if (pty->packet != (word != 0)) {
        pty->packet = word != 0;
        told(pty);
    }
    return sizeof(word);
}
