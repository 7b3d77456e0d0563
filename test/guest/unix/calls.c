/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small system calls, each asked for what it does and what it refuses. Needs uid 0 and a
 * writable current directory. Usage: calls; see check.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "check.h"

/* Did a call fail with this error? */
static int fails(long result, int error)
{
    return result == -1 && errno == error;
}

static int make(const char *name, const char *text)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

    return write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? fd : -1;
}

static void directories(void)
{
    char before[PATH_MAX], now[PATH_MAX];
    int here = open(".", O_RDONLY | O_DIRECTORY), there;

    ok(getcwd(before, sizeof(before)) != NULL && mkdir("sub", 0755) == 0, "a directory");
    there = open("sub", O_RDONLY | O_DIRECTORY);
    ok(fchdir(there) == 0 && getcwd(now, sizeof(now)) != NULL
           && !strcmp(strrchr(now, '/'), "/sub"), "fchdir goes there");
    ok(fchdir(here) == 0 && getcwd(now, sizeof(now)) && !strcmp(now, before), "and back");
    ok(fails(fchdir(99), EBADF), "fchdir: no such descriptor");
    close(there);
    close(make("plain", "x"));
    there = open("plain", O_RDONLY);
    ok(fails(fchdir(there), ENOTDIR), "fchdir: no directory");
    close(there);
    close(here);
}

static void listing(void)
{
    char *names[4] = {0};
    long places[4] = {0};
    struct dirent *entry;
    struct stat stat_;
    DIR *dir = opendir("sub");
    int count = 0, again = 0;
    ino_t node = 0;

    close(make("sub/a", ""));
    while ((entry = readdir(dir)) && count < 4) {
        node = strcmp(entry->d_name, ".") ? node : entry->d_ino;
        names[count] = strdup(entry->d_name);
        places[count++] = telldir(dir);
    }
    ok(count == 3 && !strcmp(names[0], ".") && !strcmp(names[1], "..")
           && !strcmp(names[2], "a"), "a listing begins with . and ..");
    ok(stat("sub", &stat_) == 0 && node == stat_.st_ino, "the number of .");
    for (int i = 0; i < 3; i++) {
        seekdir(dir, i ? places[i - 1] : 0);
        entry = readdir(dir);
        again += entry && !strcmp(entry->d_name, names[i]);
    }
    ok(again == 3, "seekdir");
    rewinddir(dir);
    for (again = 0; readdir(dir); again++) {
    }
    ok(again == 3, "rewinddir");
    closedir(dir);
    unlink("sub/a");
    rmdir("sub");
}

static void systems(void)
{
    struct statfs one, other;
    int fd = open("plain", O_RDONLY);

    ok(statfs("plain", &one) == 0 && one.f_bsize > 0 && one.f_blocks > 0
           && one.f_bfree <= one.f_blocks && one.f_namelen >= 255, "statfs");
    ok(fstatfs(fd, &other) == 0 && other.f_type == one.f_type, "fstatfs");
    ok(fails(statfs("nothing", &one), ENOENT) && fails(fstatfs(99, &one), EBADF),
        "statfs of nothing");
    ok(statfs("/proc", &one) == 0 && one.f_type == 0x9fa0, "/proc is known by its type");
    sync();
    ok(syncfs(fd) == 0 && fsync(fd) == 0 && fdatasync(fd) == 0, "syncing");
    close(fd);
}

static void rooms(void)
{
    char text[16] = {0};
    struct stat stat;
    int fd = make("room", "hello"), pipes[2];

    ok(fallocate(fd, 0, 0, 8192) == 0 && !fstat(fd, &stat) && stat.st_size == 8192,
        "fallocate makes a file longer");
    ok(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 16384) == 0 && !fstat(fd, &stat)
           && stat.st_size == 8192, "or not");
    ok(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1, 2) == 0
           && pread(fd, text, 5, 0) == 5 && !memcmp(text, "h\0\0lo", 5), "a hole");
    ok(fails(fallocate(fd, 0, 0, 0), EINVAL) && fails(fallocate(fd, 0, -1, 1), EINVAL),
        "fallocate: nonsense");
    ok(pipe(pipes) == 0 && fails(fallocate(pipes[1], 0, 0, 1), ESPIPE)
           && posix_fadvise(pipes[0], 0, 0, POSIX_FADV_NORMAL) == ESPIPE,
        "pipes have no room and take no advice");
    ok(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0
           && posix_fadvise(fd, 0, 0, 77) == EINVAL && readahead(fd, 0, 100) == 0,
        "advice");
    ok(lseek(fd, 5, SEEK_DATA) == 5 && lseek(fd, 8192, SEEK_DATA) == -1 && errno == ENXIO,
        "SEEK_DATA");
    ok(lseek(fd, 0, SEEK_HOLE) > 0, "SEEK_HOLE");
    close(pipes[0]);
    close(pipes[1]);
    close(fd);
    unlink("room");
}

