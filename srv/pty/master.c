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

static void output(struct tty *tty)
{
    struct pty *pty = (struct pty *)tty;

    if (tty->server && tty_has_output(tty))
        server_changed(tty->server, &pty->master, UXRT_READY_READ);
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

/* After the last output of the last slave: the end, as an error. */
int64_t master_read(struct server_request *request)
{
    struct pty *pty = pty_of_master(request->file);
    char bytes[CHUNK];
    size_t room = request->count < CHUNK ? request->count : CHUNK;
    uint32_t sent = pty->tty.sent;
    size_t count = tty_output_take(&pty->tty, bytes, room);
    int64_t put;

    if (count == 0 && request->count > 0)
        return pty->left ? -EIO
               : request->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
    put = server_put(request, 0, bytes, count);
    if (put < (int64_t)count)
        pty->tty.sent = sent + (put > 0 ? (uint32_t)put : 0);
    tty_room(&pty->tty);
    return put;
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

    return (tty_has_output(&pty->tty) || pty->left ? UXRT_READY_READ : 0)
           | (has_room(pty) ? UXRT_READY_WRITE : 0) | (pty->left ? UXRT_READY_HANGUP : 0);
}

int64_t master_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    struct pty *pty = pty_of_master(request->file);
    uint32_t word = argument == TIOCGPTN ? pty->index
        : argument == TIOCGPTLCK ? pty->locked : pty->tty.queued - pty->tty.sent;

    if (attribute != ATTR_CONTROL
        || (argument != TIOCGPTN && argument != TIOCGPTLCK && argument != FIONREAD))
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

    if (attribute != ATTR_CONTROL || argument != TIOCSPTLCK)
        return tty_set(&pty->tty, request, true, attribute, argument, record, size);
    if (size != sizeof(word))
        return -EINVAL;
    memcpy(&word, record, sizeof(word));
    pty->locked = word != 0;
    return sizeof(word);
}
