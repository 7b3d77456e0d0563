/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that need nobody else: identity, clocks, a signal to oneself. */
#include "bench.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void count(int number)
{
    (void)number;
    signals++;
}

static int do_getpid(void)
{
    return syscall(SYS_getpid) <= 0;
}

static int do_getppid(void)
{
    return getppid() < 0;
}

static int do_clock(void)
{
    struct timespec time;

    return clock_gettime(CLOCK_MONOTONIC, &time);
}

static int do_clock_call(void)
{
    struct timespec time;

    return syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time) != 0;
}

static int do_signal(void)
{
    int before = signals;

    return raise(SIGUSR1) || signals != before + 1;
}

static int do_mask(void)
{
    sigset_t set;

    sigemptyset(&set);
    return sigprocmask(SIG_BLOCK, &set, NULL);
}

void measure_calls(void)
{
    measure("getpid", do_getpid, 10000, 1);
    measure("getppid", do_getppid, 10000, 1);
    measure("clock_gettime", do_clock, 10000, 1);
    measure("clock_gettime_call", do_clock_call, 10000, 1);
    measure("sigprocmask", do_mask, 10000, 1);
    signal(SIGUSR1, count);
    measure("signal_to_self", do_signal, 10000, 1);
}
