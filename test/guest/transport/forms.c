/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any client works with any server: all pairs of forms, reads and writes, of many sizes,
 * aligned and not. Bytes are compared, and copies counted.
 */
#include <native/tap.h>
#include <util/print.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "peer.h"
#include "plain_server.h"

enum { MAX = 1 << 20, SLACK = 64 };

static const size_t sizes[] = {
    0, 1, 7, 8, 24, 25, 32, 33, 512, 513, 952, 953, 960, 961, 4095, 4096, 4097, 16384,
    16385, 65536, 65537, MAX,
};
enum { SIZES = sizeof(sizes) / sizeof(*sizes) };
/* The first three are the forms, also of clients. */
static const char *const names[] = {
    "short", "long", "plain", "of read and write", "of read and write on Unix",
};
static char *const programs[] = {
    PEER_PROGRAM, PEER_PROGRAM, PEER_PROGRAM, PLAIN_NATIVE, PLAIN_UNIX,
};
enum { SERVERS = sizeof(programs) / sizeof(programs[0]) };

static uint8_t memory[MAX + 2 * SLACK], expected[MAX];
static int file;

/* One transfer with the client's form; what the call returned. `at`: the client's bytes. */
static int64_t transfer(enum peer_form form, bool write, uint8_t *at, size_t count,
    size_t slant, int64_t offset)
{
    if (form == PEER_PLAIN) {
        return write ? uxrt_pwrite(file, at, count, offset)
                     : uxrt_pread(file, at, count, offset);
    }
    if (form == PEER_SHORT) {
        if (write) {
            memcpy(uxrt_registers_out(), at, count);
            return uxrt_write_short(file, count, offset);
        }
        int64_t got = uxrt_read_short(file, count, offset);

        if (got > 0)
            memcpy(at, uxrt_registers_in(), (size_t)got);
        return got;
    }
    uint8_t *buffer = uxrt_buffer(file, MAX);

    if (write) {
        memcpy(buffer + slant, at, count);
        return uxrt_write_long(file, slant, count, offset);
    }
    int64_t got = uxrt_read_long(file, slant, count, offset);

    if (got > 0)
        memcpy(at, buffer + slant, (size_t)got);
    return got;
}

/* What one call can move. */
static size_t limit_of(enum peer_form client, bool write)
{
    if (client == PEER_SHORT)
        return write ? UXRT_SHORT_WRITE : UXRT_SHORT_READ;
    return client == PEER_LONG ? MAX - SLACK : MAX;
}

/* Until all is done, as far as one call or more go; the number of calls, or an error. */
static int64_t transfer_all(enum peer_form form, bool write, uint8_t *at, size_t count,
    size_t slant)
{
    size_t done = 0;
    int64_t calls = 0;

    do {
        size_t limit = limit_of(form, write);
        size_t part = count - done < limit ? count - done : limit;
        int64_t got = transfer(form, write, at + done, part, slant, (int64_t)done);

        calls++;
        if (got < 0)
            return got;
        if ((got == 0 && part) || (size_t)got > part)
            return -1000;
        done += (size_t)got;
    } while (done < count);
    return calls;
}

static bool check_write(enum peer_form client, size_t count, size_t slant, uint32_t seed)
{
    uint8_t *at = memory + slant;

    tap_fill(at, count, seed);
    int64_t calls = transfer_all(client, true, at, count, slant);

    if (calls < 0) {
        tap_say("write of %zu: %ld", count, (long)calls);
        return false;
    }
    memset(expected, 0, count);
    for (size_t done = 0; done < count;) {  /* read back in the plain form */
        int64_t got = uxrt_pread(file, expected + done, count - done, (int64_t)done);

        if (got <= 0) {
            tap_say("reading back %zu of %zu: %ld", done, count, (long)got);
            return false;
        }
        done += (size_t)got;
    }
    int64_t wrong = tap_check(expected, count, seed, 0);

    if (wrong >= 0)
        tap_say("write of %zu: byte %ld is wrong", count, (long)wrong);
    return wrong < 0;
}

