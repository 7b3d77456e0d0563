/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Controlling terminals: which terminal a session has, and which of its groups is in the
 * foreground. The terminal itself is a file of some server, which asks here what its
 * callers may do (PROC_TERMINAL). A terminal is known by its server and device number.
 */
#pragma once

#include <process/process.h>

enum { TTY_NAME = 32 };

struct tty {
    const struct process *server;   /* null: this record is free */
    uint32_t device;
    uint32_t session, foreground;
    char name[TTY_NAME];            /* of a file that it is found by */
};

/* The terminal that controls the process's session, or null. */
const struct tty *tty_of(const struct process *process);
/* The process ends: if it leads a session, that loses its terminal, and the foreground
 * hears of it; if it serves terminals, their sessions lose them. */
void tty_process_ends(struct process *process);
