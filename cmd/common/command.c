/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands have in common; see command.h. */
#include "command.h"

#include <stdarg.h>

#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

enum { LINE = 1024 };

static const char *own_name = "";

void command_begin(const char *name)
{
    const char *slash = strrchr(name, '/');

    own_name = slash ? slash + 1 : name;
}

static void put(int file, const char *text, size_t length)
{
    int64_t done = 1;

    for (size_t at = 0; at < length && done > 0; at += done > 0 ? (size_t)done : 0)
        done = uxrt_write(file, text + at, length - at);
}

void command_print(const char *format, ...)
{
    char line[LINE];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = print_list(line, sizeof(line), format, arguments);
    va_end(arguments);
    put(1, line, length < sizeof(line) ? length : sizeof(line) - 1);
}

static const char *text_of(int64_t error)
{
    static const struct {
        int number;
        const char *text;
    } texts[] = {
        {EPERM, "not permitted"}, {ENOENT, "no such file or directory"},
        {ESRCH, "no such process"}, {EIO, "input/output error"},
        {ENOMEM, "no memory"}, {EACCES, "permission denied"}, {EBUSY, "in use"},
        {EEXIST, "is there already"}, {EXDEV, "on another service"},
        {ENODEV, "no such device"}, {ENOTDIR, "not a directory"},
        {EISDIR, "a directory"}, {EINVAL, "invalid"}, {ENOSPC, "no room"},
        {EROFS, "read-only"}, {ENOEXEC, "not a program"}, {ECHILD, "it has ended"},
        {ENAMETOOLONG, "name too long"},
    };

    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].number == -error)
            return texts[i].text;
    }
    return "error";
}

int command_fail(const char *what, int64_t error)
{
    char line[LINE];
    size_t length = print(line, sizeof(line), "%s: %s: %s (%d)\n", own_name, what,
        text_of(error), (int)-error);

    put(2, line, length < sizeof(line) ? length : sizeof(line) - 1);
    return 1;
}

int command_usage(const char *text)
{
    char line[LINE];
    size_t length = print(line, sizeof(line), "usage: %s %s\n", own_name, text);

    put(2, line, length < sizeof(line) ? length : sizeof(line) - 1);
    return 2;
}

char command_option(char **argv, const char *accepted, int *next, char **value)
{
    static const char *letters = "";    /* what is left of an argument */
    const char *found;
    char letter;

    if (!*letters) {
        const char *argument = argv[*next];

        if (!argument || argument[0] != '-' || !argument[1])
            return 0;
        (*next)++;
        if (!strcmp(argument, "--"))
            return 0;
        letters = argument + 1;
    }
    letter = *letters++;
    found = letter == ':' ? NULL : strchr(accepted, letter);
    if (!found || found[1] != ':')
        return found ? letter : '?';
    *value = *letters ? (char *)letters : argv[*next];
    if (!*letters && *value)
        (*next)++;
    letters = "";
    return *value ? letter : '?';
}

int64_t command_read(const char *name, char *text, size_t size)
{
    int file = uxrt_open(name, UXRT_READ, 0);
    int64_t length = 0, got = file < 0 ? file : 1;

    while (got > 0 && (size_t)length < size - 1) {
        got = uxrt_read(file, text + length, size - 1 - (size_t)length);
        length += got > 0 ? got : 0;
    }
    if (file >= 0)
        (void)uxrt_close(file);
    text[length] = 0;
    return got < 0 ? got : length;
}

bool command_number(const char **text, uint64_t *number)
{
    const char *start = *text;

    *number = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        *number = *number * 10 + (uint64_t)(**text - '0');
    if (*text == start)
        return false;
    while (**text == ' ' || **text == '\t' || **text == '\n')
        (*text)++;
    return true;
}

static bool is_octal(const char *digits)
{
    return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' && digits[1] <= '7'
           && digits[2] >= '0' && digits[2] <= '7';
}

bool command_word(const char **text, char *word, size_t size)
{
    const char *at = *text;
    size_t length = 0;

    while (*at == ' ')
        at++;
    *text = at;
    while (*at && *at != ' ' && *at != '\n') {
        char byte = *at++;

        if (byte == '\\' && is_octal(at)) {
            byte = (char)((at[0] - '0') << 6 | (at[1] - '0') << 3 | (at[2] - '0'));
            at += 3;
        }
        if (length < size - 1)
            word[length++] = byte;
    }
    word[length] = 0;
    if (at == *text)
        return false;
    *text = at;
    return true;
}
