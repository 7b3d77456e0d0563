/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console: serves /srv/console, a terminal on the first serial port. Its root is the
 * device itself. Manual: console(4).
 */
#include <program/heap.h>
#include <program/time.h>
#include <server/server.h>
#include <terminal/terminal.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>

#include "uart.h"

enum { QUEUE = 8192, CHUNK = 512 };

static struct terminal terminal;
static uint32_t foreground;             /* process group that gets signals; 0: none */

/* Output on its way: [sent, queued), counters that only grow. */
static char queue[QUEUE];
static uint32_t sent, queued;

/* Reads that wait for input, in their order. */
static struct server_request *readers;

/* Device 5, 1 as on Linux. */
static struct server_node node = {
    .number = 1, .mode = S_IFCHR | 0666, .links = 1, .references = 1,
    .device = 5 << 8 | 1};

static uint32_t queue_room(void)
{
    return QUEUE - (queued - sent);
}

/* Sends what the device takes; the rest when it has room again. */
static void send(void)
{
    while (sent != queued && !terminal.stopped && uart_has_room()) {
        for (unsigned i = 0; i < UART_FIFO && sent != queued; i++)
            uart_put(queue[sent++ % QUEUE]);
    }
    uart_want_room(sent != queued && !terminal.stopped);
}

/* What there is no room for is lost; only echo can be too much. */
static void enqueue(void *context, const char *bytes, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count && queue_room() > 0; i++)
        queue[queued++ % QUEUE] = bytes[i];
}

static void signal_foreground(void *context, int number)
{
    (void)context;
    if (foreground)
        uxrt_kill(-(int)foreground, number);
}

static const struct terminal_hooks hooks = {.echo = enqueue, .signal = signal_foreground};

/* Gives input to a request; if its bytes cannot be put, they stay. */
static int64_t give(struct server_request *request)
{
    static char line[TERMINAL_INPUT];
    size_t count = request->count < sizeof(line) ? request->count : sizeof(line);
    uint32_t head = terminal.head;
    size_t taken = terminal_read(&terminal, line, count);
    int64_t put = taken ? server_put(request, 0, line, taken) : 0;

    if (put != (int64_t)taken)
        terminal.head = head;
    request->end = taken == 0;
    return put == (int64_t)taken || put < 0 ? put : -EFAULT;
}

static void serve_readers(struct server *server)
{
    while (readers && terminal_readable(&terminal, readers->count)) {
        struct server_request *request = readers;

        readers = request->next;
        server_finish(request, give(request));
    }
    if (terminal_readable(&terminal, SIZE_MAX))
        server_changed(server, &node, UXRT_READY_READ);
}

static void cancelled(struct server_request *request)
{
    struct server_request **at = &readers;

    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
}

static int64_t park(struct server_request *request)
{
    struct server_request *kept, **at = &readers;

    if (request->file->flags & UXRT_NONBLOCK)
        return -EAGAIN;
    kept = server_park(request, cancelled);
    if (!kept)
        return -ERROR_WAIT;
    while (*at)
        at = &(*at)->next;
    kept->next = NULL;
    *at = kept;
    return SERVER_PARKED;
}

static int64_t read(struct server_request *request)
{
    if (request->count == 0)
        return 0;
    if (readers || !terminal_readable(&terminal, request->count))
        return park(request);
    return give(request);
}

/* Takes one chunk of a write; returns how much was taken. */
static int64_t write_chunk(struct server_request *request, uint64_t from)
{
    char bytes[CHUNK], device[CHUNK];
    uint64_t left = request->count - from;
    int64_t got = server_get(request, from, bytes, left < CHUNK ? left : CHUNK);
    size_t room = queue_room() < CHUNK ? queue_room() : CHUNK, used;

    if (got <= 0)
        return got;
    enqueue(NULL, device, terminal_output(&terminal, bytes, (size_t)got, device, room,
                                          &used));
    return (int64_t)used;
}

