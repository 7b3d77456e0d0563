/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console: serves /srv/console, a terminal on the first serial port. Its root is the
 * device itself. Manual: console(4).
 */
#include <program/heap.h>
#include <program/time.h>
#include <terminal/tty.h>
#include <util/mode.h>
#include <util/print.h>

#include "uart.h"

/* Device 5, 1 as on Linux. */
static struct tty console = {
    .node = {.number = 1, .mode = S_IFCHR | 0666, .links = 1, .references = 1,
             .device = 5 << 8 | 1},
};

/* Sends what the device takes; the rest when it has room again. */
static void send(struct tty *tty)
{
    char bytes[UART_FIFO];

    while (tty_has_output(tty) && uart_has_room()) {
        size_t count = tty_output_take(tty, bytes, sizeof(bytes));

        for (size_t i = 0; i < count; i++)
            uart_put(bytes[i]);
    }
    uart_want_room(tty_has_output(tty));
}

static void interrupt(struct server *server)
{
    (void)server;
    do {
        for (int byte = uart_get(); byte >= 0; byte = uart_get()) {
            unsigned char key = (unsigned char)byte;

            tty_input(&console, &key, 1);
        }
        send(&console);
    } while (!uart_rest());
    tty_serve(&console);
    tty_room(&console);
}

static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    tty_open(server, file, caller);
    return 0;
}

static int64_t get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    return tty_get(&console, request, false, attribute, argument, record, size);
}

static int64_t set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    return tty_set(&console, request, false, attribute, argument, record, size);
}

static const struct server_operations operations = {
    .open = open, .read = tty_read, .write = tty_write, .ready = tty_ready,
    .get = get, .set = set, .interrupt = interrupt, .alarm = tty_alarm};

int main(void)
{
    struct server_node *node = &console.node;
    int error;

    program_heap();
    tty_init(&console, "/dev/console", send);
    node->accessed = node->modified = node->changed = program_time();
    error = uart_begin(&uart_first);
    if (error == 0)
        error = server_run("console", &operations, node);

    char line[80];

    uxrt_log(line, print(line, sizeof(line), "console: cannot begin: %d\n", error));
    return 1;
}
