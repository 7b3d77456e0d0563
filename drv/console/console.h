/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the console share: main.c has its data, settings.c what programs may
 * ask of a terminal beside that. */
#pragma once

#include <server/server.h>
#include <terminal/terminal.h>

enum { QUEUE = 8192 };

struct console {
    struct terminal terminal;
    uint32_t foreground;                /* process group that gets signals; 0: none */
    /* Output on its way: [sent, queued), counters that only grow. */
    uint32_t sent, queued;
    char queue[QUEUE];
    struct server_request *readers;     /* reads that wait for input, in their order */
};
extern struct console console;

/* main.c: after the settings have changed: output may go on, and input be read. */
void console_changed(struct server *server);

/* settings.c: operations of the table. */
int64_t settings_get(struct server_request *request, unsigned attribute,
    uint64_t argument, void *record, size_t size);
int64_t settings_set(struct server_request *request, unsigned attribute,
    uint64_t argument, const void *record, size_t size);
