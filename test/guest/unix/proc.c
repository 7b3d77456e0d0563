/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc as programs know it: what it tells about this process, its threads, its children
 * and the system, and open files by their names there. Usage: proc; see check.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char text[65536];

/* The whole of a file; "" if there is none. */
static const char *contents(const char *name)
{
    int fd = open(name, O_RDONLY);
    ssize_t got, length = 0;

    while (fd >= 0 && (got = read(fd, text + length, sizeof(text) - 1 - (size_t)length)) > 0) {
        length += got;
    }
    close(fd);
    text[length] = 0;
    return text;
}

static const char *link_of(const char *name)
{
    static char target[PATH_MAX];
    ssize_t length = readlink(name, target, sizeof(target) - 1);

    target[length > 0 ? length : 0] = 0;
    return target;
}

static const char *name_of(const char *format, int number)
{
    static char name[2][64];
    static int turn;

    turn = !turn;
    snprintf(name[turn], sizeof(name[0]), format, number);
    return name[turn];
}

/* The number behind a word at the beginning of a line. */
static long number_after(const char *name, const char *word)
{
    const char *line = contents(name);
    size_t length = strlen(word);

    while (line && strncmp(line, word, length)) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return line ? strtol(line + length, NULL, 10) : -1;
}

static int has_entry(const char *directory, const char *name)
{
    DIR *dir = opendir(directory);
    struct dirent *entry;
    int found = 0;

    while (dir && (entry = readdir(dir))) {
        found += !strcmp(entry->d_name, name);
    }
    if (dir) {
        closedir(dir);
    }
    return found == 1;
}

static int count_fields(const char *line)
{
    int count = 0;

    while (*(line += strspn(line, " \n"))) {
        line += strcspn(line, " \n");
        count++;
    }
    return count;
}

static void own(char **argv)
{
    char name[64], state = 0;
    int pid = 0, parent = 0, group = 0, session = 0;

    ok(atoi(link_of("/proc/self")) == getpid(), "self");
    ok(access(link_of("/proc/self/exe"), X_OK) == 0 && link_of("/proc/self/exe")[0] == '/',
        "exe is a program");
    ok(!strcmp(contents("/proc/self/cmdline"), argv[0])
           && !strcmp(text + strlen(text) + 1, "own"), "cmdline");
    contents("/proc/self/environ");
    ok(!strcmp(text, "WORD=some thing"), "environ");
    ok(chdir("/tmp") == 0 && !strcmp(link_of("/proc/self/cwd"), "/tmp")
           && !strcmp(link_of("/proc/self/root"), "/"), "cwd and root");
    ok(sscanf(contents("/proc/self/stat"), "%d (%60[^)]) %c %d %d %d", &pid, name, &state,
           &parent, &group, &session) == 6 && pid == getpid() && parent == getppid()
           && group == getpgrp() && session == getsid(0) && state == 'R', "stat");
    ok(count_fields(strrchr(text, ')') + 1) == 50, "it has 52 fields");
    ok(!strncmp(contents("/proc/self/comm"), name, strlen(name)), "comm is the same name");
    ok(number_after("/proc/self/status", "Pid:\t") == getpid()
           && number_after("/proc/self/status", "PPid:\t") == getppid()
           && number_after("/proc/self/status", "Uid:\t") == (long)getuid()
           && number_after("/proc/self/status", "Threads:\t") == 1, "status");
    ok(count_fields(contents("/proc/self/statm")) == 7 && atol(text) > 0, "statm");
    ok(strstr(contents("/proc/self/maps"), "r-xp") != NULL, "maps");
    ok(strstr(contents("/proc/self/limits"), "Max open files") != NULL, "limits");
}

