/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks of ranges of bytes: those of processes and those of open files. Prints TAP
 * subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char name[] = "/tmp/lock.test";

/* Does what `command` says with a lock: 0 or the error. */
static int lock(int fd, int command, int type, off_t start, off_t length)
{
    struct flock lock = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start,
                         .l_len = length};

    return fcntl(fd, command, &lock) == -1 ? errno : 0;
}

/* The type of a lock in the way of a write lock, as another process sees it; its range
 * and owner. */
static struct flock asked(off_t start, off_t length)
{
    struct flock found = {.l_type = F_WRLCK, .l_start = start, .l_len = length};
    int ends[2], fd;

    if (pipe(ends))
        return found;
    if (!fork()) {
        fd = open(name, O_RDWR);
        fcntl(fd, F_GETLK, &found);
        _exit(write(ends[1], &found, sizeof(found)) != sizeof(found));
    }
    if (read(ends[0], &found, sizeof(found)) != sizeof(found))
        found.l_type = -1;
    wait(NULL);
    close(ends[0]);
    close(ends[1]);
    return found;
}

static int is(struct flock found, int type, off_t start, off_t length)
{
    return found.l_type == type && found.l_start == start && found.l_len == length
           && found.l_pid == getpid();
}

static int is_free(off_t start, off_t length)
{
    return asked(start, length).l_type == F_UNLCK;
}

static void test_ranges(int fd)
{
    ok(!lock(fd, F_SETLK, F_WRLCK, 10, 90), "a lock of some bytes");
    ok(is(asked(0, 0), F_WRLCK, 10, 90), "which others see");
    ok(is_free(0, 10) && is_free(100, 0) && !is_free(99, 1), "and only of these");
    ok(!lock(fd, F_SETLK, F_UNLCK, 40, 20) && is(asked(0, 0), F_WRLCK, 10, 30)
       && is(asked(40, 0), F_WRLCK, 60, 40), "a hole divides it");
    ok(!lock(fd, F_SETLK, F_RDLCK, 20, 10) && is(asked(20, 1), F_RDLCK, 20, 10)
       && is(asked(30, 1), F_WRLCK, 30, 10), "so does another kind");
    ok(!lock(fd, F_SETLK, F_WRLCK, 20, 40) && is(asked(0, 0), F_WRLCK, 10, 90),
       "what touches is one again");
    ok(!lock(fd, F_SETLK, F_UNLCK, 0, 0) && is_free(0, 0), "all are given back");
    ok(lock(fd, F_SETLK, 7, 0, 0) == EINVAL && lock(fd, F_GETLK, F_UNLCK, 0, 0) == EINVAL
       && lock(fd, F_SETLK, F_WRLCK, -1, 1) == EINVAL, "nonsense");
}

static void test_whence(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -10};

    ok(!ftruncate(fd, 1000) && !fcntl(fd, F_SETLK, &lock)
       && is(asked(0, 0), F_WRLCK, 990, 0), "from the end on");
    lock.l_type = F_UNLCK;
    fcntl(fd, F_SETLK, &lock);
    lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = 5, .l_len = -5};
    ok(lseek(fd, 100, SEEK_SET) == 100 && !fcntl(fd, F_SETLK, &lock)
       && is(asked(0, 0), F_WRLCK, 100, 5), "backwards from the position");
}

static void test_close(int fd)
{
    int copy = dup(fd), other = open(name, O_RDONLY);

    lock(fd, F_SETLK, F_WRLCK, 0, 0);
    ok(!access(name, R_OK) && !is_free(0, 0), "a look at the file changes nothing");
    close(copy);
    ok(is_free(0, 0), "closing a copy of the descriptor drops the locks");
    lock(fd, F_SETLK, F_WRLCK, 0, 0);
    close(other);
    ok(is_free(0, 0), "so does closing the file opened otherwise");
    other = open(name, O_RDONLY);
    ok(lock(other, F_SETLK, F_WRLCK, 0, 0) == EBADF && !lock(other, F_SETLK, F_RDLCK, 0, 0),
       "a file open for reading takes a lock for reading only");
    close(other);
}

