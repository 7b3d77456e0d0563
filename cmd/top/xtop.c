/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xtop [-b] [-n TIMES] [-d SECONDS]: who serves what, and who calls, how often. -b: plain text,
 * without control characters. Manual: xtop(1).
 */
#include <uxrt/transport.h>
#include <util/print.h>
#include <util/string.h>

#include "../common/command.h"
#include "sample.h"

enum { SHOWN = 20, SECOND = 1000000000, THOUSAND = 1000 };

static const char usage[] = "[-b] [-n TIMES] [-d SECONDS]";

static struct sample samples[2];

/* Nothing else waits for a time: a program that does. */
static void wait_seconds(const char *seconds)
{
    char *const arguments[] = {"sleep", (char *)seconds, NULL};
    static char *const none[] = {NULL};
    int status, pid = uxrt_spawn("/bin/sleep", arguments, none, NULL, 0);

    if (pid > 0)
        (void)uxrt_wait(pid, &status, 0);
}

static const struct row *find(const struct sample *sample, uint64_t pid)
{
    for (unsigned i = 0; i < sample->count; i++) {
        if (sample->rows[i].pid == pid)
            return &sample->rows[i];
    }
    return NULL;
}

/* How much more it is, in a second; after an exec it may be less. */
static uint64_t rate(uint64_t now, uint64_t before, uint64_t nanoseconds)
{
    uint64_t more = now > before ? now - before : 0;

    return nanoseconds ? more * THOUSAND / (nanoseconds / (SECOND / THOUSAND) + 1) : 0;
}

static uint64_t percent(uint64_t part, uint64_t of)
{
    return of ? part * 100 / of : 0;
}

struct line {
    const struct row *row;
    uint64_t rates[COUNTERS];
};

static uint64_t weight(const struct line *line)
{
    return line->rates[CALLS] + line->rates[SERVED];
}

/* The busiest first; of two, the older one. */
static unsigned sort(const struct sample *now, const struct sample *before,
    uint64_t elapsed, struct line *lines)
{
    unsigned count = 0;

    for (unsigned i = 0; i < now->count; i++) {
        const struct row *row = &now->rows[i], *old = find(before, row->pid);
        struct line line = {.row = row};
        unsigned place = count++;

        for (unsigned c = 0; c < COUNTERS; c++)
            line.rates[c] = rate(row->counters[c], old ? old->counters[c] : 0, elapsed);
        for (; place > 0 && weight(&lines[place - 1]) < weight(&line); place--)
            lines[place] = lines[place - 1];
        lines[place] = line;
    }
    return count;
}

static void show_line(const struct line *line)
{
    const uint64_t *r = line->rates;
    char services[64];

    sample_services(line->row->pid, services, sizeof(services));
    command_print("%6lu %-12.12s %9lu %9lu %4lu%% %10lu %4lu %4lu%% %s\n",
        (unsigned long)line->row->pid, line->row->name, (unsigned long)r[CALLS],
        (unsigned long)r[SERVED], (unsigned long)percent(r[FAST], r[CALLS]),
        (unsigned long)r[COPIED], (unsigned long)line->row->counters[WAITING],
        (unsigned long)(r[TIME] / 10000), services);
}

static void show(const struct sample *now, const struct sample *before)
{
    static struct line lines[ROWS];
    uint64_t elapsed = (uint64_t)(now->time - before->time), all[COUNTERS];
    unsigned count = sort(now, before, elapsed, lines);

    for (unsigned c = 0; c < COUNTERS; c++)
        all[c] = rate(now->all[c], before->all[c], elapsed);
    command_print("calls %lu/s, fast %lu%%, copied %lu bytes/s, processor %lu%% of %lu "
        "cores, migrations %lu/s, processes %u\n", (unsigned long)all[CALLS],
        (unsigned long)percent(all[FAST], all[CALLS]), (unsigned long)all[COPIED],
        (unsigned long)(all[TIME] / 10000), (unsigned long)now->cores,
        (unsigned long)all[MIGRATIONS], now->count);
    command_print("%6s %-12s %9s %9s %5s %10s %4s %5s %s\n", "PID", "PROGRAM", "CALLS/S",
        "SERVED/S", "FAST", "COPIED/S", "WAIT", "CPU", "SERVES");
    for (unsigned i = 0; i < count && i < SHOWN; i++)
        show_line(&lines[i]);
}

int main(int argc, char **argv)
{
    const char *seconds = "1";
    uint64_t times = 0;
    char option, *value;
    bool batch = false;
    int next = 1;
    int64_t error;

    command_begin(argv[0]);
    while ((option = command_option(argv, "bn:d:", &next, &value))) {
        const char *digits = value;

        batch = batch || option == 'b';
        seconds = option == 'd' ? value : seconds;
        if (option == '?' || (option == 'n' && !command_number(&digits, &times)))
            return command_usage(usage);
    }
    if (next != argc)
        return command_usage(usage);
    error = sample_take(&samples[0]);
    for (uint64_t i = 0; error >= 0 && (!times || i < times); i++) {
        wait_seconds(seconds);
        error = sample_take(&samples[(i + 1) % 2]);
        command_print("%s", batch ? i ? "\n" : "" : "\033[H\033[J");
        show(&samples[(i + 1) % 2], &samples[i % 2]);
    }
    return error < 0 ? command_fail("/proc", error) : 0;
}