static void nameless(void)
{
    char text[8] = {0};
    int fd = memfd_create("some", MFD_CLOEXEC);
    struct stat stat;
    char *at;

    ok(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "memfd_create");
    ok(fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_nlink == 0,
        "a file without a name");
    ok(ftruncate(fd, 4096) == 0 && pwrite(fd, "abc", 3, 10) == 3
           && pread(fd, text, 3, 10) == 3 && !strcmp(text, "abc"), "written and read");
    at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ok(at != MAP_FAILED && !memcmp(at + 10, "abc", 3), "mapped");
    munmap(at, 4096);
    ok(ftruncate(fd, 11) == 0, "cut");
    at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    ok(at != MAP_FAILED && at[10] == 'a' && at[11] == 0, "behind its end there are zeros");
    munmap(at, 4096);
    close(fd);
    ok(fails(memfd_create("some", 1u << 20), EINVAL), "memfd_create: nonsense");
}

static void copies(void)
{
    loff_t from = 2, to = 1;
    off_t at = 1;
    char text[16] = {0};
    int source = make("source", "abcdefgh"), target = make("target", "12345678");

    ok(copy_file_range(source, &from, target, &to, 3, 0) == 3 && from == 5 && to == 4
           && pread(target, text, 8, 0) == 8 && !memcmp(text, "1cde5678", 8),
        "copy_file_range at offsets");
    lseek(source, 6, SEEK_SET);
    lseek(target, 0, SEEK_SET);
    ok(copy_file_range(source, NULL, target, NULL, 100, 0) == 2
           && lseek(target, 0, SEEK_CUR) == 2, "at positions, up to the end");
    ok(fails(copy_file_range(source, NULL, target, NULL, 1, 5), EINVAL),
        "copy_file_range: flags");
    lseek(target, 0, SEEK_SET);
    ok(sendfile(target, source, &at, 3) == 3 && at == 4
           && pread(target, text, 3, 0) == 3 && !memcmp(text, "bcd", 3), "sendfile");
    close(source);
    close(target);
    unlink("source");
    unlink("target");
}

static void vectors(void)
{
    char a[3] = {0}, b[3] = {0};
    struct iovec v[] = {{a, 2}, {b, 2}};
    int fd = make("vector", "0123456789");

    ok(preadv2(fd, v, 2, 3, 0) == 4 && !strcmp(a, "34") && !strcmp(b, "56"), "preadv2");
    ok(pwritev2(fd, v, 2, 0, 0) == 4 && pread(fd, a, 2, 2) == 2 && !strcmp(a, "56"),
        "pwritev2");
    lseek(fd, 1, SEEK_SET);
    ok(preadv2(fd, v, 1, -1, 0) == 2 && lseek(fd, 0, SEEK_CUR) == 3,
        "preadv2 at the position");
    ok(fails(preadv2(fd, v, 2, 0, 1 << 30), EOPNOTSUPP), "preadv2: flags");
    close(fd);
    unlink("vector");
}

