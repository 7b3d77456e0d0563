/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that take a directory and a name: they begin at that directory, wherever the
 * process is, and their flags. And descriptors: dup3, close_range. Prints TAP subtests.
 */
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static int folder;          /* /tmp/names-test */

static int fails(int result, int error)
{
    return result < 0 && errno == error;
}

static mode_t mode_of(const char *name)
{
    struct stat stat_ = {0};

    return fstatat(folder, name, &stat_, AT_SYMLINK_NOFOLLOW) ? 0 : stat_.st_mode;
}

static ino_t number_of(const char *name)
{
    struct stat stat_ = {0};

    (void)fstatat(folder, name, &stat_, AT_SYMLINK_NOFOLLOW);
    return stat_.st_ino;
}

static void making(void)
{
    int file;

    ok(mkdirat(folder, "d", 0750) == 0 && mode_of("d") == (S_IFDIR | 0750), "mkdirat");
    ok(fails(mkdirat(folder, "d", 0750), EEXIST), "only once");
    file = openat(folder, "d/file", O_CREAT | O_EXCL | O_WRONLY, 0640);
    ok(file >= 0 && mode_of("d/file") == (S_IFREG | 0640), "openat");
    close(file);
    ok(fails(openat(folder, "d/file/", O_RDONLY), ENOTDIR), "a file is no directory");
    ok(fails(openat(99, "d", O_RDONLY), EBADF), "nor is what is not open");
    ok(openat(99, "/tmp", O_PATH | O_CLOEXEC) >= 0, "which does not matter to a whole name");
    ok(mknodat(folder, "fifo", S_IFIFO | 0600, 0) == 0
           && mode_of("fifo") == (S_IFIFO | 0600), "mknodat");
    ok(creat("/tmp/names-test/made", 0600) >= 0 && mode_of("made") == (S_IFREG | 0600),
        "creat");
    ok(chdir("/") == 0 && mode_of("made"), "from whatever directory");
}

static void links(void)
{
    char text[8] = "-------";

    ok(symlinkat("d/file", folder, "soft") == 0 && S_ISLNK(mode_of("soft")), "symlinkat");
    ok(readlinkat(folder, "soft", text, sizeof(text)) == 6 && !strcmp(text, "d/file-"),
        "readlinkat");
    ok(readlinkat(folder, "soft", text, 2) == 2, "of which a part is enough");
    ok(fails((int)readlinkat(folder, "made", text, sizeof(text)), EINVAL), "of a file");
    ok(linkat(folder, "made", folder, "hard", 0) == 0
           && number_of("hard") == number_of("made"), "linkat");
    ok(linkat(folder, "soft", folder, "hard-soft", 0) == 0
           && S_ISLNK(mode_of("hard-soft")), "of a link itself");
    ok(linkat(folder, "soft", folder, "hard-file", AT_SYMLINK_FOLLOW) == 0
           && number_of("hard-file") == number_of("d/file"), "and of what it leads to");
    ok(fails(linkat(folder, "d", folder, "d2", 0), EPERM), "not of a directory");
    ok(openat(folder, "soft", O_RDONLY | O_NOFOLLOW) < 0 && errno == ELOOP, "O_NOFOLLOW");
}

enum { NOREPLACE = 1, EXCHANGE = 2 };

static int rename2(const char *from, const char *to, unsigned flags)
{
    return (int)syscall(SYS_renameat2, folder, from, folder, to, flags);
}

static void renaming(void)
{
    ino_t made = number_of("made"), soft = number_of("soft");

    ok(renameat(folder, "hard-file", folder, "d/moved") == 0 && !mode_of("hard-file")
           && mode_of("d/moved"), "renameat");
    ok(fails(rename2("made", "soft", NOREPLACE), EEXIST), "RENAME_NOREPLACE");
    ok(rename2("made", "soft", EXCHANGE) == 0 && number_of("made") == soft
           && number_of("soft") == made, "RENAME_EXCHANGE");
    ok(rename2("made", "soft", EXCHANGE) == 0 && number_of("made") == made, "and back");
    ok(fails(renameat(folder, "made", folder, "d"), EISDIR), "a file over a directory");
    ok(fails(renameat(folder, "d", folder, "made"), ENOTDIR), "and the other way");
    ok(fails(renameat(folder, "d", folder, "d/inside"), EINVAL), "into itself");
}

