/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial: serves /srv/serial, the second serial port as a plain stream of bytes, like a
 * pipe. In the input, byte 16 (DLE) stands before a byte 16 that is meant, before byte 2
 * (STX) for the beginning, as the device may lose what came before it was prepared, and
 * before byte 4 (EOT) for the end. Manual: serial(4).
 */
#include <program/heap.h>
#include <program/time.h>
#include <server/server.h>
#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/print.h>

#include "../console/uart.h"

enum { STX = 2, EOT = 4, DLE = 16, RING = 65536 };

static struct server_node node = {
    .number = 1, .mode = S_IFIFO | 0666, .links = 1, .references = 1};

/* Input: [head, tail), counters that only grow. */
static char ring[RING];
static uint32_t head, tail;
static bool begun, escaped, ended;

/* A write that waits for the device, and how many of its bytes have been sent. */
static struct server_request *writer;
static uint64_t sent;

static void take(unsigned char byte)
{
    if (!escaped && byte == DLE) {
        escaped = true;
        return;
    }
    begun = begun || (escaped && byte == STX);
    ended = ended || (escaped && byte == EOT);
    if (begun && !(escaped && (byte == STX || byte == EOT)))
        ring[tail++ % RING] = (char)byte;
    escaped = false;
}

/* Bytes that there is no room for stay in the device. */
static void take_all(void)
{
    while (tail - head < RING) {
        int byte = uart_get();

        if (byte < 0)
            break;
        take((unsigned char)byte);
    }
    uart_want_input(tail - head < RING);
}

/* Sends what the device takes: the write's result, or -EAGAIN: it takes no more now. */
static int64_t send(struct server_request *request)
{
    char bytes[UART_FIFO];

    while (sent < request->count) {
        uint64_t left = request->count - sent;
        int64_t got = uart_has_room() ? server_get(request, sent, bytes,
                                            left < UART_FIFO ? left : UART_FIFO) : -EAGAIN;

        if (got <= 0)
            return got == -EAGAIN || !sent ? got : (int64_t)sent;
        for (int64_t i = 0; i < got; i++)
            uart_put(bytes[i]);
        sent += (uint64_t)got;
    }
    return (int64_t)sent;
}

static int64_t read(struct server_request *request)
{
    uint32_t used, count, part;
    int64_t put;

    take_all();
    used = tail - head;
    count = request->count < used ? request->count : used;
    if (count == 0 && request->count > 0 && !ended)
        return request->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
    part = RING - head % RING;
    put = server_put(request, 0, ring + head % RING, count < part ? count : part);
    request->end = count == 0;
    head += put > 0 ? (uint32_t)put : 0;
    take_all();
    return put;
}

static void cancelled(struct server_request *request)
{
    (void)request;
    writer = NULL;
    uart_want_room(false);
}

static int64_t write(struct server_request *request)
{
    int64_t result;

    if (writer)
        return request->file->flags & UXRT_NONBLOCK ? -EAGAIN : -ERROR_WAIT;
    sent = 0;
    result = send(request);
    if (result != -EAGAIN)
        return result;
    writer = server_park(request, cancelled);
    uart_want_room(writer != NULL);
    if (!writer)
        return sent ? (int64_t)sent : -ERROR_WAIT;
    writer->done = (int64_t)sent;
    return SERVER_PARKED;
}

static uint32_t ready(struct server_file *file)
{
    (void)file;
    return (head != tail || ended ? UXRT_READY_READ : 0)
           | (!writer ? UXRT_READY_WRITE : 0);
}

static void finish_writer(void)
{
    struct server_request *request = writer;
    int64_t result = request ? send(request) : -EAGAIN;

    if (request)
        request->done = (int64_t)sent;
    if (result == -EAGAIN)
        return;
    writer = NULL;
    uart_want_room(false);
    server_finish(request, result);
}

static void interrupt(struct server *server)
{
    do {
        take_all();
        finish_writer();
    } while (!uart_rest());
    if (head != tail || ended)
        server_changed(server, &node, UXRT_READY_READ);
    if (!writer)
        server_changed(server, &node, UXRT_READY_WRITE);
}

static const struct server_operations operations = {
    .read = read, .write = write, .ready = ready, .interrupt = interrupt};

int main(void)
{
    char line[80];
    int error;

    program_heap();
    node.accessed = node.modified = node.changed = program_time();
    error = uart_begin(&uart_second);
    if (error == 0)
        error = server_run("serial", &operations, &node);
    uxrt_log(line, print(line, sizeof(line), "serial: cannot begin: %d\n", error));
    return 1;
}
