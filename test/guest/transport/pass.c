/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files that one process exports and another one imports, both made by hand since the
 * library's users pass descriptors by sockets. One of the two is killed at some point of it
 * in most rounds: the server counts that each open file is closed exactly once.
 * The server is that of death_client.
 */
#include <native/tap.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "counters.h"
#include "raw.h"

enum { ROUNDS = 200, ID = 5000, GOT = 5001, PATIENCE = 300 };
#define SERVER "/boot/test/transport/death_client"
#define NAME   "/srv/mortal"

struct state {
    uint32_t opened, closed, twice, parked;
};

static unsigned slot;

/* One request with bytes that stay in registers: its count or a negative error. */
static int64_t request(bool write, uint32_t file, uint64_t first, void *data,
    size_t count)
{
    uint64_t mr[4] = {first}, label = request_label(write, FORM_MESSAGE, file, count);
    unsigned length = write ? 1 + (unsigned)words_of(count) : 1;

    if (write)
        memcpy(&mr[1], data, count);
    label = message_label(raw_message(SYSCALL_CALL, slot,
        message_info(label, 0, 0, length), mr));
    if (!(label & REPLY_SERVED))
        return -EIO;
    if (label & REPLY_ERROR)
        return -(int64_t)REPLY_COUNT(label);
    if (!write)
        memcpy(data, mr, REPLY_COUNT(label));
    return (int64_t)REPLY_COUNT(label);
}

static bool begin(void)
{
    int got = raw_begin() ? raw_connect("mortal") : -1;

    slot = (unsigned)got;
    return got > 0;
}

static bool open_data(uint32_t id)
{
    char name[] = "\0\0\0\0data";
    uint64_t flags = UXRT_READ | UXRT_WRITE;

    return request(true, ROOT_FILE, attribute_address(ATTR_OPEN, id | flags << 20), name,
               8) == 8;
}

static int64_t export(uint32_t id, uint64_t *token)
{
    return request(false, CONTROL_FILE, attribute_address(ATTR_EXPORT, id), token,
        sizeof(*token));
}

static int64_t import(uint64_t token, uint32_t id)
{
    return request(true, CONTROL_FILE, attribute_address(ATTR_IMPORT, id), &token,
        sizeof(token));
}

/* Opens a file, writes the round's number into it, and passes it on. */
static int giver(uint64_t round, int pipe)
{
    uint64_t token;

    if (!begin() || !open_data(ID) || request(true, ID, 8, &round, 8) != 8
        || export(ID, &token) != 8)
        return 1;
    if (uxrt_write(pipe, &token, sizeof(token)) != sizeof(token))
        return 2;
    for (unsigned i = 0; i < PATIENCE; i++)
        uxrt_yield();
    return round & 1 ? 0            /* ends without a close, or closes */
        : request(true, ID, attribute_address(ATTR_CLOSE, 0), NULL, 0) != 0;
}

/* Takes it over, and finds that number. The giver may have ended before: then so has the
 * token. */
static int taker(uint64_t round, int pipe)
{
    uint64_t token, got = 0;

    if (!begin() || uxrt_read(pipe, &token, sizeof(token)) != sizeof(token))
        return 3;
    int64_t result = import(token, GOT);

    if (result == -ENOENT)
        return 4;
    if (result != 8 || import(token, GOT + 1) != -ENOENT)
        return 5;
    return request(false, GOT, 8, &got, 8) == 8 && got == round ? 0 : 6;
}

static int spawn(int (*run)(uint64_t, int), uint64_t round, int pipe, int other_end)
{
    int pid = uxrt_fork();

    if (pid == 0) {
        (void)uxrt_close(other_end);
        uxrt_exit(run(round, pipe));
    }
    return pid;
}

/* True if none of the two says that something is wrong; *passed counts what arrived. */
static bool do_round(uint64_t round, uint64_t *seed, unsigned *passed)
{
    int ends[2], status[2] = {0, 0}, pids[2];
    uint64_t random = raw_random(seed);

    if (uxrt_pipe(ends, 0) < 0)
        return false;
    pids[0] = spawn(giver, round, ends[1], ends[0]);
    pids[1] = spawn(taker, round, ends[0], ends[1]);
    (void)uxrt_close(ends[0]);
    (void)uxrt_close(ends[1]);
    if (random & 3) {
        raw_pause(random >> 8);
        (void)uxrt_kill(pids[random >> 2 & 1], 9);
    }
    for (unsigned i = 0; i < 2; i++) {
        if (uxrt_wait(pids[i], &status[i], 0) != pids[i])
            return false;
    }
    *passed += status[1] == 0;
    if (status[0] && status[0] != 9 && status[0] >> 8 != 2)     /* 2: nobody reads */
        return false;
    return status[1] == 0 || status[1] == 9 || status[1] >> 8 == 3 || status[1] >> 8 == 4;
}

/* What the server says when all has been cleaned up. */
static void check_state(int file)
{
    struct state state = {0};

    for (unsigned i = 0; i < 100000; i++) {
        if (uxrt_pread(file, &state, sizeof(state), 0) != sizeof(state)
            || (state.opened && state.opened == state.closed))
            break;
        uxrt_yield();
    }
    tap_ok(state.opened > ROUNDS / 2, "%u files were opened", state.opened);
    tap_is(state.closed, state.opened, "each was closed");
    tap_is(state.twice, 0, "none twice");
}

/* In one process: limits, and what a token is good for. */
static int rules(uint64_t unused, int pipe)
{
    enum { EXPORTS = 256 };
    uint64_t token = 1, tokens[EXPORTS];

    (void)unused;
    (void)pipe;
    if (!begin() || !open_data(ID))
        return 1;
    if (import(token, GOT) != -ENOENT || export(ID + 1, &token) != -EBADF)
        return 2;
    for (unsigned i = 0; i < EXPORTS; i++) {
        if (export(ID, &tokens[i]) != 8)
            return 3;
    }
    if (export(ID, &token) != -EMFILE)
        return 4;
    if (import(tokens[3], ID) != -EBUSY || import(tokens[3], GOT) != 8)
        return 5;
    return export(ID, &token) == 8 ? 0 : 6;
}

static unsigned check_rounds(unsigned rounds)
{
    unsigned good = 0, passed = 0;
    uint64_t seed = rounds;

    for (unsigned i = 0; i < rounds; i++)
        good += do_round(i, &seed, &passed);
    tap_is(good, rounds, "%u of %u files are passed on, others die on the way", passed,
        rounds);
    return passed;
}

int main(void)
{
    struct counters before;
    int server = tap_spawn((char *[]){SERVER, "serve", NULL}), status = -1;

    if (!tap_ok(tap_await("mortal", server), "the server begins"))
        return tap_end();
    int file = uxrt_open(NAME "/state", UXRT_READ, 0);

    (void)check_rounds(20);         /* pools grow */
    counters_read(&before);
    int pid = spawn(rules, 0, -1, -1);

    tap_is(uxrt_wait(pid, &status, 0), pid, "tokens");
    tap_is(status, 0, "are for one use, and 256 of a connection");
    tap_ok(check_rounds(ROUNDS) > 0, "some arrive");
    check_state(file);
    counters_returned(&before, "passing");
    (void)uxrt_close(file);
    tap_is(tap_kill(server), 9, "the server lives to be killed");
    return tap_end();
}
