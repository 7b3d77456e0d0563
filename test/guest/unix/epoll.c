/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll and signalfd: level and edge, once only, closing, sets in sets, several threads
 * and processes; signals read from a file. Prints TAP subtests.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int control(int set, int operation, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    return epoll_ctl(set, operation, fd, &event);
}

/* The events of the only file that is ready now; 0: none, -1: not just that. */
static int now(int set, int fd)
{
    struct epoll_event events[4];
    int count = epoll_wait(set, events, 4, 0);

    return count == 0 ? 0 : count == 1 && events[0].data.fd == fd ? (int)events[0].events
                                                                  : -1;
}

static void test_level(void)
{
    int set = epoll_create1(EPOLL_CLOEXEC), pair[2], copy;
    char text[8];

    (void)!pipe(pair);
    ok(set >= 0 && fcntl(set, F_GETFD) == FD_CLOEXEC, "a set");
    ok(!control(set, EPOLL_CTL_ADD, pair[0], EPOLLIN), "a file is added");
    ok(control(set, EPOLL_CTL_ADD, pair[0], EPOLLIN) == -1 && errno == EEXIST, "EEXIST");
    ok(control(set, EPOLL_CTL_MOD, pair[1], EPOLLIN) == -1 && errno == ENOENT, "ENOENT");
    ok(control(set, EPOLL_CTL_ADD, set, EPOLLIN) == -1 && errno == EINVAL, "itself: EINVAL");
    ok(control(pair[0], EPOLL_CTL_ADD, set, EPOLLIN) == -1 && errno == EINVAL, "no set: EINVAL");
    ok(control(set, EPOLL_CTL_ADD, 999, EPOLLIN) == -1 && errno == EBADF, "EBADF");
    int file = open("/tmp/epoll.file", O_RDWR | O_CREAT, 0600);
    ok(control(set, EPOLL_CTL_ADD, file, EPOLLIN) == -1 && errno == EPERM,
       "a regular file: EPERM");
    close(file);
    unlink("/tmp/epoll.file");
    ok(now(set, pair[0]) == 0, "nothing yet");
    (void)!write(pair[1], "ab", 2);
    ok(now(set, pair[0]) == EPOLLIN && now(set, pair[0]) == EPOLLIN, "ready, and still");
    (void)!read(pair[0], text, 1);
    ok(now(set, pair[0]) == EPOLLIN, "as long as there is something");
    (void)!read(pair[0], text, 1);
    ok(now(set, pair[0]) == 0, "not when it is empty");
    ok(!control(set, EPOLL_CTL_DEL, pair[0], 0), "taken out");
    (void)!write(pair[1], "a", 1);
    ok(now(set, pair[0]) == 0, "and not reported");
    control(set, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLONESHOT);
    ok(now(set, pair[0]) == EPOLLIN && now(set, pair[0]) == 0, "EPOLLONESHOT: once");
    control(set, EPOLL_CTL_MOD, pair[0], EPOLLIN);
    ok(now(set, pair[0]) == EPOLLIN, "until it is changed");
    close(pair[1]);
    ok(now(set, pair[0]) == (EPOLLIN | EPOLLHUP), "EPOLLHUP");
    copy = dup(pair[0]);
    close(pair[0]);
    ok(now(set, pair[0]) == (EPOLLIN | EPOLLHUP), "a copy keeps it in the set");
    close(copy);
    ok(now(set, pair[0]) == 0, "closing the last one takes it out");
    close(set);
}