static void times_of_files(void)
{
    const struct timespec set[2] = {{1000, 5}, {2000, 0}};
    const struct timespec part[2] = {{0, UTIME_OMIT}, {3000, 7}};
    const struct utimbuf old = {.actime = 11, .modtime = 12};
    struct stat stat_;
    struct statx x;

    ok(utimensat(AT_FDCWD, "plain", set, 0) == 0 && stat("plain", &stat_) == 0
           && stat_.st_atim.tv_sec == 1000 && stat_.st_atim.tv_nsec == 5
           && stat_.st_mtim.tv_sec == 2000, "utimensat");
    ok(utimensat(AT_FDCWD, "plain", part, 0) == 0 && stat("plain", &stat_) == 0
           && stat_.st_atim.tv_sec == 1000 && stat_.st_mtim.tv_nsec == 7, "one of them");
    ok(utime("plain", &old) == 0 && stat("plain", &stat_) == 0 && stat_.st_atime == 11
           && stat_.st_mtime == 12, "utime");
    ok(utimensat(AT_FDCWD, "plain", NULL, 0) == 0 && stat("plain", &stat_) == 0
           && stat_.st_mtime > 1000000, "now");
    ok(fails(syscall(SYS_utimensat, AT_FDCWD, "plain", set, 0x8000), EINVAL),
        "utimensat: flags");
    ok(statx(AT_FDCWD, "plain", 0, STATX_BASIC_STATS, &x) == 0 && x.stx_size == 1
           && x.stx_ino == stat_.st_ino
           && (x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS, "statx");
    ok(fails(statx(AT_FDCWD, "plain", 0x8000, STATX_BASIC_STATS, &x), EINVAL),
        "statx: flags");
    ok(faccessat(AT_FDCWD, "plain", R_OK | W_OK, AT_EACCESS) == 0
           && fails(faccessat(AT_FDCWD, "plain", X_OK, 0), EACCES)
           && fails(access("plain", 8), EINVAL), "access");
}

static void nodes(void)
{
    struct stat stat_;
    mode_t mask = umask(027);

    ok(umask(022) == 027, "umask");
    ok(mknod("node", S_IFREG | 0666, 0) == 0 && stat("node", &stat_) == 0
           && (stat_.st_mode & 07777) == 0644, "mknod makes a file");
    ok(fails(mknod("node", S_IFREG | 0644, 0), EEXIST), "not twice");
    umask(mask);
    unlink("node");
}

static void attributes(void)
{
    char value[8];
    int fd = open("plain", O_RDONLY);

    ok(getxattr("plain", "user.none", value, sizeof(value)) == -1
           && (errno == EOPNOTSUPP || errno == ENODATA), "getxattr: there is none");
    ok(fgetxattr(fd, "user.none", value, sizeof(value)) == -1
           && (errno == EOPNOTSUPP || errno == ENODATA), "of a descriptor");
    ok(fails(getxattr("nothing", "user.none", value, sizeof(value)), ENOENT)
           && fails(fgetxattr(99, "user.none", value, sizeof(value)), EBADF), "of nothing");
    close(fd);
}

static void limits(void)
{
    struct rlimit now, low, same;
    int fds[32], opened = 0, status;
    pid_t pid;

    ok(getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur >= 64
           && now.rlim_cur <= now.rlim_max, "getrlimit");
    low = (struct rlimit){16, now.rlim_max};
    ok(setrlimit(RLIMIT_NOFILE, &low) == 0 && prlimit(0, RLIMIT_NOFILE, NULL, &same) == 0
           && same.rlim_cur == 16, "setrlimit");
    while (opened < 32 && (fds[opened] = dup(0)) >= 0) {
        opened++;
    }
    ok(opened < 16 && errno == EMFILE, "no more descriptors than that");
    ok(fails(fcntl(0, F_DUPFD, 16), EINVAL) && fails(dup2(0, 16), EBADF),
        "nor a higher one");
    while (opened > 0) {
        close(fds[--opened]);
    }
    pid = fork();
    if (pid == 0) {
        getrlimit(RLIMIT_NOFILE, &same);
        _exit(same.rlim_cur == 16);
    }
    ok(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 1, "a child has it too");
    ok(setrlimit(RLIMIT_NOFILE, &now) == 0, "it is lifted again");
    low = (struct rlimit){2, 1};
    ok(fails(setrlimit(RLIMIT_CORE, &low), EINVAL)
           && fails(getrlimit((__rlimit_resource_t)16, &low), EINVAL), "nonsense");
    ok(fails(prlimit(1 << 29, RLIMIT_CORE, NULL, &low), ESRCH), "nobody's");
}

static void sharing(void)
{
    cpu_set_t cores, one;
    struct sched_param parameter;
    int count = 0, core = 0;

    ok(getpriority(PRIO_PROCESS, 0) == 0, "getpriority");
    ok(setpriority(PRIO_PROCESS, 0, 5) == 0 && getpriority(PRIO_PROCESS, 0) == 5,
        "setpriority");
    ok(nice(3) == 8 && setpriority(PRIO_PROCESS, getpid(), 100) == 0
           && getpriority(PRIO_PROCESS, 0) == 19, "nice");
    errno = 0;
    ok(setpriority(PRIO_PROCESS, 0, 0) == 0, "as it was");
    ok(fails(getpriority(PRIO_PROCESS, 1 << 29), ESRCH)
           && fails(getpriority(9, 0), EINVAL), "getpriority: nobody");
    ok(sched_getaffinity(0, sizeof(cores), &cores) == 0 && (count = CPU_COUNT(&cores)) > 0,
        "sched_getaffinity");
    while (!CPU_ISSET(core, &cores)) {
        core++;
    }
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    ok(sched_setaffinity(0, sizeof(one), &one) == 0
           && sched_getaffinity(0, sizeof(one), &one) == 0 && CPU_COUNT(&one) == 1,
        "one core only");
    ok(sched_setaffinity(0, sizeof(cores), &cores) == 0
           && sched_getaffinity(0, sizeof(one), &one) == 0 && CPU_COUNT(&one) == count,
        "all again");
    CPU_ZERO(&one);
    ok(fails(sched_setaffinity(0, sizeof(one), &one), EINVAL), "none");
    ok(sched_getscheduler(0) == SCHED_OTHER && sched_getparam(0, &parameter) == 0
           && parameter.sched_priority == 0, "the policy");
    ok(sched_get_priority_max(SCHED_FIFO) == 99 && sched_get_priority_min(SCHED_RR) == 1
           && sched_get_priority_max(SCHED_OTHER) == 0, "priorities");
    ok(sched_yield() == 0, "sched_yield");
}

/* Uses time until the clock of the process shows it. */
static void usage(void)
{
    struct timespec now;
    struct rusage self, children;
    struct tms ticks;
    struct sysinfo info;
    int status;
    pid_t pid = fork();

    do {
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    } while (now.tv_sec == 0 && now.tv_nsec < 50000000);
    if (pid == 0) {
        _exit(0);
    }
    ok(wait4(pid, &status, 0, &children) == pid
           && children.ru_utime.tv_sec * 1000 + children.ru_utime.tv_usec / 1000
               + children.ru_stime.tv_usec / 1000 >= 40, "wait4 tells what a child used");
    ok(getrusage(RUSAGE_SELF, &self) == 0
           && self.ru_utime.tv_sec * 1000 + self.ru_utime.tv_usec / 1000
               + self.ru_stime.tv_sec * 1000 + self.ru_stime.tv_usec / 1000 >= 40,
        "getrusage");
    ok(getrusage(RUSAGE_CHILDREN, &children) == 0
           && children.ru_utime.tv_usec + children.ru_stime.tv_usec >= 40000,
        "of children");
    ok(times(&ticks) > 0 && ticks.tms_utime + ticks.tms_stime >= 4
           && ticks.tms_cutime + ticks.tms_cstime >= 4, "times");
    ok(fails(getrusage(7, &self), EINVAL), "getrusage: nonsense");
    ok(sysinfo(&info) == 0 && info.totalram > 1000 && info.freeram <= info.totalram
           && info.procs > 0 && info.mem_unit > 0, "sysinfo");
}

static void wishes(void)
{
    char name[16] = {0};
    int signal = -1, status;
    pid_t pid;

    ok(prctl(PR_SET_NAME, "a name that is too long") == 0
           && prctl(PR_GET_NAME, name) == 0 && !strcmp(name, "a name that is "), "names");
    ok(prctl(PR_SET_NAME, "short") == 0 && prctl(PR_GET_NAME, name) == 0
           && !strcmp(name, "short"), "another one");
    ok(prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0
           && prctl(PR_SET_DUMPABLE, 1) == 0 && prctl(PR_GET_DUMPABLE) == 1, "dumpable");
    ok(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0 && prctl(PR_GET_PDEATHSIG, &signal) == 0
           && signal == SIGUSR1 && prctl(PR_SET_PDEATHSIG, 0) == 0
           && fails(prctl(PR_SET_PDEATHSIG, 65), EINVAL), "the signal at a parent's end");
    ok(prctl(PR_CAPBSET_READ, 0) >= 0 && fails(prctl(PR_CAPBSET_READ, 64), EINVAL),
        "capabilities end somewhere");
    ok(fails(prctl(12345), EINVAL), "prctl: nonsense");
    ok(personality(0xffffffff) == 0, "personality");
    pid = fork();
    if (pid == 0) {
        _exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
              && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    }
    ok(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 1, "no new privileges");
}

/* A grandchild whose parent ends, which it wants to be killed by. */
static void orphans(void)
{
    int pipes[2], up[2];
    char byte = 0;
    pid_t pid;

    ok(pipe(pipes) == 0 && pipe(up) == 0, "pipes");
    pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            close(pipes[0]);
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (write(up[1], "x", 1) == 1) {
                for (;;) {
                    pause();
                }
            }
        }
        _exit(read(up[0], &byte, 1) != 1);
    }
    close(pipes[1]);
    ok(waitpid(pid, NULL, 0) == pid && read(pipes[0], &byte, 1) == 0,
        "a child ends with its parent if it wants to");
    close(pipes[0]);
    close(up[0]);
    close(up[1]);
}

