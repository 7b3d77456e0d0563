/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transfers over a pipe while signals interrupt both sides all the time: nothing is lost,
 * nothing comes twice. It goes on until 1000 calls, or as many as the argument says, have
 * ended with EINTR; a million: ./uxrt run -- /boot/test/unix/interrupt 1000000
 */
#include "check.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUICK = 1000, LONGEST = 9000, TIMER_US = 7000, SLOW_SHIFT = 19, PERIOD = 65521,
       TELL = 50000 };

/* What all three processes see. */
static struct shared {
    volatile uint64_t wanted;       /* interruptions */
    volatile uint64_t interrupted[2];       /* of the reader, of the writer */
    volatile uint64_t transfers[2];
    volatile uint64_t bytes[2];
    volatile int64_t wrong;         /* place of the first read that is not right, or -1 */
    volatile pid_t pids[2];         /* 0: not yet, or no longer */
    volatile int error;             /* of a call: any but EINTR */
} *shared;

enum { READER, WRITER };

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The stream: random bytes again and again, with a period that is prime to the sizes and to
 * those of pipes; so nothing that is lost or comes twice looks right. */
static uint8_t stream[PERIOD + LONGEST];

static void make_stream(void)
{
    for (size_t i = 0; i < sizeof(stream); i++)
        stream[i] = (uint8_t)mix(i % PERIOD + 1);
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

/* The two take turns in being slow, so that the other one waits, and is interrupted by the
 * slow one, once or several times. */
static void pace(uint64_t place, int side, uint64_t random)
{
    unsigned turns = 1 + random % 4;

    while ((place >> SLOW_SHIFT & 1) == (unsigned)side && turns-- > 0) {
        if (shared->pids[!side])
            kill(shared->pids[!side], SIGUSR1);
        sched_yield();
    }
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
    if (memcmp(data, stream + place % PERIOD, count) != 0 && shared->wrong < 0)
        shared->wrong = (int64_t)place;
}

/* One side until there is no more to do; the writer ends when there was enough. */
static void run(int file, int side)
{
    static uint8_t data[LONGEST];
    uint64_t place = 0, random = (uint64_t)side;

    for (;;) {
        size_t size = some_size(random = mix(random + 3));

        if (side == WRITER)
            memcpy(data, stream + place % PERIOD, size);
        pace(place, side, random >> 32);
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

/* How far it has come, now and then, as a million take their time. */
static void tell(void)
{
    static uint64_t told;
    uint64_t now = shared->interrupted[READER] + shared->interrupted[WRITER];

    if (now / TELL > told) {
        told = now / TELL;
        printf("    # %llu interrupted\n", (unsigned long long)now);
        fflush(stdout);
    }
}

/* Until both have ended: signals to both, wherever they are. */
static int disturb(void)
{
    int left = 2, status, good = 1;

    while (left > 0) {
        for (int side = READER; side <= WRITER; side++) {
            if (!shared->pids[side])
                continue;
            kill(shared->pids[side], SIGUSR1);
            if (waitpid(shared->pids[side], &status, WNOHANG) > 0) {
                shared->pids[side] = 0;
                left--;
                good = good && status == 0;
            }
        }
        tell();
        usleep(TIMER_US / 2);
    }
    return good;
}

int main(int argc, char **argv)
{
    int ends[2], good;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(ends) < 0)
        return 1;
    *shared = (struct shared){.wanted = QUICK, .wrong = -1};
    if (argc > 1)
        shared->wanted = strtoull(argv[1], NULL, 0);
    make_stream();
    take_signals();             /* the children have it, too */
    shared->pids[READER] = begin(ends, READER);
    shared->pids[WRITER] = begin(ends, WRITER);
    close(ends[0]);
    close(ends[1]);
    good = disturb();
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
