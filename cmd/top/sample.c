/* SPDX-License-Identifier: BSD-2-Clause */
/* The counters of all processes; see sample.h. */
#include "sample.h"

#include <program/time.h>
#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"

static const char *const words[COUNTERS] = {
    [CALLS] = "calls", [FAST] = "fast", [SERVED] = "served", [COPIES] = "copies",
    [COPIED] = "copied", [WAITING] = "waiting", [TIME] = "time",
    [MIGRATIONS] = "migrations",
};

/* The number behind this word at the beginning of a line, or 0. */
static uint64_t number_of(const char *text, const char *word)
{
    size_t length = strlen(word);
    uint64_t number = 0;

    while (text && *text && (strncmp(text, word, length) || text[length] != ' ')) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    if (text && *text) {
        text += length + 1;
        (void)command_number(&text, &number);
    }
    return number;
}

static void take_counters(const char *text, uint64_t counters[COUNTERS])
{
    for (unsigned i = 0; i < COUNTERS; i++)
        counters[i] = number_of(text, words[i]);
}

/* False: it has ended meanwhile. */
static bool take_row(uint64_t pid, struct row *row)
{
    char name[64], text[512];
    int64_t length;

    print(name, sizeof(name), "/proc/%lu/counts", (unsigned long)pid);
    if (command_read(name, text, sizeof(text)) <= 0)
        return false;
    row->pid = pid;
    take_counters(text, row->counters);
    print(name, sizeof(name), "/proc/%lu/comm", (unsigned long)pid);
    length = command_read(name, text, sizeof(text));
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = 0;
    print(row->name, sizeof(row->name), "%s", text);
    return true;
}

static void take_entries(const char *data, int64_t count, struct sample *sample,
    uint64_t *cookie)
{
    for (int64_t at = 0; at < count;) {
        const struct uxrt_entry *entry = (const void *)(data + at);
        char name[32];
        const char *digits = name;
        uint64_t pid;

        print(name, sizeof(name), "%.*s", (int)entry->name_length, entry->name);
        if (command_number(&digits, &pid) && sample->count < ROWS)
            sample->count += take_row(pid, &sample->rows[sample->count]);
        *cookie = entry->next;
        at += entry->length;
    }
}

int64_t sample_take(struct sample *sample)
{
    static _Alignas(8) char data[4096];
    int folder = uxrt_open("/proc", UXRT_READ | UXRT_DIRECTORY, 0);
    uint64_t cookie = 0;
    int64_t got = folder < 0 ? folder : command_read("/proc/sys/calls", data, sizeof(data));

    if (got >= 0) {
        sample->time = program_time();
        sample->count = 0;
        sample->cores = number_of(data, "cores");
        take_counters(data, sample->all);
        while ((got = uxrt_readdir(folder, data, sizeof(data), cookie)) > 0)
            take_entries(data, got, sample, &cookie);
    }
    if (folder >= 0)
        (void)uxrt_close(folder);
    return got;
}

void sample_services(uint64_t pid, char *text, unsigned size)
{
    static char list[16384];
    uint64_t number, server;
    char name[64];
    unsigned used = 0;

    text[0] = 0;
    if (command_read("/proc/sys/services", list, sizeof(list)) < 0)
        return;
    for (const char *at = list; command_number(&at, &number);) {
        const char *end = strchr(at, '\n');

        if (command_number(&at, &server) && server == pid && (!end || at < end)
            && command_word(&at, name, sizeof(name)) && used < size)
            used += (unsigned)print(text + used, size - used, "%s%s", used ? "," : "",
                name);
        at = end ? end + 1 : "";
    }
}
