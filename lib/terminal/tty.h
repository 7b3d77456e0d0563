/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A terminal as a file of a server: the line discipline with a queue of output, reads that
 * wait, settings, and what belongs to job control. The server has the device, which is
 * the other end: it gives input to tty_input() and takes output from tty_output_take().
 * The process server knows which session the terminal controls (uxrt_terminal(3)).
 */
#pragma once

#include <server/server.h>
#include <terminal/terminal.h>

enum { TTY_QUEUE = 8192 };

struct tty {
    struct server_node node;            /* first: that of its file */
    struct terminal terminal;
    void (*output)(struct tty *);       /* there is output, or it may go on: send it */
    void (*taken)(struct tty *);        /* input has been read; may be null */
    const char *name;                   /* of the file in every namespace, like "/dev/x" */
    uint8_t flushed;                    /* TIOCPKT_FLUSH bits, for the device to clear */
    uint32_t foreground;                /* as far as known: who surely may read */
    uintptr_t generation;               /* counts hang-ups */
    int64_t deadline;                   /* of the first reader, by VTIME; 0: none */
    struct tty *next_timed;
    struct server *server;              /* once it has been opened */
    struct server_request *readers;     /* reads that wait for input, in their order */
    /* Output on its way: [sent, queued), counters that only grow. */
    uint32_t sent, queued;
    char queue[TTY_QUEUE];
};

static inline struct tty *tty_of(const struct server_file *file)
{
    return (struct tty *)file->node;
}

/* Usual settings. The node is the server's to fill in; its device number names the
 * terminal to the process server. */
void tty_init(struct tty *tty, const char *name, void (*output)(struct tty *));

/* --- the device ---------------------------------------- */

/* Bytes came from the keyboard; afterwards tty_serve(). */
void tty_input(struct tty *tty, const unsigned char *bytes, size_t count);
/* Answers reads that can be answered now, and tells who waits. */
void tty_serve(struct tty *tty);
/* Is there output that may go on? */
static inline bool tty_has_output(const struct tty *tty)
{
    return tty->sent != tty->queued && !tty->terminal.stopped;
}
/* Takes output; after the last, tty_room() tells writers. */
size_t tty_output_take(struct tty *tty, char *bytes, size_t count);
void tty_room(struct tty *tty);
/* The line is gone: who controls it hears of it, and files opened so far have ended. */
void tty_hang_up(struct tty *tty);
/* A new size; if it is another one, the foreground gets SIGWINCH. */
void tty_set_size(struct tty *tty, const struct terminal_size *size);

/* --- operations of the server's table, for a file that stands for the terminal ---------- */

/* The file becomes the controlling terminal of a session's leader that has none. */
void tty_open(struct server *server, struct server_file *file,
    const struct server_caller *caller);
int64_t tty_read(struct server_request *request);
int64_t tty_write(struct server_request *request);
uint32_t tty_ready(struct server_file *file);
/* settings.c; `master`: by the other end of a pty, which is in no session. */
int64_t tty_get(struct tty *tty, struct server_request *request, bool master,
    unsigned attribute, uint64_t argument, void *record, size_t size);
int64_t tty_set(struct tty *tty, struct server_request *request, bool master,
    unsigned attribute, uint64_t argument, const void *record, size_t size);
/* Operation `alarm`: time has passed for some read. */
void tty_alarm(struct server *server);

/* For settings.c: may this request's caller do it, or is it in the background? 0, -EIO,
 * -EINTR (it got the signal). */
int64_t tty_check(struct tty *tty, const struct server_request *request, int signal);
bool tty_is_hung_up(const struct server_file *file);
/* Asks the process server; the answer is in *terminal. */
int tty_ask(const struct tty *tty, unsigned what, uint64_t badge, uint64_t argument,
    struct uxrt_terminal *terminal);
