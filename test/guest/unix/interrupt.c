/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transfers over a pipe while signals interrupt both sides all the time: nothing is lost,
 * nothing comes twice. It goes on until 4000 calls, or as many as the argument says, have
 * ended with EINTR; a million: ./uxrt run -- /boot/test/unix/interrupt 1000000
 */
#include "check.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUICK = 4000, LONGEST = 9000, TIMER_US = 700, SLOW_SHIFT = 19 };

/* What all three processes see. */
static struct shared {
    volatile uint64_t wanted;       /* interruptions */
    volatile uint64_t interrupted[2];       /* of the reader, of the writer */
    volatile uint64_t transfers[2];
    volatile uint64_t bytes[2];
    volatile int64_t wrong;         /* place of the first byte that is not right, or -1 */
    volatile int error;             /* of a call: any but EINTR */
} *shared;

enum { READER, WRITER };

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The byte at this place of the stream. */
static uint8_t byte_at(uint64_t place)
{
    return (uint8_t)((place + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

/* Sizes around those at which the transport takes another way. */
static size_t some_size(uint64_t random)
{
    static const size_t sizes[] = {1, 8, 24, 32, 33, 952, 960, 961, 4096, LONGEST};
    size_t size = sizes[random % 10];

    return random >> 8 & 1 ? size : 1 + (random >> 16) % size;
}

/* read, write, readv or writev of so many bytes. */
static ssize_t transfer(int file, int side, uint8_t *data, size_t size, int parts)
{
    struct iovec v[2] = {{data, size / 3}, {data + size / 3, size - size / 3}};

    if (parts)
        return side == READER ? readv(file, v, 2) : writev(file, v, 2);
    return side == READER ? read(file, data, size) : write(file, data, size);
}

/* The two take turns in being slow, so that the other one waits, and is interrupted. */
static void pace(uint64_t place, int side)
{
    if ((place >> SLOW_SHIFT & 1) == (unsigned)side)
        sched_yield();
}

static void nothing(int signal)
{
    (void)signal;
}

/* Signals end calls: no SA_RESTART. */
static void take_signals(void)
{
    struct sigaction action = {.sa_handler = nothing};

    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

static int enough(void)
{
    return shared->interrupted[READER] + shared->interrupted[WRITER] >= shared->wanted;
}

static void check(const uint8_t *data, size_t count, uint64_t place)
{
    for (size_t i = 0; i < count; i++) {
        if (data[i] != byte_at(place + i) && shared->wrong < 0)
            shared->wrong = (int64_t)(place + i);
    }
}

/* One side until there is no more to do; the writer ends when there was enough. */
static void run(int file, int side)
{
    static uint8_t data[LONGEST];
    uint64_t place = 0, random = (uint64_t)side;

    for (;;) {
        size_t size = some_size(random = mix(random + 3));

        for (size_t i = 0; side == WRITER && i < size; i++)
            data[i] = byte_at(place + i);
        pace(place, side);
        ssize_t done = transfer(file, side, data, size, random >> 60 == 0);

        if (done < 0 && errno == EINTR) {
            shared->interrupted[side]++;
        } else if (done < 0) {
            shared->error = errno;
            return;
        } else if (side == READER) {
            check(data, (size_t)done, place);
        }
        place += done > 0 ? (uint64_t)done : 0;
        shared->bytes[side] = place;
        shared->transfers[side] += done > 0;
        if (side == READER ? done == 0 : enough() || shared->wrong >= 0)
            return;
    }
}

static pid_t begin(const int ends[2], int side)
{
    struct itimerval timer = {{0, TIMER_US}, {0, TIMER_US}};
    pid_t pid = fork();

    if (pid == 0) {
        setitimer(ITIMER_REAL, &timer, NULL);
        close(ends[!side]);
        run(ends[side], side);
        _exit(0);
    }
    return pid;
}

/* Until both have ended: signals to both, again and again. */
static int disturb(const pid_t pids[2])
{
    int status[2] = {-1, -1}, left = 2, good = 1;

    while (left > 0) {
        for (int side = READER; side <= WRITER; side++) {
            if (status[side] >= 0)
                continue;
            kill(pids[side], SIGUSR1);
            if (waitpid(pids[side], &status[side], WNOHANG) == pids[side]) {
                left--;
                good = good && status[side] == 0;
            } else {
                status[side] = -1;
            }
        }
        sched_yield();
    }
    return good;
}

int main(int argc, char **argv)
{
    pid_t pids[2];
    int ends[2], good;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(ends) < 0)
        return 1;
    *shared = (struct shared){.wanted = QUICK, .wrong = -1};
    if (argc > 1)
        shared->wanted = strtoull(argv[1], NULL, 0);
    take_signals();             /* the children have it, too */
    pids[READER] = begin(ends, READER);
    pids[WRITER] = begin(ends, WRITER);
    close(ends[0]);
    close(ends[1]);
    good = disturb(pids);
    printf("    # %llu reads and %llu writes interrupted, %llu and %llu done\n",
        (unsigned long long)shared->interrupted[READER],
        (unsigned long long)shared->interrupted[WRITER],
        (unsigned long long)shared->transfers[READER],
        (unsigned long long)shared->transfers[WRITER]);
    ok(good && !shared->error, "both sides end well");
    ok(enough(), "enough calls were interrupted");
    ok(shared->wrong < 0, "every byte is right");
    ok(shared->bytes[READER] == shared->bytes[WRITER], "all that was written was read");
    return checks_done();
}