static int64_t write(struct server_request *request)
{
    uint64_t done = 0;
    int64_t part = 1;

    while (done < request->count && part > 0) {
        part = write_chunk(request, done);
        done += part > 0 ? (uint64_t)part : 0;
        if (queue_room() < CHUNK)
            send();
    }
    send();
    if (done > 0 || part < 0 || request->count == 0)
        return done > 0 ? (int64_t)done : part < 0 ? part : 0;
    return request->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
}

/* Half a queue at once, so that writers are not woken for every byte. */
static uint32_t ready(struct server_file *file)
{
    (void)file;
    return (terminal_readable(&terminal, SIZE_MAX) ? UXRT_READY_READ : 0)
           | (queue_room() >= QUEUE / 2 ? UXRT_READY_WRITE : 0);
}

static void interrupt(struct server *server)
{
    do {
        for (int byte = uart_get(); byte >= 0; byte = uart_get())
            terminal_input(&terminal, (unsigned char)byte);
        send();
    } while (!uart_rest());
    serve_readers(server);
    if (queue_room() >= QUEUE / 2)
        server_changed(server, &node, UXRT_READY_WRITE);
}

static int64_t get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    (void)request;
    uint32_t pending = (uint32_t)terminal_pending(&terminal), unsent = queued - sent;
    const struct { unsigned attribute; uint64_t argument; const void *data; size_t size; }
    records[] = {
        {ATTR_TERMIOS, 0, &terminal.settings, sizeof(terminal.settings)},
        {ATTR_CONTROL, TIOCGWINSZ, &terminal.size, sizeof(terminal.size)},
        {ATTR_CONTROL, TIOCGPGRP, &foreground, sizeof(foreground)},
        {ATTR_CONTROL, FIONREAD, &pending, sizeof(pending)},
        {ATTR_CONTROL, TIOCOUTQ, &unsent, sizeof(unsent)},
    };

    for (unsigned i = 0; i < sizeof(records) / sizeof(*records); i++) {
        if (records[i].attribute != attribute || records[i].argument != argument)
            continue;
        size = size < records[i].size ? size : records[i].size;
        memcpy(record, records[i].data, size);
        return (int64_t)size;
    }
    return -ENOTTY;
}

/* TCSETS, TCSETSW, TCSETSF: arguments 0 to 2; the last one flushes input. Output needs no
 * waiting, as it has been processed when it was written. */
static int64_t set_termios(struct server *server, uint64_t argument, const void *record,
    size_t size)
{
    struct terminal_settings settings;

    if (size != sizeof(settings) || argument > 2)
        return -EINVAL;
    memcpy(&settings, record, size);
    terminal_set(&terminal, &settings, argument == 2);
    send();
    serve_readers(server);
    return (int64_t)size;
}

/* TCFLSH: 0 input, 1 output, 2 both. */
static int64_t flush(uint32_t what)
{
    if (what > 2)
        return -EINVAL;
    if (what != 1)
        terminal_flush(&terminal);
    if (what != 0)
        sent = queued;
    return sizeof(what);
}

static int64_t set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    uint32_t word = 0;

    if (attribute == ATTR_TERMIOS)
        return set_termios(request->server, argument, record, size);
    if (attribute != ATTR_CONTROL)
        return -ENOTTY;
    if (argument == TIOCSWINSZ && size == sizeof(terminal.size)) {
        memcpy(&terminal.size, record, size);
        return (int64_t)size;
    }
    if (size != sizeof(word))
        return -EINVAL;
    memcpy(&word, record, size);
    if (argument == TCFLSH)
        return flush(word);
    if (argument != TIOCSPGRP)
        return -ENOTTY;
    foreground = word <= INT32_MAX ? word : 0;
    return (int64_t)size;
}

static const struct server_operations operations = {
    .read = read, .write = write, .ready = ready, .interrupt = interrupt,
    .get = get, .set = set};

int main(void)
{
    int error;

    program_heap();
    terminal_init(&terminal, &hooks, NULL);
    node.accessed = node.modified = node.changed = program_time();
    error = uart_begin();
    if (error == 0)
        error = server_run("console", &operations, &node);

    char line[80];

    uxrt_log(line, print(line, sizeof(line), "console: cannot begin: %d\n", error));
    return 1;
}
