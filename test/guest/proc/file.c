/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files in one call. */
#include "file.h"

#include <uxrt/transport.h>
#include <util/string.h>

static char text[16385];

const char *file_text(const char *name)
{
    int file = uxrt_open(name, UXRT_READ, 0);
    size_t length = 0;
    int64_t got = file < 0 ? file : 1;

    while (got > 0 && length < sizeof(text) - 1) {
        got = uxrt_read(file, text + length, sizeof(text) - 1 - length);
        length += got > 0 ? (size_t)got : 0;
    }
    if (file >= 0)
        (void)uxrt_close(file);
    text[length] = 0;
    return text;
}

int64_t file_number(const char *name, const char *word)
{
    const char *at = file_text(name);
    size_t length = strlen(word);
    int64_t number = 0;

    while (at && strncmp(at, word, length)) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return -1;
    for (at += length; *at == ' ' || *at == '\t' || *at == ':'; at++) {
    }
    for (; *at >= '0' && *at <= '9'; at++)
        number = number * 10 + *at - '0';
    return number;
}

int64_t file_write(const char *name, const char *data)
{
    int file = uxrt_open(name, UXRT_WRITE | UXRT_TRUNCATE, 0);
    int64_t done = file < 0 ? file : uxrt_write(file, data, strlen(data));

    if (file >= 0)
        (void)uxrt_close(file);
    return done;
}

int file_open(const char *name, unsigned flags)
{
    int file = uxrt_open(name, flags, 0);

    if (file >= 0)
        (void)uxrt_close(file);
    return file < 0 ? file : 0;
}
