/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init: the first program. table.c does what init.conf says, child.c keeps servers running
 * and waits for programs, init.c puts them together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 64, ENVIRONMENT_MAX = 32, CHILDREN_MAX = 32 };

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

/* Starts a server (arguments end with null and stay) and waits until its service is there.
 * It is started again when it ends. */
int child_serve(const char *service, char **arguments);

/* Runs a program with the console as its descriptors 0 to 2; ends when it has ended.
 * Returns a code from 0 to 127: its own, or 127 for any other end. */
int child_run(char **arguments);
