/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors that go over sockets, also when their sender has gone. Prints TAP subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sends up to eight descriptors with a byte; what sendmsg says. */
static ssize_t pass(int fd, const int *files, int count)
{
    union { char bytes[CMSG_SPACE(8 * sizeof(int))]; struct cmsghdr first; } control = {{0}};
    struct iovec part = {"x", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
        .msg_controllen = CMSG_SPACE((size_t)count * sizeof(int))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(c), files, (size_t)count * sizeof(int));
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* Sockets on their way in their own queues, when nobody has them any more. */
static void test_circles(void)
{
    enum { CHILDREN = 6, ROUNDS = 200 };
    int pair[2] = {-1, -1}, good = 0, status;

    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = fork();

        if (!child) {
            for (int n = 0; n < ROUNDS; n++) {
                if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)
                    || pass(pair[0], &pair[1], 1) != 1)
                    _exit(1);
                close(pair[0]);
                close(pair[1]);
            }
            _exit(0);
        }
        good += waitpid(child, &status, 0) == child && status == 0;
    }
    ok(good == CHILDREN, "many sockets on their way to themselves");
    ok(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "there is place for others");
    close(pair[0]);
    close(pair[1]);
}

/* Descriptors that nobody asks for are dropped, and leave the bytes alone. */
static void test_dropped(void)
{
    static const char text[] = "forty bytes that come as they were sent.";
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr first; } control = {{0}};
    struct iovec part = {(char *)text, sizeof(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
        .msg_controllen = sizeof(control)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    char got[sizeof(text)] = {0};
    int pair[2], ends[2];

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    (void)!pipe(ends);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &ends[1], sizeof(int));
    ok(sendmsg(pair[0], &message, 0) == sizeof(text), "a descriptor with forty bytes");
    close(ends[1]);
    ok(read(pair[1], got, sizeof(got)) == sizeof(got) && !memcmp(got, text, sizeof(got)),
       "read gets the bytes");
    ok(read(ends[0], got, 1) == 0, "and the descriptor is closed");
    close(ends[0]);
    close(pair[0]);
    close(pair[1]);
}

/* Receives a byte and at most `most` descriptors: how many; -1: an error. */
static int catch(int fd, int *files, int most, int flags, int *cut)
{
    union { char bytes[CMSG_SPACE(8 * sizeof(int))]; struct cmsghdr first; } control;
    char text[4];
    struct iovec part = {text, sizeof(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
        .msg_controllen = CMSG_LEN((size_t)most * sizeof(int))};

    if (recvmsg(fd, &message, flags) != 1)
        return -1;
    *cut = message.msg_flags & MSG_CTRUNC;
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (!c || c->cmsg_type != SCM_RIGHTS)
        return 0;
    int count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(files, CMSG_DATA(c), (size_t)count * sizeof(int));
    return count;
}

static void test_alive(int type)
{
    int pair[2], ends[2], got[8], cut, file;
    char text[8];

    (void)!socketpair(AF_UNIX, type, 0, pair);
    (void)!pipe(ends);
    file = open("/tmp/rights.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    (void)!write(file, "contents", 8);
    lseek(file, 3, SEEK_SET);
    ok(pass(pair[0], (int[]){ends[0], file}, 2) == 1, "two descriptors are sent");
    close(ends[0]);
    close(file);
    ok(catch(pair[1], got, 8, MSG_CMSG_CLOEXEC, &cut) == 2 && !cut, "and come");
    ok(fcntl(got[0], F_GETFD) == FD_CLOEXEC, "close on exec");
    ok(write(ends[1], "hey", 3) == 3 && read(got[0], text, 8) == 3, "the pipe works");
    ok(read(got[1], text, 8) == 5 && !memcmp(text, "tents", 5), "the file has its position");
    close(got[0]);
    close(got[1]);
    ok(pass(pair[0], (int[]){999}, 1) == -1 && errno == EBADF, "EBADF");
    ok(pass(pair[0], (int[]){ends[1], ends[1]}, 2) == 1
       && catch(pair[1], got, 1, 0, &cut) == 1 && cut, "no room for all: MSG_CTRUNC");
    close(got[0]);
    close(ends[1]);
    close(pair[0]);
    close(pair[1]);
    unlink("/tmp/rights.file");
}

/* The sender ends before anybody receives. */
static void test_dead(void)
{
    int pair[2], ends[2], got[8], cut;
    char text[4];

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    pid_t child = fork();
    if (!child) {
        (void)!pipe(ends);
        (void)!write(ends[1], "abc", 3);
        _exit(pass(pair[0], ends, 1) != 1);
    }
    waitpid(child, NULL, 0);
    ok(catch(pair[1], got, 8, 0, &cut) == 1, "from a process that has ended");
    ok(read(got[0], text, 4) == 3 && read(got[0], text, 4) == 0, "it works");
    close(got[0]);
    close(pair[0]);
    close(pair[1]);
}

/* Nobody receives: the descriptors are closed with the socket, or with the bytes. */
static void test_lost(void)
{
    int pair[2], ends[2];
    char text[4];

    for (int how = 0; how < 2; how++) {
        (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
        (void)!pipe(ends);
        pass(pair[0], ends + 1, 1);
        close(ends[1]);
        if (how)
            (void)!read(pair[1], text, 1);
        else
            close(pair[1]);
        ok(read(ends[0], text, 1) == 0, how ? "closed when only the bytes are read"
                                            : "closed with the socket");
        if (how)
            close(pair[1]);
        close(pair[0]);
        close(ends[0]);
    }
}

static void test_sockets(void)
{
    int pair[2], other[2], got[8], cut;
    char text[4];

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, other);
    ok(pass(pair[0], other, 1) == 1, "a socket goes over a socket");
    close(other[0]);
    ok(catch(pair[1], got, 8, 0, &cut) == 1 && write(got[0], "s", 1) == 1
       && read(other[1], text, 4) == 1, "and works");
    ok(send(got[0], "t", 1, 0) == 1 && recv(other[1], text, 4, 0) == 1, "as a socket");
    close(got[0]);
    ok(read(other[1], text, 4) == 0, "until it is closed");
    close(other[1]);
    close(pair[0]);
    close(pair[1]);
}

static void test_many(void)
{
    enum { ROUNDS = 200 };
    int pair[2], good = 0;

    (void)!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < ROUNDS; i++) {
            int ends[2];

            (void)!pipe(ends);
            (void)!write(ends[1], &i, sizeof(i));
            if (pass(pair[0], ends, 1) != 1)
                _exit(1);
            close(ends[0]);
            close(ends[1]);
        }
        _exit(0);
    }
    for (int i = 0; i < ROUNDS; i++) {
        int got[8], cut, number = -1;

        if (catch(pair[1], got, 8, 0, &cut) != 1)
            break;
        good += read(got[0], &number, sizeof(number)) == sizeof(number) && number == i;
        close(got[0]);
    }
    ok(good == ROUNDS, "two hundred, in their order");
    waitpid(child, NULL, 0);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    test_alive(SOCK_STREAM);
    test_alive(SOCK_DGRAM);
    test_dead();
    test_lost();
    test_sockets();
    test_many();
    test_dropped();
    test_circles();
    return checks_done();
}
