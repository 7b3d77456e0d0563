/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vDSO: a shared library in the memory of every process (AT_SYSINFO_EHDR), whose
 * functions C libraries take for clocks instead of system calls. What is not a
 * matter of the time-stamp counter and the process page, is a system call after all.
 */
#include <transport/clock.h>
#include <unix/vdso/core.h>

#define SECOND INT64_C(1000000000)

enum { CALL_CLOCK_GETTIME = 228, CALL_CLOCK_GETRES = 229 };

/* Clocks that are the counter, as bits. */
enum { REALTIME = 1 << 0 | 1 << 5 | 1 << 8 | 1 << 11, UPTIME = 1 << 1 | 1 << 4 | 1 << 6 | 1 << 7 };

struct time {
    int64_t seconds, parts;     /* nanoseconds or microseconds */
};

static long system_call(long number, long first, const void *second)
{
    long result;

    __asm__ volatile("syscall" : "=a"(result)
        : "a"(number), "D"(first), "S"(second) : "rcx", "r11", "memory");
    return result;
}

static int64_t realtime(void)
{
    return ((const struct process_page *)PROCESS_PAGE)->boot_time + clock_uptime();
}

int __vdso_clock_gettime(int clock, struct time *time);
int __vdso_clock_getres(int clock, struct time *time);
int __vdso_gettimeofday(struct time *time, int *zone);
long __vdso_time(long *time);
long __vdso_getcpu(unsigned *core, unsigned *node, void *unused);

int __vdso_clock_gettime(int clock, struct time *time)
{
    unsigned bit = (unsigned)clock < 32 ? 1u << clock : 0;
    int64_t now;

    if (!(bit & (REALTIME | UPTIME)))
        return (int)system_call(CALL_CLOCK_GETTIME, clock, time);
    now = bit & REALTIME ? realtime() : clock_uptime();
    time->seconds = now / SECOND;
    time->parts = now % SECOND;
    return 0;
}

int __vdso_clock_getres(int clock, struct time *time)
{
    return (int)system_call(CALL_CLOCK_GETRES, clock, time);
}

int __vdso_gettimeofday(struct time *time, int *zone)
{
    int64_t now = realtime();

    if (time) {
        time->seconds = now / SECOND;
        time->parts = now % SECOND / 1000;
    }
    if (zone)
        zone[0] = zone[1] = 0;
    return 0;
}

long __vdso_time(long *time)
{
    long now = realtime() / SECOND;

    if (time)
        *time = now;
    return now;
}

long __vdso_getcpu(unsigned *core, unsigned *node, void *unused)
{
    (void)unused;
    if (core)
        *core = core_here();
    if (node)
        *node = 0;
    return 0;
}