/* A child that has this lock until it is killed. */
static pid_t holder(int type, off_t start, off_t length)
{
    int ends[2];
    char byte;
    pid_t child;

    if (pipe(ends))
        return -1;
    child = fork();
    if (!child) {
        int fd = open(name, O_RDWR);

        lock(fd, F_SETLK, type, start, length);
        if (write(ends[1], "", 1) == 1)
            pause();
        _exit(0);
    }
    if (read(ends[0], &byte, 1) != 1)
        return -1;
    close(ends[0]);
    close(ends[1]);
    return child;
}

static void end(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void nothing(int number)
{
    (void)number;
}

static void test_waiting(int fd)
{
    const struct sigaction action = {.sa_handler = nothing};
    pid_t child = holder(F_WRLCK, 0, 10);
    int status;

    ok(lock(fd, F_SETLK, F_RDLCK, 5, 1) == EAGAIN && !lock(fd, F_SETLK, F_RDLCK, 10, 1),
       "a lock of another process");
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    ok(lock(fd, F_SETLKW, F_RDLCK, 5, 1) == EINTR, "a signal ends waiting");
    if (!fork()) {
        usleep(20000);
        kill(child, SIGKILL);
        _exit(0);
    }
    ok(!lock(fd, F_SETLKW, F_WRLCK, 5, 1), "the holder's death, too");
    while (wait(&status) > 0)
        ;
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
    child = holder(F_RDLCK, 0, 10);
    ok(!lock(fd, F_SETLK, F_RDLCK, 0, 10) && lock(fd, F_SETLK, F_WRLCK, 0, 10) == EAGAIN,
       "reading is shared");
    end(child);
    ok(!lock(fd, F_SETLK, F_WRLCK, 0, 10), "until one is left");
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
}

/* Each has one of two bytes and waits for the other: one of them is told. */
static void test_circle(int fd)
{
    int ends[2], status = -1, error;
    char byte;
    pid_t child;

    lock(fd, F_SETLK, F_WRLCK, 0, 1);
    if (pipe(ends))
        return;
    child = fork();
    if (!child) {
        int own = open(name, O_RDWR);

        lock(own, F_SETLK, F_WRLCK, 1, 1);
        if (write(ends[1], "", 1) != 1)
            _exit(1);
        _exit(lock(own, F_SETLKW, F_WRLCK, 0, 1));
    }
    ok(read(ends[0], &byte, 1) == 1, "a circle is about to close");
    error = lock(fd, F_SETLKW, F_WRLCK, 1, 1);
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
    waitpid(child, &status, 0);
    ok(WIFEXITED(status) && (error == EDEADLK ? WEXITSTATUS(status) == 0
        : error == 0 && WEXITSTATUS(status) == EDEADLK), "EDEADLK for one of the two");
    close(ends[0]);
    close(ends[1]);
}

static void test_open_files(int fd)
{
    int other = open(name, O_RDWR), copy = dup(fd), status = -1;
    struct flock found = {.l_type = F_WRLCK};
    pid_t child;

    ok(!lock(fd, F_OFD_SETLK, F_WRLCK, 0, 10), "a lock of an open file");
    ok(lock(other, F_OFD_SETLK, F_WRLCK, 5, 1) == EAGAIN
       && lock(fd, F_SETLK, F_WRLCK, 5, 1) == EAGAIN, "keeps the same process out");
    ok(!fcntl(other, F_GETLK, &found) && found.l_type == F_WRLCK && found.l_pid == -1
       && found.l_len == 10, "it is nobody's");
    close(copy);
    ok(lock(other, F_OFD_SETLK, F_WRLCK, 5, 1) == EAGAIN, "closing a copy leaves it");
    child = fork();
    if (!child)
        _exit(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 20));
    waitpid(child, &status, 0);
    ok(status == 0 && lock(other, F_OFD_SETLK, F_WRLCK, 15, 1) == EAGAIN,
       "a child has it as well");
    close(fd);
    ok(!lock(other, F_OFD_SETLKW, F_WRLCK, 0, 0), "it ends with the open file");
    close(other);
}

int main(void)
{
    int fd = open(name, O_RDWR | O_CREAT, 0600);

    test_ranges(fd);
    test_whence(fd);
    test_close(fd);
    test_waiting(fd);
    test_circle(fd);
    test_open_files(fd);
    unlink(name);
    return checks_done();
}
