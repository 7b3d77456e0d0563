/* SPDX-License-Identifier: BSD-2-Clause */
/* eventfd, timerfd and flock, with poll and over fork. Prints TAP subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ready(int fd)
{
    struct pollfd one = {fd, POLLIN | POLLOUT, 0};

    return poll(&one, 1, 0) < 0 ? -1 : one.revents;
}

static void test_counter(void)
{
    uint64_t value = 0, three = 3;
    int fd = eventfd(2, EFD_NONBLOCK | EFD_CLOEXEC);

    ok(fd >= 0 && ready(fd) == (POLLIN | POLLOUT), "a counter with a value");
    ok(write(fd, &three, 8) == 8 && read(fd, &value, 8) == 8 && value == 5, "the sum");
    ok(read(fd, &value, 8) == -1 && errno == EAGAIN && ready(fd) == POLLOUT, "then nothing");
    ok(read(fd, &value, 4) == -1 && errno == EINVAL, "too short: EINVAL");
    value = UINT64_MAX;
    ok(write(fd, &value, 8) == -1 && errno == EINVAL, "too much: EINVAL");
    value = UINT64_MAX - 1;
    ok(write(fd, &value, 8) == 8 && ready(fd) == POLLIN, "full");
    ok(write(fd, &three, 8) == -1 && errno == EAGAIN, "no room: EAGAIN");
    close(fd);
    fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    ok(read(fd, &value, 8) == 8 && value == 1 && read(fd, &value, 8) == 8 && value == 1
       && read(fd, &value, 8) == -1, "a semaphore gives one at a time");
    close(fd);
}

static void test_fork(void)
{
    uint64_t value = 0, one = 1;
    int fd = eventfd(0, 0);
    pid_t child = fork();

    if (!child) {
        usleep(20000);
        _exit(write(fd, &one, 8) != 8);
    }
    ok(read(fd, &value, 8) == 8 && value == 1, "a child's write ends the wait");
    waitpid(child, NULL, 0);
    close(fd);
}

static void test_timer(int clock, const char *name)
{
    struct itimerspec time = {.it_value.tv_nsec = 20000000}, left;
    uint64_t value = 0;
    int fd = timerfd_create(clock, TFD_NONBLOCK);
    struct pollfd one = {fd, POLLIN, 0};

    ok(fd >= 0 && read(fd, &value, 8) == -1 && errno == EAGAIN, name);
    ok(!timerfd_settime(fd, 0, &time, NULL) && !timerfd_gettime(fd, &left)
       && !left.it_interval.tv_nsec, "is set");
    ok(poll(&one, 1, -1) == 1 && read(fd, &value, 8) == 8 && value == 1, "comes once");
    time.it_value.tv_nsec = time.it_interval.tv_nsec = 1000000;
    timerfd_settime(fd, 0, &time, NULL);
    usleep(20000);
    ok(read(fd, &value, 8) == 8 && value >= 10, "comes again and again");
    clock_gettime(clock, &time.it_value);
    time.it_value.tv_sec += 1000;
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &time, NULL);
    ok(!timerfd_gettime(fd, &left) && left.it_value.tv_sec >= 900
       && left.it_value.tv_sec <= 1000, "at a time");
    time.it_value.tv_sec = 1;
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &time, NULL);
    ok(poll(&one, 1, -1) == 1, "that has passed");
    time.it_value = (struct timespec){0, 0};
    timerfd_settime(fd, 0, &time, NULL);
    ok(read(fd, &value, 8) == -1 && errno == EAGAIN, "stopped");
    close(fd);
}

static void nothing(int number)
{
    (void)number;
}

static void test_flock(void)
{
    const struct sigaction action = {.sa_handler = nothing};
    int one = open("/tmp/event.lock", O_RDWR | O_CREAT, 0600), status = -1;
    int two = open("/tmp/event.lock", O_RDWR);

    ok(!flock(one, LOCK_EX) && flock(two, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK,
       "an exclusive lock keeps others out");
    ok(!flock(one, LOCK_SH) && !flock(two, LOCK_SH | LOCK_NB), "a shared one does not");
    ok(flock(one, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK, "two of them do");
    flock(two, LOCK_UN);
    flock(one, LOCK_EX);
    pid_t child = fork();
    if (!child) {
        close(one);
        _exit(flock(two, LOCK_EX) != 0);
    }
    usleep(20000);
    close(one);
    waitpid(child, &status, 0);
    ok(status == 0, "closing lets who waits go on");
    child = fork();
    if (!child) {
        int own = open("/tmp/event.lock", O_RDWR);

        flock(own, LOCK_EX);
        pause();
    }
    usleep(50000);
    kill(child, SIGKILL);
    ok(!flock(two, LOCK_EX), "so does death");
    waitpid(child, NULL, 0);
    one = open("/tmp/event.lock", O_RDWR);
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    ok(flock(one, LOCK_EX) == -1 && errno == EINTR, "EINTR");
    close(one);
    close(two);
    unlink("/tmp/event.lock");
}

int main(void)
{
    test_counter();
    test_fork();
    test_timer(CLOCK_MONOTONIC, "a timer");
    test_timer(CLOCK_REALTIME, "a timer of the other clock");
    test_flock();
    return checks_done();
}
