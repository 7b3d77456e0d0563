/* SPDX-License-Identifier: BSD-2-Clause */
/* The mount table of a process, as /proc/PID/ns tells it, and names of services. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TABLE_MOUNTS = 60, TABLE_TEXT = 256 };

struct table_mount {
    uint64_t service, node;     /* node 0: the service's root */
    unsigned flags;             /* UXRT_MOUNT_ */
    char prefix[TABLE_TEXT];
    char path[TABLE_TEXT];      /* of the node in its service; "": the root, or unknown */
    char name[64];              /* of the service; "": it has none, or has ended */
};

/* Reads the table of a process ("self", or a pid): how many mounts, in the order in which
 * they are tried; or an error. */
int64_t table_read(const char *pid, struct table_mount mounts[TABLE_MOUNTS]);

/* What to mount or bind to get the same: a service's name, or a path. False: nobody can
 * tell. `text` has 400 bytes. */
bool table_source(const struct table_mount *mount, char *text);

/* Is mount n the first of its place, in the order in which they are tried? Others of the
 * place need not come right after it. */
bool table_first(const struct table_mount *mounts, int64_t n);
