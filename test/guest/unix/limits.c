/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one user can use up: processes, threads, descriptors, address space. Others go on, and
 * when the user's processes are killed, nothing of them is left. Prints TAP subtests. Run by
 * the superuser; by others, there is no other user to become.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { USER = 54321, PROCESSES = 24, THREADS = 100, TRIES = 3000 };

static volatile int too_large;

static void pause_shortly(void)
{
    nanosleep(&(struct timespec){0, 10000000}, NULL);
}

static int become_user(int processes)
{
    struct rlimit limit = {(rlim_t)processes, (rlim_t)processes};

    return setrlimit(RLIMIT_NPROC, &limit) || setgid(USER) || setuid(USER) ? -1 : 0;
}

/* The exit code of a function that runs in a child. */
static int in_child(int (*function)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(function());
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
        ? WEXITSTATUS(status) : -1;
}

/* Forks until that fails, leaving the children; 0 if it failed as it should. */
static int use_processes(void)
{
    int made = 0;
    pid_t child = 0;

    if (become_user(PROCESSES))
        return 1;
    while (made < 2 * PROCESSES && (child = fork()) > 0)
        made++;
    if (child == 0) {
        pause();
        _exit(0);
    }
    return child == -1 && errno == EAGAIN && made > 0 && made < PROCESSES ? 0 : 2;
}

/* Children make children, each as many as it can. */
static int bomb(void)
{
    if (become_user(PROCESSES))
        return 1;
    for (int i = 0; i < TRIES / 100; i++) {
        if (fork() == -1)
            pause_shortly();
    }
    pause();
    return 0;
}

/* As the user, kills all that the user has. */
static int kill_all(void)
{
    if (setgid(USER) || setuid(USER))
        return 1;
    kill(-1, SIGKILL);
    return 0;
}

/* Kills the user's processes until the group is empty, without even ended ones. */
static int clean_up(pid_t group)
{
    for (int i = 0; i < TRIES; i++) {
        if (in_child(kill_all) != 0)
            return 0;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (kill(-group, 0) == -1 && errno == ESRCH)
            return 1;
        pause_shortly();
    }
    return 0;
}

/* Runs the function in a process that begins a group, whose number is returned. */
static pid_t begin_group(int (*function)(void))
{
    pid_t child = fork();

    if (child == 0) {
        setpgid(0, 0);
        _exit(function());
    }
    return child;
}

static int goes_on(void)
{
    return 7;
}

/* Uses up the processes in a group of their own, and kills them. */
static int use_and_clean(void)
{
    pid_t group = begin_group(use_processes);
    int status = -1;
    int good = waitpid(group, &status, 0) == group && status == 0
               && in_child(goes_on) == 7;

    return clean_up(group) && good;
}

static void test_processes(void)
{
    pid_t group;

    ok(use_and_clean(), "at the limit a user gets EAGAIN; others can fork");
    group = begin_group(bomb);
    for (int i = 0; i < 20; i++)
        pause_shortly();
    ok(in_child(goes_on) == 7, "a fork bomb goes off: others can fork");
    ok(clean_up(group), "the user kills it from another process");
    ok(use_and_clean(), "then the user can have as many as before");
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *wait_here(void *argument)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return argument;
}

static int use_threads(void)
{
    static pthread_t threads[4 * THREADS];
    int made = 0, error = 0, joined = 0;

    if (become_user(THREADS))
        return 1;
    pthread_mutex_lock(&gate);
    while (made < 4 * THREADS
           && !(error = pthread_create(&threads[made], NULL, wait_here, NULL)))
        made++;
    pthread_mutex_unlock(&gate);
    while (joined < made && !pthread_join(threads[joined], NULL))
        joined++;
    return error == EAGAIN && made > 0 && joined == made ? 0 : 2;
}

static int use_descriptors(void)
{
    struct rlimit limit = {100, 100};
    int last = -1, next, pair[2];

    if (setrlimit(RLIMIT_NOFILE, &limit))
        return 1;
    while ((next = open("/dev/null", O_RDONLY)) >= 0)
        last = next;
    if (errno != EMFILE || last != 99 || dup(0) != -1 || errno != EMFILE
        || pipe(pair) != -1 || errno != EMFILE)
        return 2;
    close(last);
    return open("/dev/null", O_RDONLY) == last ? 0 : 3;
}

static int use_space(void)
{
    void *memory = mmap(NULL, (size_t)1 << 47, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory != MAP_FAILED || errno != ENOMEM)
        return 1;
    memory = malloc(100000);
    free(memory);
    return memory ? 0 : 2;
}

static void count_signal(int number)
{
    too_large += number == SIGXFSZ;
}

/* Writes beyond what a file may have: as far as it goes, then EFBIG and a signal. */
static int use_file(void)
{
    const struct sigaction action = {.sa_handler = count_signal};
    const struct rlimit limit = {100, RLIM_INFINITY};
    char name[] = "/tmp/limits.XXXXXX", bytes[80] = "";
    int fd = mkstemp(name), ends[2], bad = 0;

    unlink(name);
    sigaction(SIGXFSZ, &action, NULL);
    if (fd < 0 || pipe(ends) || setrlimit(RLIMIT_FSIZE, &limit))
        return 1;
    bad |= write(fd, bytes, 80) != 80 || write(fd, bytes, 80) != 20 ? 2 : 0;
    bad |= too_large || write(fd, bytes, 1) != -1 || errno != EFBIG || too_large != 1 ? 4 : 0;
    bad |= pwrite(fd, bytes, 80, 50) != 50 || pwrite(fd, bytes, 1, 100) != -1 ? 8 : 0;
    bad |= ftruncate(fd, 101) != -1 || errno != EFBIG || too_large != 3 ? 16 : 0;
    bad |= ftruncate(fd, 100) || lseek(fd, 0, SEEK_END) != 100 ? 32 : 0;
    for (int i = 0; i < 4; i++)
        bad |= write(ends[1], bytes, 80) != 80 ? 64 : 0;    /* a pipe has no size */
    return bad;
}

/* Private memory that can be written is counted, other memory is not. */
static int use_data(void)
{
    enum { MORE = 64 << 20 };
    const struct rlimit limit = {MORE / 2, RLIM_INFINITY};
    const int writable = PROT_READ | PROT_WRITE, own = MAP_PRIVATE | MAP_ANONYMOUS;
    char *at;
    int bad = 0;

    if (setrlimit(RLIMIT_DATA, &limit))
        return 1;
    bad |= mmap(NULL, MORE, writable, own, -1, 0) != MAP_FAILED || errno != ENOMEM ? 2 : 0;
    bad |= sbrk(MORE) != (void *)-1 ? 4 : 0;
    at = mmap(NULL, MORE, PROT_READ, own, -1, 0);
    bad |= at == MAP_FAILED ? 8 : 0;
    bad |= mprotect(at, MORE, writable) != -1 || errno != ENOMEM ? 16 : 0;
    bad |= mprotect(at, 4096, writable) ? 32 : 0;
    bad |= mmap(NULL, MORE, writable, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 64
                                                                                      : 0;
    return bad;
}

int main(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);       /* or the first process reaps */
    if (geteuid() == 0) {
        test_processes();
        ok(in_child(use_threads) == 0, "threads end with EAGAIN");
    }
    ok(in_child(use_descriptors) == 0, "descriptors end with EMFILE");
    ok(in_child(use_space) == 0, "address space ends with ENOMEM");
    ok(in_child(use_file) == 0, "the size of files ends with EFBIG and SIGXFSZ");
    ok(in_child(use_data) == 0, "data ends with ENOMEM");
    return checks_done();
}
