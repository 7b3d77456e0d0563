/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text that scripts and the adapter exchange (script(4)): lines of words in which every
 * byte outside A-Z a-z 0-9 . _ / , : @ % + = - is written \0ooo. What comes from a script
 * is taken as it arrives, in pieces of any size; what cannot be right is told as a fault.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TEXT_DATA = 64 * 1024,              /* most bytes of a file's contents */
    TEXT_LINE = 5 * TEXT_DATA + 1024,   /* most bytes of a line: all of them quoted */
    TEXT_TAG = 999999999,
};

/* A row of bytes that grows. */
struct bytes {
    char *data;
    size_t used, room;
};

/* Adds bytes; false: no memory, or more than `most` in all. */
bool bytes_add(struct bytes *bytes, const void *data, size_t count, size_t most);
void bytes_free(struct bytes *bytes);

/* Adds text as it is, a number, and bytes as one quoted word. */
bool text_add(struct bytes *bytes, const char *text);
bool text_number(struct bytes *bytes, uint64_t number, unsigned base);
bool text_quote(struct bytes *bytes, const void *data, size_t count);

enum text_kind {
    TEXT_NONE,          /* nothing complete yet: all was taken */
    TEXT_HELLO,         /* words: what the script can do */
    TEXT_OK,            /* tag, words */
    TEXT_ERROR,         /* tag, error */
    TEXT_BYTES,         /* tag, data: of `text` and `raw` */
    TEXT_FAULT,         /* tag (0: unknown), why */
    TEXT_READY,         /* words: files that have something to read */
};

struct text_event {
    enum text_kind kind;
    uint32_t tag;
    int error;                  /* errno */
    char *data;                 /* words or bytes, which may be changed in place */
    size_t count;
    const char *why;
};

struct text_input {
    struct bytes line;
    uint32_t raw_tag;
    size_t raw;                 /* bytes that are still to come */
    bool in_raw, skipping;      /* what is not kept, to the end of the line or bytes */
    bool done;                  /* the line has been told and goes with the next byte */
};

/* Takes bytes up to the end of an answer; returns how many. */
size_t text_take(struct text_input *input, const char *data, size_t count,
    struct text_event *event);

/* The next word of a list, decoded in place: 1; 0: there is none; -EINVAL: badly quoted. */
int text_word(char **at, char *end, char **word, size_t *length);

/* Of a name like ENOENT; EIO for those that are not known. */
int text_error(const char *name, size_t length);