static void test_edge(void)
{
    int set = epoll_create1(0), pair[2];
    char text[8];

    (void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    control(set, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    ok(now(set, pair[0]) == EPOLLOUT && now(set, pair[0]) == 0, "EPOLLET: once");
    (void)!write(pair[1], "ab", 2);
    ok(now(set, pair[0]) == (EPOLLIN | EPOLLOUT) && now(set, pair[0]) == 0,
       "once for what has come");
    (void)!read(pair[0], text, 1);
    ok(now(set, pair[0]) == 0, "not for what is left");
    (void)!write(pair[1], "c", 1);
    ok(now(set, pair[0]) == (EPOLLIN | EPOLLOUT), "but for more");
    (void)!read(pair[0], text, 8);
    control(set, EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLET);
    ok(now(set, pair[0]) == 0, "nothing there");
    close(pair[1]);
    ok(now(set, pair[0]) == (EPOLLIN | EPOLLHUP) && now(set, pair[0]) == 0, "the end");
    close(pair[0]);
    close(set);
}

static void test_depth(void)
{
    int sets[6], pair[2], good = 1;

    (void)!pipe(pair);
    for (int i = 0; i < 6; i++)
        sets[i] = epoll_create1(0);
    control(sets[0], EPOLL_CTL_ADD, pair[0], EPOLLIN);
    for (int i = 1; i < 5; i++)
        good = good && !control(sets[i], EPOLL_CTL_ADD, sets[i - 1], EPOLLIN);
    ok(good, "five sets in each other");
    ok(control(sets[5], EPOLL_CTL_ADD, sets[4], EPOLLIN) == -1
       && (errno == ELOOP || errno == EINVAL), "not six");
    for (int i = 0; i < 6; i++)
        close(sets[i]);
    close(pair[0]);
    close(pair[1]);
}

static void test_nested(void)
{
    int outer = epoll_create1(0), inner = epoll_create1(0), pair[2];
    struct pollfd one = {outer, POLLIN, 0};
    fd_set readable;

    (void)!pipe(pair);
    control(inner, EPOLL_CTL_ADD, pair[0], EPOLLIN);
    ok(!control(outer, EPOLL_CTL_ADD, inner, EPOLLIN), "a set in a set");
    ok(control(inner, EPOLL_CTL_ADD, outer, EPOLLIN) == -1 && errno == ELOOP, "ELOOP");
    ok(poll(&one, 1, 0) == 0, "not ready");
    (void)!write(pair[1], "a", 1);
    ok(now(outer, inner) == EPOLLIN, "ready");
    ok(poll(&one, 1, -1) == 1 && one.revents == POLLIN, "poll says so");
    FD_ZERO(&readable);
    FD_SET(outer, &readable);
    ok(select(outer + 1, &readable, NULL, NULL, NULL) == 1 && FD_ISSET(outer, &readable),
       "select, too");
    close(inner);
    ok(now(outer, inner) == 0, "closed");
    close(outer);
    close(pair[0]);
    close(pair[1]);
}

static void test_time(void)
{
    struct timespec from, to;
    struct epoll_event event;
    int set = epoll_create1(0);

    clock_gettime(CLOCK_MONOTONIC, &from);
    ok(epoll_wait(set, &event, 1, 50) == 0, "a timeout");
    clock_gettime(CLOCK_MONOTONIC, &to);
    ok((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 >= 49,
       "not earlier");
    ok(epoll_wait(set, &event, 0, 0) == -1 && errno == EINVAL, "no room: EINVAL");
    close(set);
}

static int thread_set, thread_pipe[2];

static void *add_later(void *argument)
{
    usleep(20000);
    control(thread_set, EPOLL_CTL_ADD, thread_pipe[0], EPOLLIN);
    return argument;
}

static void *write_later(void *argument)
{
    usleep(20000);
    return write(thread_pipe[1], "x", 1) == 1 ? argument : NULL;
}

static void test_threads(void)
{
    struct epoll_event event = {0};
    pthread_t thread;
    char text[4];

    thread_set = epoll_create1(0);
    (void)!pipe(thread_pipe);
    (void)!write(thread_pipe[1], "x", 1);
    pthread_create(&thread, NULL, add_later, NULL);
    ok(epoll_wait(thread_set, &event, 1, -1) == 1 && event.data.fd == thread_pipe[0],
       "added by another thread during the wait");
    pthread_join(thread, NULL);
    (void)!read(thread_pipe[0], text, 1);
    pthread_create(&thread, NULL, write_later, NULL);
    ok(epoll_wait(thread_set, &event, 1, -1) == 1, "made ready by another thread");
    pthread_join(thread, NULL);
    close(thread_set);
    close(thread_pipe[0]);
    close(thread_pipe[1]);
}

/* Many pipes: each child writes to some, one set hears of all, nothing is lost. */
static void test_many(void)
{
    enum { PIPES = 70, ROUNDS = 20, CHILDREN = 3 };
    int set = epoll_create1(0), pipes[PIPES][2], counts[PIPES] = {0}, total = 0, good = 1;

    for (int i = 0; i < PIPES; i++) {
        struct epoll_event event = {.events = EPOLLIN | (i % 2 ? EPOLLET : 0), .data.u32 = (unsigned)i};

        (void)!pipe2(pipes[i], O_NONBLOCK);
        epoll_ctl(set, EPOLL_CTL_ADD, pipes[i][0], &event);
    }
    for (int c = 0; c < CHILDREN; c++) {
        if (fork())
            continue;
        for (int n = 0; n < ROUNDS; n++) {
            for (int i = c; i < PIPES; i += CHILDREN)
                (void)!write(pipes[i][1], "x", 1);
        }
        _exit(0);
    }
    while (total < PIPES * ROUNDS) {
        struct epoll_event events[16];
        int count = epoll_wait(set, events, 16, -1);

        for (int e = 0; e < count; e++) {
            char text[64];
            ssize_t got;

            while ((got = read(pipes[events[e].data.u32][0], text, sizeof(text))) > 0) {
                counts[events[e].data.u32] += (int)got;
                total += (int)got;
            }
        }
    }
    for (int i = 0; i < PIPES; i++) {
        good &= counts[i] == ROUNDS;
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
    ok(good, "seventy pipes, nothing lost");
    while (wait(NULL) > 0)
        ;
    close(set);
}

static void test_signals(void)
{
    struct signalfd_siginfo record[3];
    struct epoll_event event;
    sigset_t mask, old;
    int fd, set = epoll_create1(0);

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, &old);
    fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    ok(fd >= 0 && read(fd, record, sizeof(record)) == -1 && errno == EAGAIN, "no signal");
    kill(getpid(), SIGUSR1);
    ok(read(fd, record, sizeof(record)) == sizeof(record[0])
       && record[0].ssi_signo == SIGUSR1 && record[0].ssi_pid == (unsigned)getpid(),
       "a signal is read");
    ok(read(fd, record, 8) == -1 && errno == EINVAL, "too short: EINVAL");
    control(set, EPOLL_CTL_ADD, fd, EPOLLIN);
    ok(now(set, fd) == 0, "not ready");
    pid_t child = fork();
    if (!child)
        _exit(3);
    ok(epoll_wait(set, &event, 1, -1) == 1 && event.data.fd == fd, "a child's end wakes");
    ok(read(fd, record, sizeof(record)) == sizeof(record[0])
       && record[0].ssi_signo == SIGCHLD && record[0].ssi_pid == (unsigned)child
       && record[0].ssi_status == 3, "and says which");
    waitpid(child, NULL, 0);
    fcntl(fd, F_SETFL, 0);
    child = fork();
    if (!child) {
        usleep(20000);
        _exit(kill(getppid(), SIGUSR1) != 0);
    }
    ok(read(fd, record, sizeof(record[0])) == sizeof(record[0])
       && (record[0].ssi_signo == SIGUSR1 || record[0].ssi_signo == SIGCHLD),
       "waiting for one");
    waitpid(child, NULL, 0);
    close(fd);
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(set);
}

int main(void)
{
    signal(SIGUSR1, SIG_IGN);
    test_level();
    test_edge();
    test_nested();
    test_depth();
    test_time();
    test_threads();
    test_many();
    test_signals();
    return checks_done();
}
