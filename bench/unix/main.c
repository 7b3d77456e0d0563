/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the calls of Unix cost a program of Linux, linked with the C library as it is: lines
 * `bench NAME VALUE`. `./uxrt bench unix` runs it with one instruction to the nanosecond;
 * on Linux the program can be run as it is. Its argument is the program to start.
 */
#include "bench.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>

const char *own_name;
static unsigned failures;

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int nothing(void)
{
    return 0;
}

static uint64_t run(int (*operation)(void), unsigned rounds)
{
    uint64_t begin = now();

    for (unsigned i = 0; i < rounds; i++)
        failures += (unsigned)(operation() != 0);
    return now() - begin;
}

void measure(const char *name, int (*operation)(void), unsigned rounds, unsigned parts)
{
    uint64_t total;

    for (unsigned i = 0; i < rounds / 10 + 1; i++)
        failures += (unsigned)(operation() != 0);
    total = run(operation, rounds) - run(nothing, rounds);
    printf("bench %s %lu\n", name, (unsigned long)(total / rounds / parts));
    fflush(stdout);
}

int main(int count, char **arguments)
{
    own_name = arguments[0];
    if (count > 1 && arguments[1][0] == '-')
        return 0;
    measure_calls();
    measure_files();
    measure_memory();
    measure_waiting();
    measure_processes(count > 1 ? arguments[1] : "/boot/bench/unix_program");
    if (failures)
        printf("%u operations failed\n", failures);
    return failures != 0;
}