/* Also: no byte before or after the read's. */
static bool check_read(enum peer_form client, size_t count, size_t slant, uint32_t seed)
{
    uint8_t *at = memory + SLACK + slant;

    tap_fill(expected, count, seed);
    for (size_t done = 0; done < count;) {
        int64_t got = uxrt_pwrite(file, expected + done, count - done, (int64_t)done);

        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    memset(memory, 0xa5, sizeof(memory));
    int64_t calls = transfer_all(client, false, at, count, slant);
    int64_t wrong = calls < 0 ? 0 : tap_check(at, count, seed, 0);

    if (calls < 0 || wrong >= 0) {
        tap_say("read of %zu: %ld calls, wrong at %ld", count, (long)calls, (long)wrong);
        return false;
    }
    return at[-1] == 0xa5 && at[count] == 0xa5;
}

static void check_sizes(enum peer_form client, unsigned server, bool write)
{
    unsigned good = 0;

    for (unsigned i = 0; i < SIZES; i++) {
        for (size_t slant = 0; slant <= 3; slant += 3) {
            uint32_t seed = i * 7 + client * 100 + server * 1000 + (unsigned)slant;

            good += write ? check_write(client, sizes[i], slant, seed)
                          : check_read(client, sizes[i], slant, seed);
        }
    }
    tap_is(good, 2 * SIZES, "%s, client %s, server %s: all sizes",
        write ? "write" : "read", names[client], names[server]);
}

static uint64_t server_copies(void)
{
    struct uxrt_counts counts = {0};

    (void)uxrt_pread(file, &counts, sizeof(counts), (int64_t)PEER_COUNTS);
    return counts.copies;
}

/* Copies of the transport on both sides in one call. */
static int64_t copies_of(enum peer_form client, bool write, size_t count)
{
    uint64_t idle = server_copies();

    idle = server_copies() - idle;          /* what asking costs */
    if (client == PEER_LONG)
        (void)uxrt_buffer(file, MAX);       /* made before the count begins */
    uint64_t before = server_copies();
    uint64_t own = uxrt_counts()->copies;
    int64_t got = transfer(client, write, memory, count, 0, 0);

    own = uxrt_counts()->copies - own;
    if (got != (int64_t)count)
        return -1;
    return (int64_t)(server_copies() - before - idle + own);
}

/* In the message: one for each side that is not short. In the buffer: one if the server
 * is not long. In the window: one. */
static void check_copies(enum peer_form client, enum peer_form server, bool write)
{
    static const size_t counts[] = {8, 900, 9000};

    for (unsigned i = 0; i < 3; i++) {
        bool large = counts[i] > UXRT_SHORT_WRITE;
        int64_t wanted;

        if (large && (client == PEER_SHORT || server == PEER_SHORT))
            continue;
        if (client == PEER_LONG)
            wanted = server != PEER_LONG;
        else if (client == PEER_PLAIN && large)
            wanted = 1;
        else
            wanted = (client != PEER_SHORT) + (server != PEER_SHORT);
        tap_is(copies_of(client, write, counts[i]), wanted,
            "%s of %zu, client %s, server %s: copies", write ? "write" : "read", counts[i],
            names[client], names[server]);
    }
}

/* Those that read and write their service's descriptor say nothing about copies. */
static void check_clients(unsigned server)
{
    for (enum peer_form client = 0; client < PEER_FORMS; client++) {
        for (unsigned write = 0; write < 2; write++) {
            check_sizes(client, server, write);
            if (server < PEER_FORMS)
                check_copies(client, (enum peer_form)server, write);
        }
    }
}

static void check_server(unsigned server)
{
    char service[20], path[32], form[2] = {(char)('0' + server)};
    char *program = programs[server];
    int pid;

    print(service, sizeof(service), "forms%u", server);
    print(path, sizeof(path), "/srv/%s/data", service);
    pid = tap_spawn((char *[]){program, service, form, NULL});
    if (!tap_ok(tap_await(service, pid), "server %s", names[server]))
        return;
    file = uxrt_open(path, UXRT_READ | UXRT_WRITE, 0);
    if (tap_ok(file >= 0, "open %s (%d)", path, file))
        check_clients(server);
    tap_is(uxrt_close(file), 0, "close");
    tap_is(tap_kill(pid), 9, "server killed");
}

int main(void)
{
    for (unsigned server = 0; server < SERVERS; server++)
        check_server(server);
    return tap_end();
}
