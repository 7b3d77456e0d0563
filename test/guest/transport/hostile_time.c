/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients that take the processor: four that do nothing but calls of one server, and spin
 * between them, so that their time runs out in the middle of calls. As the server works
 * on its callers' time, a fifth client gets its answers in time, and they are right; and
 * when the four are killed in mid-call the server goes on.
 */
#include <native/tap.h>
#include <util/string.h>
#include <uxrt/transport.h>

#include "counters.h"
#include "peer.h"
#include "raw.h"

enum { GREEDY = 4, CALLS = 60, BYTES = 64 * 1024, SECONDS = 4, ROUNDS = 3 };
#define NAME "/srv/latency"

static uint8_t data[BYTES], got[BYTES];

static uint64_t now(void)
{
    return __builtin_ia32_rdtsc();
}

static uint64_t hertz(void)
{
    return ((const struct process_page *)PROCESS_PAGE)->tsc_hz;
}

static int greedy(unsigned number)
{
    int file = uxrt_open(NAME "/data", UXRT_READ | UXRT_WRITE, 0);
    int64_t place = number * BYTES;

    tap_fill(data, BYTES, number);
    for (volatile unsigned i = 0;; i++) {
        uint64_t end = now() + hertz() / 1000 * (i % 7);

        if (uxrt_pwrite(file, data, BYTES, place) != BYTES
            || uxrt_pread(file, got, BYTES, place) != BYTES || memcmp(data, got, BYTES))
            return 1;
        while (now() < end) {
        }
    }
}

/* Longest time of a call, in milliseconds; -1: a wrong answer. */
static int64_t fifth(void)
{
    int file = uxrt_open(NAME "/data", UXRT_READ | UXRT_WRITE, 0);
    uint64_t longest = 0;

    for (unsigned i = 0; i < CALLS; i++) {
        uint64_t begin = now(), word = begin, back = 0;

        if (uxrt_pwrite(file, &word, 8, GREEDY * BYTES) != 8
            || uxrt_pread(file, &back, 8, GREEDY * BYTES) != 8 || back != word)
            return -1;
        begin = now() - begin;
        longest = begin > longest ? begin : longest;
    }
    (void)uxrt_close(file);
    return (int64_t)(longest / (hertz() / 1000));
}

static void check_round(void)
{
    int pids[GREEDY], status, lives = 0;
    int64_t longest;

    for (unsigned i = 0; i < GREEDY; i++) {
        pids[i] = uxrt_fork();
        if (pids[i] == 0)
            uxrt_exit(greedy(i));
    }
    longest = fifth();
    tap_ok(longest >= 0 && longest < SECONDS * 1000,
        "a fifth client has waited %ld ms at most", (long)longest);
    for (unsigned i = 0; i < GREEDY; i++)
        lives += uxrt_wait(pids[i], &status, 1) == 0 && tap_kill(pids[i]) == 9;
    tap_is(lives, GREEDY, "the greedy ones got right answers, and are killed");
    tap_ok(fifth() >= 0, "the server goes on");
}

static void check_server(unsigned rounds)
{
    int server = tap_spawn((char *[]){PEER_PROGRAM, "latency", "2", NULL});

    tap_ok(tap_await("latency", server), "the server begins");
    for (unsigned i = 0; i < rounds; i++)
        check_round();
    tap_is(tap_kill(server), 9, "the server lives to be killed");
}

int main(void)
{
    struct counters before;

    check_server(1);
    counters_read(&before);
    check_server(ROUNDS);
    counters_returned(&before, "greedy clients");
    return tap_end();
}