static void groups(void)
{
    gid_t set[] = {5, 6}, got[8];
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        syscall(SYS_setgroups, 2, set);
        _exit(getgroups(0, NULL) == 2 && getgroups(8, got) == 2 && got[0] == 5
              && got[1] == 6 && getgroups(1, got) == -1);
    }
    ok(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == (getuid() == 0),
        "supplementary groups");
}

/* In a child, which ends with the number of the first thing that is wrong. */
static int confined(void)
{
    char here[64];

    if (chroot("jail") != 0) {
        return errno == EPERM ? 0 : 1;
    }
    if (chdir("/") != 0 || !getcwd(here, sizeof(here)) || strcmp(here, "/")) {
        return 2;
    }
    if (access("/inside/plain", F_OK) != 0 || access("inside/../../../inside", F_OK) != 0) {
        return 3;
    }
    if (access("/proc/self", F_OK) == 0 || access("/tmp", F_OK) == 0
        || access("/srv/ramfs/tmp", F_OK) == 0) {
        return 4;
    }
    return mkdir("/new", 0755) == 0 && rmdir("/inside/../new") == 0 ? 0 : 5;
}

static void roots(void)
{
    int status;
    pid_t pid;

    ok(mkdir("jail", 0755) == 0 && mkdir("jail/inside", 0755) == 0
           && link("plain", "jail/inside/plain") == 0, "a place to be confined to");
    pid = fork();
    if (pid == 0) {
        _exit(confined());
    }
    ok(waitpid(pid, &status, 0) == pid && status == 0, "chroot confines");
    ok(access("/proc/self", F_OK) == 0 && access("jail/inside", F_OK) == 0,
        "but not the parent");
    ok(fails(chroot("nothing"), ENOENT) && fails(chroot("plain"), ENOTDIR),
        "chroot to nothing");
    ok(unlink("jail/inside/plain") == 0 && rmdir("jail/inside") == 0 && rmdir("jail") == 0,
        "all removed");
}

int main(void)
{
    static char folder[] = "/tmp/calls.XXXXXX";

    ok(mkdtemp(folder) != NULL && chdir(folder) == 0, "a place for files");
    directories();
    listing();
    systems();
    rooms();
    nameless();
    copies();
    vectors();
    times_of_files();
    nodes();
    attributes();
    limits();
    sharing();
    usage();
    wishes();
    orphans();
    groups();
    roots();
    ok(unlink("plain") == 0 && chdir("/") == 0 && rmdir(folder) == 0, "nothing is left");
    return checks_done();
}
