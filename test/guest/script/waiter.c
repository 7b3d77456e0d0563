/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waiter poll|select|epoll|read|none FILE TIMES: opens the file, says whether there is
 * something to read yet, then waits in this way for each line, and prints it. A program of
 * Unix, for the tests of files that scripts serve.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

static int by_poll(int file, int timeout)
{
    struct pollfd wanted = {.fd = file, .events = POLLIN};

    if (poll(&wanted, 1, timeout) <= 0)
        return 0;
    if (wanted.revents & (POLLERR | POLLHUP))
        printf("hangup ");
    return 1;
}

static int by_select(int file, int timeout)
{
    struct timeval limit = {.tv_sec = timeout / 1000, .tv_usec = timeout % 1000 * 1000};
    fd_set wanted;

    FD_ZERO(&wanted);
    FD_SET(file, &wanted);
    return select(file + 1, &wanted, NULL, NULL, timeout < 0 ? NULL : &limit) == 1;
}

static int by_epoll(int file, int timeout)
{
    static int set = -1;
    struct epoll_event event = {.events = EPOLLIN};

    if (set < 0) {
        set = epoll_create1(0);
        if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, file, &event))
            return 0;
    }
    return epoll_wait(set, &event, 1, timeout) == 1;
}

static const struct way {
    const char *name;
    int (*wait)(int file, int timeout);
    int flags;
} ways[] = {
    {"poll", by_poll, 0}, {"select", by_select, 0}, {"epoll", by_epoll, O_NONBLOCK},
    {"read", NULL, 0}, {"none", NULL, O_NONBLOCK},
};

static const struct way *way_of(const char *name)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        if (!strcmp(ways[i].name, name))
            return &ways[i];
    }
    exit(2);
}

static void show(int file)
{
    char line[100];
    ssize_t got = read(file, line, sizeof(line) - 1);

    if (got < 0)
        printf("%s\n", strerror(errno));
    else
        printf("%.*s%s", (int)got, line, got ? "" : "end\n");
}

int main(int argc, char **argv)
{
    const struct way *way = argc == 4 ? way_of(argv[1]) : NULL;
    int file = way ? open(argv[2], O_RDWR | way->flags) : -1;

    if (file < 0)
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts((way->wait ? way->wait : by_poll)(file, 0) ? "something" : "nothing");
    for (int i = atoi(argv[3]); i > 0; i--) {
        if (way->wait && !way->wait(file, -1))
            puts("no");
        show(file);
    }
    puts((way->wait ? way->wait : by_poll)(file, 0) ? "something" : "nothing");
    return 0;
}
