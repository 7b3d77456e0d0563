/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets of the family AF_UNIX: pairs, names, listening and connecting, datagrams,
 * shutting down, flags, credentials, and the death of either side. Prints TAP subtests.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64];

static struct sockaddr_un address_of(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(address.sun_path, name);
    return address;
}

static int connect_to(int fd, const char *name)
{
    struct sockaddr_un address = address_of(name);

    return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int bind_to(int fd, const char *name)
{
    struct sockaddr_un address = address_of(name);

    return bind(fd, (struct sockaddr *)&address, sizeof(address));
}

static int ready(int fd, int events)
{
    struct pollfd one = {fd, (short)events, 0};

    return poll(&one, 1, 0) < 0 ? -1 : one.revents;
}

static void test_pair(void)
{
    int pair[2], type = 0, bytes = 0;
    socklen_t length = sizeof(type);
    char text[16] = "";

    ok(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "a pair of streams");
    ok(write(pair[0], "hello", 5) == 5 && read(pair[1], text, 8) == 5
       && !memcmp(text, "hello", 5), "bytes go one way");
    ok(write(pair[1], "you", 3) == 3 && read(pair[0], text, 2) == 2
       && read(pair[0], text + 2, 8) == 1 && !memcmp(text, "you", 3),
       "and the other, in parts");
    ok(!getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &type, &length) && type == SOCK_STREAM,
       "SO_TYPE");
    ok(ready(pair[0], POLLIN | POLLOUT) == POLLOUT, "ready to write, not to read");
    (void)!write(pair[1], "abc", 3);
    ok(ready(pair[0], POLLIN | POLLOUT) == (POLLIN | POLLOUT), "ready for both");
    ok(!ioctl(pair[0], FIONREAD, &bytes) && bytes == 3, "FIONREAD");
    ok(recv(pair[0], text, 2, MSG_PEEK) == 2 && recv(pair[0], text, 8, 0) == 3,
       "MSG_PEEK leaves the bytes");
    ok(recv(pair[0], text, 8, MSG_DONTWAIT) == -1 && errno == EAGAIN, "MSG_DONTWAIT");
    ok(pread(pair[0], text, 1, 0) == -1 && errno == ESPIPE, "pread: ESPIPE");
    ok(lseek(pair[0], 0, SEEK_CUR) == -1 && errno == ESPIPE, "lseek: ESPIPE");
    close(pair[0]);
    ok(read(pair[1], text, 8) == 0, "the end, when the other side is closed");
    ok(ready(pair[1], POLLIN | POLLRDHUP) == (POLLIN | POLLHUP | POLLRDHUP),
       "and readiness says so");
    ok(send(pair[1], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "MSG_NOSIGNAL: EPIPE");
    close(pair[1]);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    signals += number != 0;
}

static void handle(int number, int flags)
{
    struct sigaction action = {.sa_handler = count_signal, .sa_flags = flags};

    sigaction(number, &action, NULL);
}

static void test_broken(void)
{
    int pair[2], error = 0;
    socklen_t length = sizeof(error);

    handle(SIGPIPE, 0);
    signals = 0;
    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    close(pair[0]);
    ok(write(pair[1], "x", 1) == -1 && errno == EPIPE && signals == 1, "EPIPE and SIGPIPE");
    close(pair[1]);
    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    (void)!write(pair[1], "unread", 6);
    close(pair[0]);
    ok(!getsockopt(pair[1], SOL_SOCKET, SO_ERROR, &error, &length) && error == ECONNRESET,
       "closing with bytes unread: ECONNRESET");
    close(pair[1]);
}

static void test_shutdown(void)
{
    int pair[2];
    char text[8];

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    (void)!write(pair[0], "last", 4);
    ok(!shutdown(pair[0], SHUT_WR), "shutdown of writing");
    ok(read(pair[1], text, 8) == 4 && read(pair[1], text, 8) == 0,
       "what was written comes, then the end");
    ok(send(pair[0], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE, "EPIPE after that");
    ok(write(pair[1], "back", 4) == 4 && read(pair[0], text, 8) == 4,
       "the other way is open");
    ok(ready(pair[1], POLLRDHUP) == POLLRDHUP, "POLLRDHUP");
    close(pair[0]);
    close(pair[1]);
}

static void test_names(void)
{
    struct sockaddr_un name;
    socklen_t length = sizeof(name);
    int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client, server;
    struct stat status;
    char text[8];

    unlink(path);
    ok(connect_to(listening, path) == -1 && errno == ENOENT, "connect: ENOENT");
    ok(!bind_to(listening, path), "bind to a path");
    ok(!stat(path, &status) && S_ISSOCK(status.st_mode), "a socket is there");
    ok(open(path, O_RDWR) == -1 && errno == ENXIO, "which cannot be opened");
    ok(bind_to(socket(AF_UNIX, SOCK_STREAM, 0), path) == -1 && errno == EADDRINUSE,
       "EADDRINUSE");
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    ok(connect_to(client, path) == -1 && errno == ECONNREFUSED, "nobody listens");
    ok(!listen(listening, 4), "listen");
    ok(ready(listening, POLLIN) == 0, "no connection yet");
    ok(!connect_to(client, path), "connect");
    ok(connect_to(client, path) == -1 && errno == EISCONN, "again: EISCONN");
    ok(ready(listening, POLLIN) == POLLIN, "a connection");
    ok(write(client, "early", 5) == 5, "bytes before it is accepted");
    server = accept4(listening, (struct sockaddr *)&name, &length, SOCK_CLOEXEC);
    ok(server >= 0 && length == sizeof(sa_family_t), "accept; the client has no name");
    ok(fcntl(server, F_GETFD) == FD_CLOEXEC, "close on exec");
    ok(read(server, text, 8) == 5, "they arrive");
    length = sizeof(name);
    ok(!getsockname(server, (struct sockaddr *)&name, &length)
       && !strcmp(name.sun_path, path)
       && length == offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1,
       "getsockname");
    length = sizeof(name);
    ok(!getpeername(client, (struct sockaddr *)&name, &length)
       && !strcmp(name.sun_path, path), "getpeername");
    fcntl(listening, F_SETFL, O_NONBLOCK);
    ok(accept(listening, NULL, NULL) == -1 && errno == EAGAIN, "accept: EAGAIN");
    close(server);
    ok(read(client, text, 8) == 0, "the server closes");
    close(client);
    close(listening);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    ok(connect_to(client, path) == -1 && errno == ECONNREFUSED,
       "the name stays when the socket is gone: ECONNREFUSED");
    close(client);
    unlink(path);
}

/* A long write is read in parts, the last of each piece as right as the others. */
static void test_long(void)
{
    enum { LONG = 150000, PART = 500 };
    static unsigned char sent[LONG], got[LONG];
    int pair[2];
    size_t to = 0, from = 0;

    for (size_t i = 0; i < LONG; i++)
        sent[i] = (unsigned char)(i * 7 + i / 251);
    (void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    while (from < LONG) {
        ssize_t put = to < LONG ? write(pair[0], sent + to, LONG - to) : 0;
        ssize_t part = read(pair[1], got + from, LONG - from < PART ? LONG - from : PART);

        if (part <= 0)
            break;
        to += put > 0 ? (size_t)put : 0;
        from += (size_t)part;
    }
    ok(from == LONG && !memcmp(sent, got, LONG), "a long write, read in parts");
    close(pair[0]);
    close(pair[1]);
}

/* The name is free when its listener has gone, though a connection lives on. */
static void test_name_again(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0again"};
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 6;
    int one = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    int waiting = socket(AF_UNIX, SOCK_STREAM, 0), server;
    char byte;

    (void)!bind(one, (struct sockaddr *)&name, length);
    (void)!listen(one, 2);
    (void)!connect(client, (struct sockaddr *)&name, length);
    server = accept(one, NULL, NULL);
    (void)!connect(waiting, (struct sockaddr *)&name, length);
    close(one);
    ok(read(waiting, &byte, 1) == -1 && errno == ECONNRESET, "never accepted: ECONNRESET");
    one = socket(AF_UNIX, SOCK_STREAM, 0);
    ok(server >= 0 && !bind(one, (struct sockaddr *)&name, length),
       "a name whose listener has gone is free");
    close(one);
    close(client);
    close(waiting);
    close(server);
}

static void test_abstract(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0test"};
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 5;
    int one = socket(AF_UNIX, SOCK_SEQPACKET, 0), other, client;
    char text[8];

    ok(!bind(one, (struct sockaddr *)&name, length) && !listen(one, 1), "an abstract name");
    client = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    ok(bind(client, (struct sockaddr *)&name, length) == -1 && errno == EADDRINUSE,
       "EADDRINUSE");
    ok(!connect(client, (struct sockaddr *)&name, length), "connect");
    other = accept(one, NULL, NULL);
    ok(send(client, "one", 3, 0) == 3 && send(client, "two!", 4, 0) == 4
       && recv(other, text, 8, 0) == 3 && recv(other, text, 2, 0) == 2
       && recv(other, text, 8, MSG_DONTWAIT) == -1 && errno == EAGAIN,
       "records stay apart, what does not fit is lost");
    close(client);
    ok(recv(other, text, 8, 0) == 0, "the end");
    close(other);
    close(one);
    one = socket(AF_UNIX, SOCK_DGRAM, 0);
    ok(!bind(one, (struct sockaddr *)&name, sizeof(sa_family_t)), "autobind");
    length = sizeof(name);
    ok(!getsockname(one, (struct sockaddr *)&name, &length)
       && length == sizeof(sa_family_t) + 6 && !name.sun_path[0], "makes a name");
    close(one);
}

static void test_datagrams(void)
{
    struct sockaddr_un to = address_of(path), from;
    socklen_t length = sizeof(from);
    int one = socket(AF_UNIX, SOCK_DGRAM, 0), two = socket(AF_UNIX, SOCK_DGRAM, 0);
    char text[8], other[80];
    struct iovec parts[2] = {{text, 2}, {text + 2, 1}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    snprintf(other, sizeof(other), "%s.two", path);
    unlink(path);
    unlink(other);
    (void)!bind_to(one, path);
    (void)!bind_to(two, other);
    ok(sendto(two, "hi", 2, 0, (struct sockaddr *)&to, sizeof(to)) == 2, "sendto");
    ok(recvfrom(one, text, 8, 0, (struct sockaddr *)&from, &length) == 2
       && !strcmp(from.sun_path, other), "recvfrom tells who it was");
    ok(sendto(two, "", 0, 0, (struct sockaddr *)&to, sizeof(to)) == 0
       && recv(one, text, 8, 0) == 0, "an empty one");
    ok(send(two, "x", 1, 0) == -1 && errno == ENOTCONN, "no peer: ENOTCONN");
    ok(!connect_to(two, path) && send(two, "abcdef", 6, 0) == 6, "a peer");
    ok(recvmsg(one, &message, 0) == 3 && message.msg_flags & MSG_TRUNC
       && !memcmp(text, "abc", 3), "in two places, cut: MSG_TRUNC");
    (void)!send(two, "abcdef", 6, 0);
    ok(recv(one, text, 2, MSG_TRUNC) == 6, "MSG_TRUNC tells the length");
    close(one);
    ok(send(two, "x", 1, 0) == -1 && errno == ECONNREFUSED, "the peer goes: ECONNREFUSED");
    close(two);
    ok(sendto(socket(AF_UNIX, SOCK_STREAM, 0), "x", 1, MSG_NOSIGNAL,
           (struct sockaddr *)&to, sizeof(to)) == -1 && errno == EOPNOTSUPP,
       "streams have no sendto: EOPNOTSUPP");
    unlink(path);
    unlink(other);
}

static void test_credentials(void)
{
    struct ucred who = {0};
    socklen_t length = sizeof(who);
    union { char bytes[CMSG_SPACE(sizeof(who))]; struct cmsghdr first; } control;
    char text[8];
    struct iovec part = {text, sizeof(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1,
        .msg_control = &control, .msg_controllen = sizeof(control)};
    int pair[2], on = 1;

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    ok(!getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &who, &length)
       && who.pid == getpid() && who.uid == getuid() && who.gid == getgid(),
       "SO_PEERCRED");
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
    pid_t child = fork();
    if (!child)
        _exit(write(pair[0], "me", 2) != 2);
    ok(recvmsg(pair[1], &message, 0) == 2, "a message of a child");
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (c)
        memcpy(&who, CMSG_DATA(c), sizeof(who));
    ok(c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS
       && who.pid == child, "SCM_CREDENTIALS tells which");
    waitpid(child, NULL, 0);
    close(pair[0]);
    close(pair[1]);
}

static void test_errors(void)
{
    int one = socket(AF_UNIX, SOCK_STREAM, 0), file = open("/dev/null", O_RDWR), pair[2];
    char text[4];

    ok(socket(AF_INET + 100, SOCK_STREAM, 0) == -1 && errno == EAFNOSUPPORT,
       "EAFNOSUPPORT");
    ok(socketpair(AF_UNIX, 9, 0, pair) == -1 && errno == ESOCKTNOSUPPORT,
       "ESOCKTNOSUPPORT");
    ok(listen(file, 1) == -1 && errno == ENOTSOCK, "ENOTSOCK");
    ok(recv(file, text, 1, 0) == -1 && errno == ENOTSOCK, "recv: ENOTSOCK");
    ok(listen(one, 1) == -1 && errno == EINVAL, "listen without a name: EINVAL");
    ok(accept(one, NULL, NULL) == -1 && errno == EINVAL, "accept: EINVAL");
    ok(send(one, "x", 1, MSG_NOSIGNAL) == -1 && errno == ENOTCONN, "send: ENOTCONN");
    ok(getpeername(one, (struct sockaddr *)text, &(socklen_t){0}) == -1
       && errno == ENOTCONN, "getpeername: ENOTCONN");
    ok(getsockopt(-1, SOL_SOCKET, SO_TYPE, text, &(socklen_t){4}) == -1 && errno == EBADF,
       "EBADF");
    close(one);
    close(file);
}

enum { BULK = 1 << 20 };

/* Sends a pattern of BULK bytes in writes of odd lengths. */
static int send_bulk(int fd)
{
    static unsigned char data[70001];
    unsigned at = 0, size = 1;

    while (at < BULK) {
        unsigned count = size < BULK - at ? size : BULK - at;

        for (unsigned i = 0; i < count; i++)
            data[i] = (unsigned char)((at + i) * 7 + (at + i) / 251);
        if (write(fd, data, count) != (ssize_t)count)
            return 1;
        at += count;
        size = size * 3 % 70001;
    }
    return 0;
}

static int receive_bulk(int fd)
{
    static unsigned char data[50021];
    unsigned at = 0;
    ssize_t got;

    while ((got = read(fd, data, sizeof(data) - at % 977)) > 0) {
        for (ssize_t i = 0; i < got; i++, at++) {
            if (data[i] != (unsigned char)(at * 7 + at / 251))
                return 0;
        }
    }
    return got == 0 && at == BULK;
}

static void test_bulk(int type)
{
    int pair[2], status = -1;

    (void)!socketpair(AF_UNIX, type, 0, pair);
    pid_t child = fork();
    if (!child) {
        close(pair[0]);
        _exit(send_bulk(pair[1]));
    }
    close(pair[1]);
    ok(receive_bulk(pair[0]), "a megabyte in writes of all lengths");
    waitpid(child, &status, 0);
    ok(status == 0, "each of which was whole");
    close(pair[0]);
}

static void test_full(void)
{
    static char block[4096];
    int pair[2], total = 0;
    ssize_t put;

    (void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    while ((put = write(pair[0], block, sizeof(block))) > 0)
        total += (int)put;
    ok(put == -1 && errno == EAGAIN && total >= 65536, "a full one: EAGAIN");
    ok(ready(pair[0], POLLOUT) == 0, "not ready to write");
    while (total > 0 && (put = read(pair[1], block, sizeof(block))) > 0)
        total -= (int)put;
    ok(total == 0 && ready(pair[0], POLLOUT) == POLLOUT, "ready when it was read");
    close(pair[0]);
    close(pair[1]);
}

static void test_interrupted(void)
{
    int pair[2];
    char text[4];

    (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    handle(SIGALRM, 0);
    signals = 0;
    alarm(1);
    ok(read(pair[0], text, 1) == -1 && errno == EINTR && signals == 1, "EINTR");
    handle(SIGALRM, SA_RESTART);
    pid_t child = fork();
    if (!child) {
        close(pair[0]);
        kill(getppid(), SIGALRM);
        usleep(200000);
        _exit(write(pair[1], "x", 1) != 1);
    }
    ok(read(pair[0], text, 1) == 1, "SA_RESTART goes on waiting");
    waitpid(child, NULL, 0);
    ok(signals == 2, "after the signal");
    close(pair[0]);
    close(pair[1]);
}

/* Clients that connect all at once to a server with a short queue, send and hear. */
static void test_many(void)
{
    enum { CLIENTS = 12 };
    int listening = socket(AF_UNIX, SOCK_STREAM, 0), good = 0, status;

    unlink(path);
    (void)!bind_to(listening, path);
    (void)!listen(listening, 2);
    for (int i = 0; i < CLIENTS; i++) {
        if (fork())
            continue;
        int fd = socket(AF_UNIX, SOCK_STREAM, 0), got = -1;

        if (connect_to(fd, path))
            _exit(1);
        (void)!write(fd, &i, sizeof(i));
        _exit(read(fd, &got, sizeof(got)) != sizeof(got) || got != i + 1);
    }
    for (int i = 0; i < CLIENTS; i++) {
        int fd = accept(listening, NULL, NULL), number;

        if (read(fd, &number, sizeof(number)) == sizeof(number)) {
            number++;
            (void)!write(fd, &number, sizeof(number));
        }
        close(fd);
    }
    while (wait(&status) > 0)
        good += status == 0;
    ok(good == CLIENTS, "many clients, and a queue of two");
    close(listening);
    unlink(path);
}

/* A client that is killed while it waits, or the server. */
static void test_death(void)
{
    char text[4];

    for (int side = 0; side < 2; side++) {
        int pair[2];

        (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
        pid_t child = fork();
        if (!child) {
            close(pair[0]);
            (void)!write(pair[1], "r", 1);
            if (side)
                (void)!read(pair[1], text, 1);
            pause();
        }
        close(pair[1]);
        ok(read(pair[0], text, 1) == 1, "a child is there");
        kill(child, SIGKILL);
        ok(read(pair[0], text, 1) == 0, "its death ends the stream");
        waitpid(child, NULL, 0);
        close(pair[0]);
    }
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits that end by themselves. Only that they do not end too early is certain. */
static void test_times(void)
{
    static char block[65536];
    const struct timeval some = {0, 100000}, bad = {0, 1000000}, none = {0, 0};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct timeval now;
    socklen_t size = sizeof(now);
    long begin;
    ssize_t done;
    int pair[2], listening = socket(AF_UNIX, SOCK_STREAM, 0);

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        return;
    ok(!getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &now, &size) && size == sizeof(now)
       && !now.tv_sec && !now.tv_usec, "no limit");
    ok(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &bad, sizeof(bad)) == -1
       && errno == EDOM, "a second of microseconds: EDOM");
    ok(!setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &some, sizeof(some))
       && !setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &some, sizeof(some))
       && !getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &now, &size)
       && now.tv_usec == 100000, "a limit");
    begin = milliseconds();
    ok(read(pair[0], block, 8) == -1 && errno == EAGAIN && milliseconds() - begin >= 99,
       "read ends");
    begin = milliseconds();
    ok(recv(pair[0], block, sizeof(block), 0) == -1 && errno == EAGAIN
       && milliseconds() - begin >= 99, "so does recv");
    ok(write(pair[1], "abc", 3) == 3 && read(pair[0], block, 8) == 3, "bytes are read");
    begin = milliseconds();
    do
        done = write(pair[0], block, sizeof(block));
    while (done > 0);
    ok(done == -1 && errno == EAGAIN && milliseconds() - begin >= 99, "write ends");
    ok(!setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none)), "no more");
    snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "times.%d", (int)getpid());
    ok(!bind(listening, (struct sockaddr *)&name, sizeof(name)) && !listen(listening, 1)
       && !setsockopt(listening, SOL_SOCKET, SO_RCVTIMEO, &some, sizeof(some)),
       "a limit for accept");
    begin = milliseconds();
    ok(accept(listening, NULL, NULL) == -1 && errno == EAGAIN
       && milliseconds() - begin >= 99, "which ends");
    close(listening);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    snprintf(path, sizeof(path), "/tmp/socket.%d", (int)getpid());
    test_pair();
    test_broken();
    test_shutdown();
    test_names();
    test_abstract();
    test_name_again();
    test_long();
    test_datagrams();
    test_credentials();
    test_errors();
    test_bulk(SOCK_STREAM);
    test_full();
    test_interrupted();
    test_many();
    test_death();
    test_times();
    return checks_done();
}
