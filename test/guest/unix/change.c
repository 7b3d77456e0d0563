/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What changes with a file: the time of its last change, and set-user-ID bits, which go when
 * bytes or owner do. And reads to where nothing can be put, which take nothing away. Prints
 * TAP subtests; without the rights of root, less is checked.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOBODY = 65534, PAGE = 4096 };

static struct timespec changed(const char *name)
{
    struct stat stat_ = {0};

    (void)lstat(name, &stat_);
    return stat_.st_ctim;
}

/* Has the time of change gone on since then? Some time passes before the next look. */
static int is_later(const char *name, struct timespec *since)
{
    struct timespec now = changed(name);
    int later = now.tv_sec > since->tv_sec
                || (now.tv_sec == since->tv_sec && now.tv_nsec > since->tv_nsec);

    *since = now;
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    return later;
}

static void times(void)
{
    struct timespec since = {0, 0};
    int file = open("file", O_CREAT | O_RDWR, 0644);

    ok(file >= 0 && is_later("file", &since), "a new file has a time of change");
    ok(!is_later("file", &since), "which stays");
    ok(chmod("file", 0600) == 0 && is_later("file", &since), "chmod changes it");
    ok(chown("file", getuid(), getgid()) == 0 && is_later("file", &since), "chown, too");
    ok(link("file", "other") == 0 && is_later("file", &since), "link");
    ok(rename("other", "third") == 0 && is_later("file", &since), "rename");
    ok(unlink("third") == 0 && is_later("file", &since), "unlink of one of its names");
    ok(utimensat(AT_FDCWD, "file", NULL, 0) == 0 && is_later("file", &since), "utimensat");
    ok(write(file, "x", 1) == 1 && is_later("file", &since), "write");
    ok(ftruncate(file, 0) == 0 && is_later("file", &since), "ftruncate");
    close(file);
    unlink("file");
}

static mode_t mode_of(const char *name)
{
    struct stat stat_ = {0};

    (void)stat(name, &stat_);
    return stat_.st_mode & 07777;
}

static int write_file(void)
{
    int file = open("program", O_WRONLY);

    return write(file, "x", 1) != 1 || close(file);
}

static int cut_file(void)
{
    return truncate("program", 0);
}

static int cut_open(void)
{
    return close(open("program", O_WRONLY | O_TRUNC));
}

static int give_away(void)
{
    return chown("program", NOBODY, NOBODY);
}

/* A new file with this mode, changed by that user: its mode then. */
static mode_t after(mode_t mode, uid_t user, int (*change)(void))
{
    int status = -1, file = open("program", O_CREAT | O_WRONLY | O_EXCL, 0600);
    pid_t pid;

    if (close(file) || chmod("program", mode))
        return 0;
    pid = fork();
    if (pid == 0)
        _exit((user != geteuid() && setuid(user)) || change());
    waitpid(pid, &status, 0);
    mode = mode_of("program");
    unlink("program");
    return status ? 0 : mode;
}

static void bits(void)
{
    uid_t other = geteuid() ? geteuid() : NOBODY;

    ok(after(06777, other, write_file) == 0777, "a write takes set-user-ID bits away");
    ok(after(06767, other, write_file) == 02767,
        "but set-group-ID not where the group may not execute");
    ok(after(06777, other, cut_file) == 0777, "truncate does");
    ok(after(06777, other, cut_open) == 0777, "and an open that truncates");
    if (geteuid())
        return;
    ok(after(06777, 0, write_file) == 06777, "a write of root leaves them");
    ok(after(06777, 0, give_away) == 0777, "chown takes them away, also root's");
    ok(after(06767, 0, give_away) == 02767, "but not that of a group that may not execute");
}

/* Reads of several sizes to nowhere: EFAULT; afterwards everything is there still. */
static int loses_nothing(int from, int to)
{
    static char data[300], got[300], *nowhere;
    const size_t sizes[] = {1, 5, 32, 100, 300};
    struct iovec places[2];
    int good = 1;

    nowhere = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    places[0] = (struct iovec){nowhere, 10};
    places[1] = (struct iovec){got, 20};
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)('a' + i % 26);
    good = good && write(to, data, sizeof(data)) == sizeof(data);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        good = good && read(from, nowhere, sizes[i]) < 0 && errno == EFAULT;
    good = good && readv(from, places, 2) < 0 && errno == EFAULT;
    good = good && read(from, got, sizeof(got)) == sizeof(got)
           && !memcmp(data, got, sizeof(got));
    munmap(nowhere, PAGE);
    return good;
}

static void nowhere(void)
{
    int ends[2], file = open("bytes", O_CREAT | O_RDWR, 0600), other;

    ok(pipe(ends) == 0 && loses_nothing(ends[0], ends[1]), "nothing is lost of a pipe");
    close(ends[0]);
    close(ends[1]);
    ok(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && loses_nothing(ends[0], ends[1]),
        "nor of a socket");
    close(ends[0]);
    close(ends[1]);
    other = open("bytes", O_RDONLY);
    ok(loses_nothing(other, file) && lseek(other, 0, SEEK_CUR) == 300,
        "nor does the position of a file go on");
    close(file);
    close(other);
    unlink("bytes");
}

int main(void)
{
    static char folder[] = "/tmp/change.XXXXXX";

    ok(mkdtemp(folder) != NULL && chdir(folder) == 0 && chmod(folder, 0777) == 0,
        "a place for files");
    umask(0);
    times();
    bits();
    nowhere();
    ok(chdir("/") == 0 && rmdir(folder) == 0, "nothing is left");
    return checks_done();
}