static void modes(void)
{
    ok(fchmodat(folder, "made", 0444, 0) == 0 && mode_of("made") == (S_IFREG | 0444),
        "fchmodat");
    ok(fchownat(folder, "made", getuid(), getgid(), 0) == 0, "fchownat");
    ok(fchownat(folder, "soft", getuid(), getgid(), AT_SYMLINK_NOFOLLOW) == 0,
        "of the link itself");
    ok(faccessat(folder, "made", R_OK, 0) == 0, "faccessat");
    ok(fails(faccessat(folder, "made", X_OK, AT_EACCESS), EACCES), "which nobody executes");
    ok(syscall(SYS_faccessat2, folder, "soft", F_OK, AT_SYMLINK_NOFOLLOW) == 0,
        "faccessat2");
    ok(fails((int)syscall(SYS_faccessat2, folder, "soft", F_OK, 1 << 30), EINVAL),
        "with a flag that there is not");
}

static void times(void)
{
    const struct timespec two[] = {{1000, 5}, {2000, 7}}, some[] = {{0, UTIME_OMIT}, {3000, 0}};
    const struct timeval micro[] = {{4000, 1}, {5000, 2}};
    struct stat stat_;

    ok(utimensat(folder, "d/file", two, 0) == 0 && fstatat(folder, "d/file", &stat_, 0) == 0
           && stat_.st_atim.tv_sec == 1000 && stat_.st_atim.tv_nsec == 5
           && stat_.st_mtim.tv_sec == 2000 && stat_.st_mtim.tv_nsec == 7, "utimensat");
    ok(utimensat(folder, "d/file", some, 0) == 0 && fstatat(folder, "d/file", &stat_, 0) == 0
           && stat_.st_atim.tv_sec == 1000 && stat_.st_mtim.tv_sec == 3000, "UTIME_OMIT");
    ok(syscall(SYS_futimesat, folder, "d/file", micro) == 0
           && fstatat(folder, "d/file", &stat_, 0) == 0 && stat_.st_atim.tv_sec == 4000
           && stat_.st_mtim.tv_nsec == 2000, "futimesat");
    ok(syscall(SYS_utimes, "/tmp/names-test/d/moved", micro) == 0
           && fstatat(folder, "d/moved", &stat_, 0) == 0 && stat_.st_mtim.tv_sec == 5000,
        "utimes");
}

static void listing(void)
{
    DIR *directory = fdopendir(dup(folder));
    unsigned count = 0;
    struct dirent *entry;

    while (directory && (entry = readdir(directory))) {
        unsigned char type = IFTODT(mode_of(entry->d_name));

        count += entry->d_type == type || entry->d_type == DT_UNKNOWN;
    }
    ok(directory && count == 8, "all are listed, with their types");
    if (directory)
        closedir(directory);
}

static void removing(void)
{
    static const char *const names[] = {"d/file", "d/moved", "fifo", "made", "soft", "hard",
        "hard-soft"};
    unsigned count = 0;

    ok(fails(unlinkat(folder, "d", AT_REMOVEDIR), ENOTEMPTY), "a directory with files");
    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
        count += unlinkat(folder, names[i], 0) == 0;
    ok(count == 7, "unlinkat");
    ok(fails(unlinkat(folder, "d", 0), EISDIR), "of a directory it says so");
    ok(unlinkat(folder, "d", AT_REMOVEDIR) == 0, "AT_REMOVEDIR");
    ok(fails(unlinkat(folder, "d", AT_REMOVEDIR), ENOENT), "only once");
    ok(rmdir("/tmp/names-test") == 0, "the folder, which is open");
    ok(fails(openat(folder, "new", O_CREAT | O_RDWR, 0600), ENOENT), "nothing is made in it");
}

static void descriptors(void)
{
    int first = dup3(0, 40, O_CLOEXEC);

    ok(first == 40 && fcntl(40, F_GETFD) == FD_CLOEXEC, "dup3");
    ok(fails(dup3(40, 40, 0), EINVAL), "not to itself");
    ok(fails((int)syscall(SYS_dup3, 40, 41, O_APPEND), EINVAL), "nor with other flags");
    ok(dup2(40, 40) == 40 && dup2(40, 45) == 45 && fcntl(45, F_GETFD) == 0, "dup2");
    ok(syscall(SYS_close_range, 40, 44, 0) == 0 && fcntl(40, F_GETFD) < 0
           && fcntl(45, F_GETFD) == 0, "close_range");
    ok(syscall(SYS_close_range, 45, ~0u, 4 /* CLOEXEC */) == 0
           && fcntl(45, F_GETFD) == FD_CLOEXEC, "or closed by exec");
    ok(syscall(SYS_close_range, 50, 45, 0) < 0 && errno == EINVAL, "which way round?");
}

int main(void)
{
    umask(0);
    if (mkdir("/tmp/names-test", 0700))
        return 1;
    folder = open("/tmp/names-test", O_RDONLY | O_DIRECTORY);
    making();
    links();
    renaming();
    modes();
    times();
    listing();
    removing();
    descriptors();
    return checks_done();
}
