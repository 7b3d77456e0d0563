/* SPDX-License-Identifier: BSD-2-Clause */
/* init.conf: lines of words, of which the first names what to do. */
#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/string.h>

#include "init.h"

char *init_environment[ENVIRONMENT_MAX + 1];
char *init_program[WORDS_MAX + 1];

static int flags_of(char **words, unsigned count)
{
    if (count < 4)
        return UXRT_MOUNT_REPLACE;
    if (!strcmp(words[3], "before"))
        return UXRT_MOUNT_BEFORE;
    return strcmp(words[3], "after") ? -EINVAL : UXRT_MOUNT_AFTER;
}

static int do_serve(char **words, unsigned count)
{
    static char *arguments[256];
    static unsigned used;
    char **own = arguments + used;

    if (used + count > sizeof(arguments) / sizeof(*arguments))
        return -ENOMEM;
    for (unsigned i = 2; i < count; i++)
        arguments[used++] = words[i];
    arguments[used++] = NULL;
    return child_serve(words[1], own);
}

static int do_mount(char **words, unsigned count)
{
    int flags = flags_of(words, count);

    return flags < 0 ? flags : uxrt_mount(words[1], words[2], (unsigned)flags);
}

static int do_bind(char **words, unsigned count)
{
    int flags = flags_of(words, count);

    return flags < 0 ? flags : uxrt_bind(words[1], words[2], (unsigned)flags);
}

static int do_mkdir(char **words, unsigned count)
{
    int error = uxrt_mkdir(words[1], 0755);

    (void)count;
    return error == -EEXIST ? 0 : error;
}

static int do_set(char **words, unsigned count)
{
    unsigned i = 0;

    (void)count;
    while (init_environment[i])
        i++;
    if (i == ENVIRONMENT_MAX)
        return -ENOMEM;
    init_environment[i] = words[1];
    return 0;
}

static int do_console(char **words, unsigned count)
{
    int file = uxrt_open(words[1], UXRT_READ | UXRT_WRITE | UXRT_NO_TERMINAL, 0);

    (void)count;
    if (file < 0)
        return file;
    for (int i = 0; i < 3; i++) {
        if (file != i)
            (void)uxrt_dup_to(file, i);
    }
    if (file > 2)
        (void)uxrt_close(file);
    return 0;
}

static int do_run(char **words, unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        init_program[i - 1] = words[i];
    init_program[count - 1] = NULL;
    return 0;
}

static const struct action {
    const char *name;
    unsigned words;         /* at least, with the name */
    int (*act)(char **words, unsigned count);
} actions[] = {
    {"serve", 3, do_serve}, {"mount", 3, do_mount}, {"bind", 3, do_bind},
    {"mkdir", 2, do_mkdir}, {"set", 2, do_set}, {"console", 2, do_console},
    {"run", 2, do_run},
};

static int act(char **words, unsigned count)
{
    for (unsigned i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
        if (!strcmp(words[0], actions[i].name))
            return count < actions[i].words ? -EINVAL : actions[i].act(words, count);
    }
    return -EINVAL;
}

/* Splits a line at blanks, in place. */
static unsigned split(char *line, char **words)
{
    unsigned count = 0;

    while (count < WORDS_MAX) {
        while (*line == ' ' || *line == '\t')
            *line++ = 0;
        if (!*line)
            break;
        words[count++] = line;
        while (*line && *line != ' ' && *line != '\t')
            line++;
    }
    return count;
}

void table_do(char *text)
{
    char *words[WORDS_MAX];

    while (*text) {
        char *end = strchr(text, '\n');
        char *line = text;

        if (end)
            *end = 0;
        text = end ? end + 1 : text + strlen(text);
        unsigned count = *line == '#' ? 0 : split(line, words);
        int error = count ? act(words, count) : 0;

        if (error < 0)
            init_say(words[0], count > 1 ? words[1] : "", error);
    }
}
