/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pseudo terminals. The slave is a terminal like others (lib/terminal), whose device is a
 * program: the one that holds the master. main.c has the directory, master.c the master.
 */
#pragma once

#include <terminal/tty.h>

enum { PTYS_MAX = 256, PTMX_NUMBER = 2, SLAVE_FIRST = 16, PTMX_MINOR = 2,
       MASTER_MAJOR = 5, SLAVE_MAJOR = 136, TTY_GROUP = 5 };

struct pty {
    struct tty tty;             /* first: the slave */
    struct server_node master;
    unsigned index;
    bool locked;                /* the slave cannot be opened yet */
    bool closed;                /* the master has gone */
    bool packet;                /* packet mode: reads of the master begin with a byte */
    bool told_stopped, told_keys;   /* what it was told last in that mode */
    bool left;                  /* the slave was open, and is not any more */
    uint32_t slaves;            /* open files of it that are not hung up */
    char name[24];
};

struct pty *pty_of_master(const struct server_file *file);
void master_begin(struct pty *pty);
/* The slave is hung up. */
void master_close(struct pty *pty);
int64_t master_read(struct server_request *request);
int64_t master_write(struct server_request *request);
uint32_t master_ready(struct server_file *file);
int64_t master_get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size);
int64_t master_set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size);
