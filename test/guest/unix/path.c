/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a descriptor is good for that only names a file (O_PATH), and O_NOATIME, which is for
 * owners. Prints TAP subtests; without the rights of root, less is checked.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, PAGE = 4096 };

static int map_fails(int fd, size_t size, int error)
{
    return mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == error;
}

static void names_only(void)
{
    int fd = open("file", O_PATH), count;
    struct stat stat;
    char byte;

    ok(fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode), "O_PATH: fstat");
    ok(read(fd, &byte, 1) == -1 && errno == EBADF, "no read");
    ok(ioctl(fd, FIONREAD, &count) == -1 && errno == EBADF, "no ioctl");
    ok(map_fails(fd, PAGE, EBADF), "no mmap");
    close(fd);
    ok(map_fails(fd, PAGE, EBADF) && map_fails(fd, 0, EBADF), "nor of what is closed");
    fd = open("file", O_RDONLY);
    ok(map_fails(fd, 0, EINVAL), "of an open file the size is looked at");
    close(fd);
}

static void links(void)
{
    int fd = open("link", O_PATH | O_NOFOLLOW), file = open("file", O_RDONLY);
    char target[16] = {0};

    ok(fd >= 0 && readlinkat(fd, "", target, sizeof(target)) == 4 && !strcmp(target, "file"),
        "a link's own descriptor");
    ok(readlinkat(file, "", target, sizeof(target)) == -1 && errno == ENOENT, "a file's");
    ok(readlinkat(AT_FDCWD, "", target, sizeof(target)) == -1 && errno == ENOENT, "none");
    close(file);
    close(fd);
    ok(readlinkat(fd, "", target, sizeof(target)) == -1 && errno == EBADF, "a closed one");
}

/* As another user: 0 if only the own file can be opened so. */
static int is_for_owners(void)
{
    if (setgid(NOBODY) || setuid(NOBODY))
        return 1;
    if (open("file", O_RDONLY | O_NOATIME) != -1 || errno != EPERM)
        return 2;
    return open("own", O_CREAT | O_RDWR | O_NOATIME, 0600) < 0 ? 3 : unlink("own");
}

static void owners(void)
{
    int fd = open("file", O_RDONLY | O_NOATIME), status = -1;
    pid_t child;

    ok(fd >= 0, "O_NOATIME of an own file");
    close(fd);
    if (geteuid() != 0)
        return;
    child = fork();
    if (child == 0)
        _exit(is_for_owners());
    ok(waitpid(child, &status, 0) == child && status == 0, "for other users: EPERM");
}

int main(void)
{
    static char folder[] = "/tmp/path.XXXXXX";
    int fd;

    ok(mkdtemp(folder) != NULL && chdir(folder) == 0 && chmod(folder, 0777) == 0,
        "a place for files");
    fd = open("file", O_CREAT | O_RDWR, 0644);
    ok(fd >= 0 && symlink("file", "link") == 0, "a file and a link");
    close(fd);
    names_only();
    links();
    owners();
    ok(unlink("file") == 0 && unlink("link") == 0 && chdir("/") == 0 && rmdir(folder) == 0,
        "nothing is left");
    return checks_done();
}
