/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the transport costs, in instructions: lines `bench NAME VALUE`. Run by
 * `./uxrt bench transport` with one instruction to the nanosecond; each value is the mean of
 * many calls in a loop, less an empty loop. The servers are other processes: `raw` answers
 * with the calls of <uxrt/server.h>, `file` with lib/server, `ramfs` is the system's.
 */
#include <transport/layout.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { KIB = 1024, MIB = 1024 * KIB };

struct subject {
    const char *name;
    int file;
    size_t count;
};

static char memory[MIB] __attribute__((aligned(4096)));
static uint64_t failures;

static uint64_t now(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

__attribute__((format(printf, 1, 2)))
static void say(const char *format, ...)
{
    char line[120];
    va_list arguments;

    va_start(arguments, format);
    size_t length = print_list(line, sizeof(line), format, arguments);
    va_end(arguments);
    uxrt_log(line, length);
}

/* Mean instructions of one operation. */
static uint64_t measure(int64_t (*operation)(const struct subject *),
    const struct subject *s, unsigned rounds, int64_t expected)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;

    for (unsigned i = 0; i < 16; i++) {
        failures += operation(s) != expected;
    }
    uint64_t begin = now();
    for (unsigned i = 0; i < rounds; i++) {
        failures += operation(s) != expected;
    }
    uint64_t ticks = (now() - begin) / rounds;

    return ticks * 1000 / (page->tsc_hz / 1000000);
}

static int64_t nothing(const struct subject *s)
{
    return (int64_t)s->count;
}

static int64_t read_short(const struct subject *s)
{
    return uxrt_read_short(s->file, s->count, 0);
}

static int64_t write_short(const struct subject *s)
{
    return uxrt_write_short(s->file, s->count, 0);
}

static int64_t read_long(const struct subject *s)
{
    return uxrt_read_long(s->file, 0, s->count, 0);
}

static int64_t write_long(const struct subject *s)
{
    return uxrt_write_long(s->file, 0, s->count, 0);
}

static int64_t read_plain(const struct subject *s)
{
    return uxrt_pread(s->file, memory, s->count, 0);
}

static int64_t write_plain(const struct subject *s)
{
    return uxrt_pwrite(s->file, memory, s->count, 0);
}

static int64_t open_close(const struct subject *s)
{
    int file = uxrt_open(s->name, UXRT_READ, 0);

    return file < 0 ? file : uxrt_close(file);
}

static int64_t stat(const struct subject *s)
{
    struct uxrt_stat record;

    return uxrt_stat(s->name, &record);
}

static void report(const char *server, const char *operation, uint64_t value,
    uint64_t empty)
{
    say("bench %s_%s %lu\n", server, operation, value - empty);
}

struct row {
    const char *operation;
    int64_t (*run)(const struct subject *);
    size_t count;
    unsigned rounds;
};

static const struct row rows[] = {
    {"read_short_1", read_short, 1, 10000},
    {"read_short_32", read_short, 32, 10000},
    {"read_short_960", read_short, 960, 10000},
    {"write_short_1", write_short, 1, 10000},
    {"write_short_24", write_short, 24, 10000},
    {"write_short_952", write_short, 952, 10000},
    {"read_long_4096", read_long, 4 * KIB, 10000},
    {"read_long_65536", read_long, 64 * KIB, 2000},
    {"read_long_1048576", read_long, MIB, 200},
    {"write_long_4096", write_long, 4 * KIB, 10000},
    {"write_long_65536", write_long, 64 * KIB, 2000},
    {"write_long_1048576", write_long, MIB, 200},
    {"read_plain_1", read_plain, 1, 10000},
    {"read_plain_32", read_plain, 32, 10000},
    {"read_plain_4096", read_plain, 4 * KIB, 10000},
    {"read_plain_65536", read_plain, 64 * KIB, 2000},
    {"read_plain_1048576", read_plain, MIB, 200},
    {"write_plain_1", write_plain, 1, 10000},
    {"write_plain_4096", write_plain, 4 * KIB, 10000},
    {"write_plain_65536", write_plain, 64 * KIB, 2000},
    {"write_plain_1048576", write_plain, MIB, 200},
};

/* Every row on one file; the operations on names on the same. */
static void measure_file(const char *server, const char *name)
{
    struct subject s = {.name = name, .file = uxrt_open(name, UXRT_READ | UXRT_WRITE, 0)};
    uint64_t empty = measure(nothing, &s, 10000, 0);

    if (s.file < 0 || !uxrt_buffer(s.file, MIB)) {
        say("# cannot open %s: %d\n", name, s.file);
        failures++;
        return;
    }
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        s.count = rows[i].count;
        report(server, rows[i].operation,
            measure(rows[i].run, &s, rows[i].rounds, (int64_t)s.count), empty);
    }
    s.count = 0;
    report(server, "open_close", measure(open_close, &s, 5000, 0), empty);
    report(server, "stat", measure(stat, &s, 5000, 0), empty);
    uxrt_close(s.file);
}

/* Starts a server and waits until its name can be opened. */
static void start(const char *program, const char *name)
{
    char *argv[] = {(char *)program, NULL};
    int file = uxrt_spawn(program, argv, NULL, NULL, 0);

    while (file >= 0) {
        uxrt_yield();
        file = uxrt_open(name, UXRT_READ, 0);
        if (file >= 0) {
            uxrt_close(file);
            return;
        }
        file = 0;
    }
    say("# cannot start %s: %d\n", program, file);
    failures++;
}

/* A file of the root file system with a mebibyte in it. */
static void make_file(const char *name)
{
    int file = uxrt_open(name, UXRT_READ | UXRT_WRITE | UXRT_CREATE, 0644);

    if (file < 0 || uxrt_write(file, memory, MIB) != MIB) {
        failures++;
    }
    uxrt_close(file);
}

int main(void)
{
    memset(memory, 1, sizeof(memory));
    start("/boot/bench/server_raw", "/srv/raw");
    measure_file("raw", "/srv/raw");
    start("/boot/bench/server_file", "/srv/file/data");
    measure_file("file", "/srv/file/data");
    make_file("/bench");
    measure_file("ramfs", "/bench");
    if (failures) {
        say("# %lu calls failed\n", failures);
    }
    return failures != 0;
}
