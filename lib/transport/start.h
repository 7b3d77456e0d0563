/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a new program is told: the bytes that PROC_EXEC moves into its fresh space, and
 * that the process server gives to the first process. They hold struct start, the
 * connections, the files, and then strings, each with a zero at its end: the program's
 * name, the current directory ("" is "/"), where the program was found ("": not yet), the
 * arguments, the environment.
 * start_size() and start_build() make them, start_check() takes them apart: the three
 * have no other part of the library in them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define START_MAGIC     UINT64_C(0x5452415453525855)
enum { START_BYTES_MAX = 2 << 20 };

/* An open file. In the list of files: descriptor -1 is one to close. */
struct start_file {
    int32_t descriptor;
    uint32_t id;
    uint16_t flags;             /* struct file's */
    uint16_t root;
    uint8_t slot;               /* of its connection; 0: there is no file */
    uint8_t close_on_exec;
    uint8_t reserved[2];
};

struct start_connection {
    uint32_t slot, service;
};

struct start {
    uint64_t magic;
    uint32_t bytes;             /* of all */
    uint32_t connections, files, arguments, variables;
    uint32_t reserved;
    struct start_file program;  /* no file: it has to be opened by its name */
    struct start_file interpreter;  /* PT_INTERP; no file: none, if there is a program */
    struct start_file trace;    /* of records (trace.h), if there is one */
};

/* The same, taken apart. The lists and strings are in the bytes. */
struct start_view {
    const struct start *start;
    const struct start_connection *connections;
    const struct start_file *files;
    const char *name, *directory, *path;
    const char *arguments;      /* start->arguments strings, then start->variables more */
    size_t string_bytes;        /* of all from `arguments` on */
};

/* What it is made of. */
struct start_content {
    struct start_file program, interpreter, trace;
    const struct start_connection *connections;
    const struct start_file *files;
    uint32_t connection_count, file_count;
    const char *name, *directory, *path;
    const char *const *first;   /* arguments before those of argv */
    uint32_t first_count;
    char *const *argv, *const *envp;    /* until a null; each may be null itself */
};

/* Bytes that it takes; 0: more than START_BYTES_MAX. */
size_t start_size(const struct start_content *content);
/* Makes it in this zeroed memory. False: the strings have grown since. */
bool start_build(const struct start_content *content, void *memory, size_t bytes);
/* Checks it. */
bool start_check(const void *memory, size_t bytes, struct start_view *view);
