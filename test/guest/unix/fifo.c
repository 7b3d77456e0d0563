/* SPDX-License-Identifier: BSD-2-Clause */
/* FIFOs by name, the size of pipes, splice, and controls of descriptors. Prints TAP
 * subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char name[] = "/tmp/fifo.test";

static int ready(int fd)
{
    struct pollfd one = {fd, POLLIN | POLLOUT, 0};

    return poll(&one, 1, 0) < 0 ? -1 : one.revents;
}

static void test_name(void)
{
    struct stat by_name, by_file;
    int fd;

    ok(!mkfifo(name, 0640) && mkfifo(name, 0640) == -1 && errno == EEXIST, "a FIFO");
    ok(!stat(name, &by_name) && S_ISFIFO(by_name.st_mode), "has its type");
    ok(open(name, O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO, "no reader: ENXIO");
    fd = open(name, O_RDONLY | O_NONBLOCK);
    ok(fd >= 0 && !fstat(fd, &by_file) && by_file.st_ino == by_name.st_ino
       && by_file.st_dev == by_name.st_dev, "a reader need not wait");
    ok(lseek(fd, 0, SEEK_SET) == -1 && errno == ESPIPE, "it has no position");
    close(fd);
    fd = open(name, O_RDWR);
    ok(fd >= 0 && write(fd, "x", 1) == 1, "both ends at once");
    close(fd);
}

static void test_readiness(void)
{
    char bytes[16];
    int reading = open(name, O_RDONLY | O_NONBLOCK), writing;

    ok(ready(reading) == 0 && read(reading, bytes, 1) == 0, "nobody has written: the end");
    writing = open(name, O_WRONLY | O_NONBLOCK);
    ok(writing >= 0 && ready(writing) == POLLOUT, "a writer");
    ok(ready(reading) == 0 && read(reading, bytes, 1) == -1 && errno == EAGAIN,
       "nothing yet: EAGAIN");
    ok(write(writing, "abc", 3) == 3 && ready(reading) == POLLIN, "bytes");
    close(writing);
    ok(ready(reading) == (POLLIN | POLLHUP) && read(reading, bytes, 16) == 3,
       "stay when the writer goes");
    ok(ready(reading) == POLLHUP && read(reading, bytes, 16) == 0, "then the end");
    writing = open(name, O_WRONLY);
    ok(ready(reading) == 0, "another writer");
    close(reading);
    signal(SIGPIPE, SIG_IGN);
    ok(write(writing, "x", 1) == -1 && errno == EPIPE && ready(writing) & POLLERR,
       "no reader: EPIPE");
    close(writing);
}

static void nothing(int number)
{
    (void)number;
}

/* An open waits for the other end, whichever comes first. */
static void test_waiting(void)
{
    const struct sigaction action = {.sa_handler = nothing};
    char bytes[16] = "";
    int status = -1, fd;
    pid_t child = fork();

    if (!child) {
        fd = open(name, O_WRONLY);
        _exit(write(fd, "first", 5) != 5);
    }
    fd = open(name, O_RDONLY);
    ok(read(fd, bytes, 16) == 5 && !strcmp(bytes, "first") && read(fd, bytes, 16) == 0,
       "from a child");
    close(fd);
    waitpid(child, &status, 0);
    ok(status == 0, "which ended well");
    child = fork();
    if (!child) {
        usleep(20000);
        fd = open(name, O_RDONLY);
        _exit(read(fd, bytes, 16) != 6);
    }
    fd = open(name, O_WRONLY);
    ok(fd >= 0 && write(fd, "second", 6) == 6, "to a child");
    waitpid(child, &status, 0);
    ok(status == 0, "which has read it");
    close(fd);
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    ok(open(name, O_RDONLY) == -1 && errno == EINTR, "a signal ends waiting");
    ok(open(name, O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO, "and nobody reads");
}

/* Renamed and removed it is the same for who has it open. */
static void test_names(void)
{
    int reading = open(name, O_RDONLY | O_NONBLOCK), writing;
    char byte = 0;

    ok(!rename(name, "/tmp/fifo.other"), "another name");
    writing = open("/tmp/fifo.other", O_WRONLY);
    ok(write(writing, "y", 1) == 1 && read(reading, &byte, 1) == 1 && byte == 'y',
       "leads to the same FIFO");
    ok(!unlink("/tmp/fifo.other") && write(writing, "z", 1) == 1
       && read(reading, &byte, 1) == 1 && byte == 'z', "so does none");
    close(reading);
    close(writing);
}

static void test_size(void)
{
    static char block[65536];
    int ends[2], bytes = 0;

    if (pipe(ends))
        return;
    ok(fcntl(ends[0], F_GETPIPE_SZ) == 65536, "the size of a pipe");
    ok(fcntl(ends[1], F_SETPIPE_SZ, 100000) == 131072
       && fcntl(ends[0], F_GETPIPE_SZ) == 131072, "becomes a larger one");
    ok(write(ends[1], block, 65536) == 65536 && write(ends[1], block, 65536) == 65536,
       "takes more");
    ok(fcntl(ends[1], F_SETPIPE_SZ, 4096) == -1 && errno == EBUSY, "too full: EBUSY");
    ok(!ioctl(ends[0], FIONREAD, &bytes) && bytes == 131072, "FIONREAD");
    ok(read(ends[0], block, 65536) == 65536 && read(ends[0], block, 65530) == 65530
       && fcntl(ends[1], F_SETPIPE_SZ, 1) == 4096, "the smallest");
    ok(read(ends[0], block, 100) == 6, "keeps the bytes");
    close(ends[0]);
    close(ends[1]);
}

static void test_controls(void)
{
    int ends[2], on = 1, off = 0, bytes = -1, fd;
    char byte;

    if (pipe(ends))
        return;
    ok(!ioctl(ends[0], FIONBIO, &on) && read(ends[0], &byte, 1) == -1 && errno == EAGAIN
       && fcntl(ends[0], F_GETFL) & O_NONBLOCK, "FIONBIO");
    ok(!ioctl(ends[0], FIONBIO, &off) && !(fcntl(ends[0], F_GETFL) & O_NONBLOCK),
       "and back");
    ok(!ioctl(ends[0], FIOCLEX) && fcntl(ends[0], F_GETFD) == FD_CLOEXEC
       && !ioctl(ends[0], FIONCLEX) && fcntl(ends[0], F_GETFD) == 0, "FIOCLEX");
    close(ends[0]);
    close(ends[1]);
    fd = open("/tmp/fifo.bytes", O_RDWR | O_CREAT | O_APPEND, 0600);
    ok(write(fd, "12345", 5) == 5 && lseek(fd, 2, SEEK_SET) == 2
       && !ioctl(fd, FIONREAD, &bytes) && bytes == 3, "FIONREAD of a regular file");
    ok(!ioctl(fd, FIONBIO, &on) && fcntl(fd, F_GETFL) & O_APPEND, "FIONBIO leaves O_APPEND");
    close(fd);
    unlink("/tmp/fifo.bytes");
}

static int holds(int fd, const char *text)
{
    char bytes[16] = "";

    return read(fd, bytes, sizeof(bytes) - 1) == (ssize_t)strlen(text) && !strcmp(bytes, text);
}

static void test_splice(void)
{
    struct iovec vector[] = {{"12", 2}, {"345", 3}};
    int one[2], two[2], fd = open("/tmp/fifo.bytes", O_RDWR | O_CREAT | O_TRUNC, 0600);
    loff_t offset = 2;

    if (pipe(one) || pipe(two) || write(fd, "abcdef", 6) != 6)
        return;
    ok(splice(fd, &offset, one[1], NULL, 3, 0) == 3 && offset == 5 && holds(one[0], "cde"),
       "splice from a file");
    ok(splice(one[0], NULL, two[1], NULL, 9, SPLICE_F_NONBLOCK) == -1 && errno == EAGAIN,
       "from an empty pipe");
    ok(write(one[1], "hello", 5) == 5 && tee(one[0], two[1], 3, 0) == 3
       && holds(two[0], "hel"), "tee");
    ok(splice(one[0], NULL, two[1], NULL, 9, 0) == 5 && holds(two[0], "hello"),
       "leaves what splice takes");
    ok(write(one[1], "XY", 2) == 2 && lseek(fd, 1, SEEK_SET) == 1
       && splice(one[0], NULL, fd, NULL, 9, 0) == 2 && lseek(fd, 0, SEEK_SET) == 0
       && holds(fd, "aXYdef"), "into a file at its position");
    ok(vmsplice(one[1], vector, 2, 0) == 5 && holds(one[0], "12345"), "vmsplice");
    ok(splice(fd, NULL, fd, NULL, 1, 0) == -1 && errno == EINVAL
       && splice(one[0], &offset, two[1], NULL, 1, 0) == -1 && errno == ESPIPE
       && splice(one[1], NULL, two[1], NULL, 1, 0) == -1 && errno == EBADF
       && tee(fd, two[1], 1, 0) == -1 && errno == EINVAL
       && tee(two[0], two[1], 1, 0) == -1 && errno == EINVAL, "nonsense");
    close(one[1]);
    ok(splice(one[0], NULL, two[1], NULL, 9, 0) == 0, "the end");
    close(one[0]);
    close(two[0]);
    close(two[1]);
    close(fd);
    unlink("/tmp/fifo.bytes");
}

int main(void)
{
    unlink(name);
    test_name();
    test_readiness();
    test_waiting();
    test_names();
    test_size();
    test_controls();
    test_splice();
    return checks_done();
}