static void descriptors(void)
{
    char word[8] = {0};
    int fd = open("/tmp/proc.file", O_RDWR | O_CREAT | O_TRUNC, 0600), again, pipes[2];
    const char *name = name_of("/proc/self/fd/%d", fd);

    ok(write(fd, "hello", 5) == 5 && has_entry("/proc/self/fd", name_of("%d", fd)),
        "descriptors are listed");
    ok(!strcmp(link_of(name), "/tmp/proc.file"), "and are links to their files");
    again = open(name, O_RDONLY);
    ok(read(again, word, 8) == 5 && !strcmp(word, "hello")
           && lseek(fd, 0, SEEK_CUR) == 5, "one opened again has a position of its own");
    ok(write(again, "x", 1) == -1 && errno == EBADF, "and rights of its own");
    close(again);
    ok(unlink("/tmp/proc.file") == 0
           && !strcmp(link_of(name), "/tmp/proc.file (deleted)"), "a file without a name");
    again = open(name_of("/dev/fd/%d", fd), O_RDWR);
    ok(again >= 0 && pread(again, word, 5, 0) == 5, "can be opened by that, too");
    close(again);
    close(fd);
    ok(open(name, O_RDONLY) == -1 && errno == ENOENT, "it is closed");
    ok(pipe(pipes) == 0 && !strncmp(link_of(name_of("/proc/self/fd/%d", pipes[0])), "pipe:[",
           6), "a pipe");
    again = open(name_of("/dev/fd/%d", pipes[1]), O_WRONLY);
    ok(write(again, "abc", 3) == 3 && read(pipes[0], word, 8) == 3, "opened again");
    close(again);
    close(pipes[0]);
    close(pipes[1]);
}

static void directories(void)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY);
    struct stat one, other;

    ok(stat(name_of("/proc/self/fd/%d/tmp", fd), &one) == 0 && stat("/tmp", &other) == 0
           && one.st_ino == other.st_ino, "names go on behind a directory");
    ok(!strcmp(link_of(name_of("/proc/self/fd/%d", fd)), "/"), "the root");
    close(fd);
    ok(stat(name_of("/proc/self/fd/%d", 0), &one) == 0 && fstat(0, &other) == 0
           && one.st_ino == other.st_ino && one.st_dev == other.st_dev, "stat follows");
    ok(lstat("/dev/stdin", &one) == 0 && S_ISLNK(one.st_mode), "/dev/stdin is a link");
}

static void *run(void *argument)
{
    int tid = (int)syscall(SYS_gettid);
    char name[64];

    (void)argument;
    ok(has_entry("/proc/self/task", name_of("%d", tid))
           && has_entry("/proc/self/task", name_of("%d", getpid())), "threads are listed");
    pthread_setname_np(pthread_self(), "second");
    snprintf(name, sizeof(name), "/proc/self/task/%d/comm", tid);
    ok(!strcmp(contents(name), "second\n"), "and have names of their own");
    ok(number_after("/proc/self/status", "Threads:\t") == 2, "two");
    snprintf(name, sizeof(name), "/proc/self/task/%d/stat", tid);
    ok(atoi(contents(name)) == tid && strstr(text, "(second)"), "stat of a thread");
    return NULL;
}

static void threads(void)
{
    pthread_t thread;
    char name[16] = {0};

    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    pthread_setname_np(pthread_self(), "first");
    pthread_getname_np(pthread_self(), name, sizeof(name));
    ok(!strcmp(name, "first") && !strcmp(contents("/proc/self/comm"), "first\n"),
        "the name of a process can be changed");
}

/* The state letter in a file `stat`, waited for as it changes from outside. */
static int becomes(const char *stat, char wanted)
{
    char state = 0;

    for (int i = 0; i < 1000 && state != wanted; i++) {
        if (sscanf(contents(stat), "%*d (%*[^)]) %c", &state) != 1) {
            return 0;
        }
        usleep(1000);
    }
    return state == wanted;
}

static sem_t go_on;

static void *wait_for_word(void *tid)
{
    *(_Atomic int *)tid = (int)syscall(SYS_gettid);
    while (sem_wait(&go_on) < 0)
        ;
    return NULL;
}

/* A thread that waits sleeps, for its own process, too; who looks runs. */
static void states(void)
{
    _Atomic int tid = 0;
    pthread_t thread;

    sem_init(&go_on, 0, 0);
    pthread_create(&thread, NULL, wait_for_word, (void *)&tid);
    while (!tid)
        sched_yield();
    ok(becomes(name_of("/proc/self/task/%d/stat", (int)tid), 'S'), "a thread of ours sleeps");
    ok(becomes("/proc/self/stat", 'R'), "we run");
    sem_post(&go_on);
    pthread_join(thread, NULL);
}

