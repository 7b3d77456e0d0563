/* SPDX-License-Identifier: BSD-2-Clause */
/* init.conf: lines of words, of which the first names what to do. */
#include <uxrt/transport.h>
#include <util/errno.h>
#include <util/string.h>

#include "init.h"

enum { LINES_KEPT = 64, NUMBER_MAX = 1000000 };

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

/* Lines that are done again: see table_again(). */
static struct line {
    int (*act)(char **words, unsigned count);
    char **words;
    unsigned count;
} lines[LINES_KEPT];
static unsigned line_count;

static struct respawn respawn = {.times = 8, .seconds = 60};

/* Words that stay; a null comes after them. Null: there is no room. */
static char **keep(char **words, unsigned count)
{
    static char *kept[512];
    static unsigned used;
    char **own = kept + used;

    if (used + count >= sizeof(kept) / sizeof(*kept))
        return NULL;
    for (unsigned i = 0; i < count; i++)
        kept[used++] = words[i];
    kept[used++] = NULL;
    return own;
}

static int keep_line(int (*act)(char **, unsigned), char **words, unsigned count)
{
    char **own = line_count < LINES_KEPT ? keep(words, count) : NULL;

    if (!own)
        return -ENOMEM;
    lines[line_count++] = (struct line){act, own, count};
    return 0;
}

static int do_serve(char **words, unsigned count)
{
    char **own = keep(words + 1, count - 1);

    return own ? service_start(own[0], own + 1, respawn) : -ENOMEM;
}

static int do_start(char **words, unsigned count)
{
    char **own = keep(words + 1, count - 1);

    return own ? service_start(NULL, own, respawn) : -ENOMEM;
}

/* -1: it is none. */
static int number_of(const char *digits)
{
    int number = *digits ? 0 : -1;

    for (; number >= 0 && *digits; digits++) {
        bool good = *digits >= '0' && *digits <= '9' && number < NUMBER_MAX / 10;

        number = good ? number * 10 + *digits - '0' : -1;
    }
    return number;
}

static int do_respawn(char **words, unsigned count)
{
    int times = number_of(words[1]), seconds = number_of(words[2]);

    (void)count;
    if (times < 0 || seconds < 0)
        return -EINVAL;
    respawn = (struct respawn){(unsigned)times, (unsigned)seconds};
    return 0;
}

static int do_mount(char **words, unsigned count)
{
    int flags = flags_of(words, count);

    return flags < 0 ? flags : uxrt_mount(words[1], words[2], (unsigned)flags);
}

static int bind_again(char **words, unsigned count)
{
    int flags = flags_of(words, count);
    int error = flags < 0 ? flags : uxrt_bind(words[1], words[2], (unsigned)flags);

    return error == -EEXIST ? 0 : error;
}

static int do_bind(char **words, unsigned count)
{
    int error = bind_again(words, count);

    return error ? error : keep_line(bind_again, words, count);
}

static int mkdir_again(char **words, unsigned count)
{
    int error = uxrt_mkdir(words[1], 0755);

    (void)count;
    return error == -EEXIST ? 0 : error;
}

static int do_mkdir(char **words, unsigned count)
{
    int error = mkdir_again(words, count);

    return error ? error : keep_line(mkdir_again, words, count);
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
    (void)count;
    return console_open(words[1]);
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
    {"run", 2, do_run}, {"start", 2, do_start}, {"respawn", 3, do_respawn},
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

static void complain(char **words, unsigned count, int error)
{
    if (error < 0)
        init_say(words[0], count > 1 ? words[1] : "", error);
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

        complain(words, count, count ? act(words, count) : 0);
    }
}

void table_again(void)
{
    for (const struct line *l = lines; l < lines + line_count; l++)
        complain(l->words, l->count, l->act(l->words, l->count));
}
