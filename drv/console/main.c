/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console: serves /srv/console, a terminal on the first serial port. Its root is the
 * device itself. Manual: console(4).
 */
#include "console.h"

#include <program/heap.h>
#include <program/time.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>

#include "uart.h"

enum { CHUNK = 512 };

struct console console;
static struct terminal *const terminal = &console.terminal;

/* Device 5, 1 as on Linux. */
static struct server_node node = {
    .number = 1, .mode = S_IFCHR | 0666, .links = 1, .references = 1,
    .device = 5 << 8 | 1};

static uint32_t queue_room(void)
{
    return QUEUE - (console.queued - console.sent);
}

/* Is there output that may go on? */
static bool sendable(void)
{
    return console.sent != console.queued && !terminal->stopped;
}

/* Sends what the device takes; the rest when it has room again. */
static void send(void)
{
    while (sendable() && uart_has_room()) {
        for (unsigned i = 0; i < UART_FIFO && sendable(); i++)
            uart_put(console.queue[console.sent++ % QUEUE]);
    }
    uart_want_room(sendable());
}

/* What there is no room for is lost; only echo can be too much. */
static void enqueue(void *context, const char *bytes, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count && queue_room() > 0; i++)
        console.queue[console.queued++ % QUEUE] = bytes[i];
}

static void signal_foreground(void *context, int number)
{
    (void)context;
    if (console.foreground)
        uxrt_kill(-(int)console.foreground, number);
}

static const struct terminal_hooks hooks = {.echo = enqueue, .signal = signal_foreground};

/* Gives input to a request; if its bytes cannot be put, they stay. */
static int64_t give(struct server_request *request)
{
    static char line[TERMINAL_INPUT];
    size_t count = request->count < sizeof(line) ? request->count : sizeof(line);
    uint32_t head = terminal->head;
    size_t taken = terminal_read(terminal, line, count);
    int64_t put = taken ? server_put(request, 0, line, taken) : 0;

    if (put != (int64_t)taken)
        terminal->head = head;
    request->end = taken == 0;
    return put == (int64_t)taken || put < 0 ? put : -EFAULT;
}

static void serve_readers(struct server *server)
{
    while (console.readers && terminal_readable(terminal, console.readers->count)) {
        struct server_request *request = console.readers;

        console.readers = request->next;
        server_finish(request, give(request));
    }
    if (terminal_readable(terminal, SIZE_MAX))
        server_changed(server, &node, UXRT_READY_READ);
}

void console_changed(struct server *server)
{
    send();
    serve_readers(server);
}

static void cancelled(struct server_request *request)
{
    struct server_request **at = &console.readers;

    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
}

static int64_t park(struct server_request *request)
{
    struct server_request *kept, **at = &console.readers;

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
    if (console.readers || !terminal_readable(terminal, request->count))
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
    room = terminal_output(terminal, bytes, (size_t)got, device, room, &used);
    enqueue(NULL, device, room);
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
    return (terminal_readable(terminal, SIZE_MAX) ? UXRT_READY_READ : 0)
           | (queue_room() >= QUEUE / 2 ? UXRT_READY_WRITE : 0);
}

static void interrupt(struct server *server)
{
    do {
        for (int byte = uart_get(); byte >= 0; byte = uart_get())
            terminal_input(terminal, (unsigned char)byte);
        send();
    } while (!uart_rest());
    serve_readers(server);
    if (queue_room() >= QUEUE / 2)
        server_changed(server, &node, UXRT_READY_WRITE);
}

static const struct server_operations operations = {
    .read = read, .write = write, .ready = ready, .interrupt = interrupt,
    .get = settings_get, .set = settings_set};

int main(void)
{
    int error;

    program_heap();
    terminal_init(terminal, &hooks, NULL);
    node.accessed = node.modified = node.changed = program_time();
    error = uart_begin();
    if (error == 0)
        error = server_run("console", &operations, &node);

    char line[80];

    uxrt_log(line, print(line, sizeof(line), "console: cannot begin: %d\n", error));
    return 1;
}
