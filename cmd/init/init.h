/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init: the first program. table.c does what init.conf says, service.c keeps servers and
 * other services running, child.c starts programs and waits for them, init.c puts them
 * together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 512, ENVIRONMENT_MAX = 32, SERVICES_KEPT = 32 };

/* The environment of what is run; ends with null. */
extern char *init_environment[ENVIRONMENT_MAX + 1];
/* What init.conf says to run; ends with null; null first if it says nothing. */
extern char *init_program[WORDS_MAX + 1];

/* Prints one line early on: text, then a number if it is not 0. */
void init_say(const char *what, const char *name, int number);

/* Reads a whole file into static memory that is never freed, with a NUL at its end; null
 * if there is none. */
char *init_read(const char *name, size_t *size);

/* Does the table; `text` is changed. Lines that fail are reported and skipped. */
void table_do(char *text);
/* Does again what a server that was started again may have lost: mkdir and bind lines. */
void table_again(void);

/* How often what is kept running is started again: this many times in so many seconds. */
struct respawn {
    unsigned times, seconds;
};

/* Starts a service (arguments end with null and stay) and keeps it running. With a name it
 * is a server: waits until that is in /srv. */
int service_start(const char *name, char **arguments, struct respawn respawn);
/* A child has ended; a service is started again. */
void service_ended(int pid, int status);
/* Ends them all. */
void service_stop(void);

/* Starts a program with descriptors 0 to 2, as far as they are open; returns its pid. */
int child_start(char **arguments);
/* Runs a program; ends when it has ended. `again`: it is run again if the console that
 * it was started with had been lost. Returns its code; 128 and the signal that has
 * ended it; 127: it cannot be run. */
int child_run(char **arguments, bool again);

/* Descriptors 0 to 2 are this file from now on. */
int console_open(const char *name);
/* Opens it anew if it is lost. */
void console_check(void);
/* How many times it was opened. */
unsigned console_count(void);