static void children(void)
{
    char word[8] = {0};
    int fd = open("/tmp/proc.child", O_RDWR | O_CREAT | O_TRUNC, 0600), status, other;
    ssize_t written = write(fd, "child", 5);
    pid_t pid = fork();
    char stat[32];

    while (pid == 0) {
        pause();
    }
    snprintf(stat, sizeof(stat), "/proc/%d/stat", pid);
    ok(written == 5 && !strcmp(link_of(name_of("/proc/%d/exe", pid)),
           strdup(link_of("/proc/self/exe"))), "a child has the same program");
    ok(becomes(stat, 'S'), "it sleeps");
    other = open(name_of("/proc/%d/fd/", pid), O_RDONLY | O_DIRECTORY);
    ok(other >= 0 && has_entry(name_of("/proc/%d/fd", pid), name_of("%d", fd)),
        "its descriptors");
    close(other);
    snprintf(text, 64, "/proc/%d/fd/%d", pid, fd);
    ok(!strcmp(link_of(text), "/tmp/proc.child"), "their names");
    other = open(text, O_RDONLY);
    ok(read(other, word, 8) == 5 && !strcmp(word, "child"), "and what is in them");
    close(other);
    kill(pid, SIGSTOP);
    ok(becomes(stat, 'T'), "it is stopped");
    kill(pid, SIGKILL);
    ok(becomes(stat, 'Z') && contents(name_of("/proc/%d/cmdline", pid))[0] == 0, "a zombie");
    ok(waitpid(pid, &status, 0) == pid
           && access(name_of("/proc/%d", pid), F_OK) == -1, "it is gone");
    close(fd);
    unlink("/tmp/proc.child");
}

static void whole(void)
{
    double up[2] = {0}, later = 0;

    ok(sscanf(contents("/proc/uptime"), "%lf %lf", &up[0], &up[1]) == 2 && up[0] > 0,
        "uptime");
    usleep(20000);
    ok(sscanf(contents("/proc/uptime"), "%lf", &later) == 1 && later > up[0], "it grows");
    ok(number_after("/proc/meminfo", "MemTotal:") > number_after("/proc/meminfo", "MemFree:")
           && number_after("/proc/meminfo", "MemAvailable:") > 0, "meminfo");
    ok(count_fields(contents("/proc/loadavg")) == 5, "loadavg");
    ok(!strncmp(contents("/proc/stat"), "cpu  ", 5) && number_after("/proc/stat", "cpu0 ") >= 0
           && number_after("/proc/stat", "btime ") > 1000000000, "stat");
    ok(strstr(contents("/proc/mounts"), " /proc ") != NULL, "mounts");
    ok(count_fields(contents("/proc/self/mountinfo")) >= 10, "mountinfo");
    ok(strstr(contents("/proc/filesystems"), "proc") != NULL, "filesystems");
    ok(strstr(contents("/proc/version"), "Linux version ") == text, "version");
    ok(number_after("/proc/cpuinfo", "processor\t: ") == 0, "cpuinfo");
    ok(atoi(contents("/proc/sys/kernel/pid_max")) >= 32768
           && !strcmp(contents("/proc/sys/kernel/ostype"), "Linux\n"), "settings");
    ok(open("/proc/self/nothing", O_RDONLY) == -1 && errno == ENOENT
           && open("/proc/0", O_RDONLY) == -1 && errno == ENOENT, "what there is not");
}

/* Begins anew with arguments and an environment that are known. */
int main(int argc, char **argv)
{
    char *arguments[] = {argv[0], "own", NULL}, *environment[] = {"WORD=some thing", NULL};

    if (argc == 1) {
        execve("/proc/self/exe", arguments, environment);
        ok(0, "exec of /proc/self/exe");
        return checks_done();
    }
    ok(1, "exec of /proc/self/exe");
    own(argv);
    descriptors();
    directories();
    threads();
    states();
    children();
    whole();
    return checks_done();
}
