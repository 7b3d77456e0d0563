/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters of the system; see counters.h. */
#include "counters.h"

#include <native/tap.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { PATIENCE = 2000, SETTLED = 20, NODE_BYTES = 192 };

static const char *const files[] = {
    "/proc/sys/memory", "/proc/sys/processes", "/proc/sys/connections",
    "/proc/sys/kernel-objects", "/proc/sys/files",
};

/* Words that say nothing about what is in use. */
static bool is_other(const char *word)
{
    return !strncmp(word, "pages ", 6) || !strncmp(word, "free ", 5);
}

static char text[1024];
static char words[COUNTERS][24];

static void add(struct counters *counters, const char *line)
{
    unsigned n = counters->count, length = 0;
    int64_t value = 0;

    if (is_other(line) || n == COUNTERS)
        return;
    while (line[length] && line[length] != ' ' && length < sizeof(words[n]) - 1) {
        words[n][length] = line[length];
        length++;
    }
    words[n][length] = 0;
    for (line += length + 1; *line >= '0' && *line <= '9'; line++)
        value = value * 10 + (*line - '0');
    counters->values[counters->count++] = value;
}

static void read_file(struct counters *counters, const char *name)
{
    int file = uxrt_open(name, UXRT_READ, 0);
    int64_t got = file < 0 ? -1 : uxrt_read(file, text, sizeof(text) - 1);

    (void)uxrt_close(file);
    text[got < 0 ? 0 : got] = 0;
    for (const char *line = text; line && *line;) {
        add(counters, line);
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
}

static void read_all(struct counters *counters)
{
    counters->count = 0;
    for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++)
        read_file(counters, files[i]);
}

static int64_t *value_of(struct counters *counters, const char *word)
{
    static int64_t none;

    for (unsigned i = 0; i < counters->count; i++) {
        if (!strcmp(words[i], word))
            return &counters->values[i];
    }
    return &none;
}

/* The process server keeps the last files of /proc, and its heap keeps pages, in pieces of
 * 64, for what there was at once: neither is what anybody has. */
static void read_without_kept(struct counters *counters)
{
    read_all(counters);
    *value_of(counters, "heap") -= NODE_BYTES * *value_of(counters, "nodes");
    *value_of(counters, "used") -= *value_of(counters, "heap-pages");
    *value_of(counters, "heap-pages") = 0;
}

void counters_read(struct counters *counters)
{
    struct counters next;
    unsigned same = 0;

    read_without_kept(counters);
    for (unsigned tries = 0; same < SETTLED && tries < PATIENCE; tries++) {
        uxrt_yield();
        read_without_kept(&next);
        same = memcmp(&next, counters, sizeof(next)) ? 0 : same + 1;
        *counters = next;
    }
}

/* Servers keep what they have learned: their heaps and tables of pages may grow. */
static int64_t slack(unsigned n)
{
    static const struct {
        const char *word;
        int64_t more;
    } list[] = {{"used", 192}, {"heap", 4096}, {"page-table", 8}, {"page-directory", 2},
               {"pdpt", 2}, {"nodes", 256}};

    for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
        if (!strcmp(words[n], list[i].word))
            return list[i].more;
    }
    return 0;
}

static bool is_higher(const struct counters *before, const struct counters *now,
    unsigned n)
{
    return now->values[n] > before->values[n] + slack(n);
}

static bool are_higher(const struct counters *before, const struct counters *now)
{
    bool higher = now->count != before->count || !before->count;

    for (unsigned i = 0; i < before->count; i++)
        higher = higher || is_higher(before, now, i);
    return higher;
}

bool counters_returned(const struct counters *before, const char *what)
{
    struct counters now;
    unsigned tries = 0;
    bool higher;

    do {
        read_without_kept(&now);
        higher = are_higher(before, &now);
    } while (higher && ++tries < PATIENCE && (uxrt_yield(), true));
    for (unsigned i = 0; i < before->count && higher; i++) {
        if (is_higher(before, &now, i))
            tap_say("%s: %ld, then %ld", words[i], (long)before->values[i],
                (long)now.values[i]);
    }
    return tap_ok(!higher, "%s: the counters return", what);
}
