/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for children: waitid, descriptors of processes, SIGCHLD and children that leave
 * no status; timers of processor time. Prints TAP subtests. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { P_OF_FD = 3, CLONE_WITH_FD = 0x1000 };

static int process_fd(pid_t pid, unsigned flags)
{
    return (int)syscall(SYS_pidfd_open, pid, flags);
}

static int send(int fd, int number)
{
    return (int)syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
}

/* The raw call, which knows every kind; the code that it tells, or minus the error. */
static int wait_id(int kind, int id, siginfo_t *info, int options)
{
    memset(info, 0, sizeof(*info));
    return syscall(SYS_waitid, kind, id, info, options, NULL) ? -errno : info->si_code;
}

static pid_t child_ends(int code)
{
    pid_t child = fork();

    if (!child)
        _exit(code);
    return child;
}

static pid_t child_pauses(void)
{
    pid_t child = fork();

    while (!child)
        pause();
    return child;
}

/* Of all signals, only SIGKILL acts on a stopped process at once. */
static void test_stopped(void)
{
    siginfo_t info;
    pid_t child = child_pauses();

    kill(child, SIGSTOP);
    wait_id(P_PID, child, &info, WSTOPPED);
    kill(child, SIGTERM);
    usleep(20000);
    ok(wait_id(P_PID, child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0,
       "SIGTERM waits while it is stopped");
    kill(child, SIGCONT);
    ok(wait_id(P_PID, child, &info, WEXITED) == CLD_KILLED && info.si_status == SIGTERM,
       "and kills it then");
    child = child_pauses();
    kill(child, SIGSTOP);
    wait_id(P_PID, child, &info, WSTOPPED);
    kill(child, SIGKILL);
    ok(wait_id(P_PID, child, &info, WEXITED) == CLD_KILLED && info.si_status == SIGKILL,
       "SIGKILL does not wait");
}

static void test_waitid(void)
{
    siginfo_t info;
    pid_t child = child_ends(7);

    ok(wait_id(P_PID, child, &info, WEXITED | WNOWAIT) == CLD_EXITED
       && info.si_pid == child && info.si_status == 7 && info.si_signo == SIGCHLD,
       "waitid of one, which is left");
    ok(wait_id(P_ALL, 0, &info, WEXITED) == CLD_EXITED && info.si_pid == child,
       "of any, which is taken");
    ok(wait_id(P_ALL, 0, &info, WEXITED) == -ECHILD, "there are no more");
    ok(wait_id(P_ALL, 0, &info, WNOHANG) == -EINVAL && wait_id(9, 0, &info, WEXITED) == -EINVAL
       && wait_id(P_PID, 0, &info, WEXITED) == -EINVAL, "nonsense");
    child = child_pauses();
    ok(wait_id(P_PID, child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0,
       "nothing yet");
    kill(child, SIGSTOP);
    ok(wait_id(P_PID, child, &info, WSTOPPED) == CLD_STOPPED && info.si_status == SIGSTOP,
       "stopped");
    ok(wait_id(P_PID, child, &info, WSTOPPED | WNOHANG) == 0, "which is told once");
    kill(child, SIGCONT);
    ok(wait_id(P_PID, child, &info, WCONTINUED) == CLD_CONTINUED
       && info.si_status == SIGCONT, "continued");
    test_stopped();
    setpgid(child, child);
    ok(wait_id(P_PGID, getpgrp(), &info, WEXITED | WNOHANG) == -ECHILD, "none of our group");
    kill(child, SIGTERM);
    ok(wait_id(P_PGID, child, &info, WEXITED | WSTOPPED) == CLD_KILLED
       && info.si_status == SIGTERM, "killed, by its group");
}

/* The group of a child is its parent's matter until it begins another program. */
static void test_group(void)
{
    int ends[2], status;
    char byte;

    (void)!pipe2(ends, O_CLOEXEC);
    pid_t child = fork();

    if (!child)
        _exit(execl("/proc/self/exe", "child", "pause", (char *)NULL));
    close(ends[1]);
    ok(read(ends[0], &byte, 1) == 0, "a child that has begun another program");
    ok(setpgid(child, child) == -1 && errno == EACCES, "is not put into a group any more");
    ok(setpgid(child, getppid()) == -1 && errno == EACCES, "into none");
    close(ends[0]);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

static int ready(int fd, int timeout)
{
    struct pollfd one = {fd, POLLIN, 0};

    return poll(&one, 1, timeout) == 1 ? one.revents & POLLIN : 0;
}

static void test_descriptor(void)
{
    siginfo_t info;
    pid_t child = child_pauses();
    int fd = process_fd(child, 0);
    char byte;

    ok(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "a descriptor of a process");
    ok(!ready(fd, 0) && send(fd, 0) == 0, "which lives");
    ok(read(fd, &byte, 1) == -1 && errno == EINVAL, "has no bytes");
    ok(wait_id(P_OF_FD, fd, &info, WEXITED | WNOHANG) == 0, "has not ended");
    ok(send(fd, SIGUSR1) == 0 && ready(fd, -1), "is killed by it");
    ok(wait_id(P_OF_FD, fd, &info, WEXITED) == CLD_KILLED && info.si_pid == child
       && info.si_status == SIGUSR1, "and waited for");
    ok(ready(fd, 0) && send(fd, SIGUSR1) == -1 && errno == ESRCH, "then there is nobody");
    ok(wait_id(P_OF_FD, fd, &info, WEXITED) == -ECHILD, "to wait for");
    close(fd);
    ok(process_fd(child, 0) == -1 && errno == ESRCH, "a process that is no more");
    ok(process_fd(0, 0) == -1 && errno == EINVAL && process_fd(getpid(), 1) == -1
       && errno == EINVAL, "nonsense of it");
    ok(send(0, 0) == -1 && errno == EBADF && wait_id(P_OF_FD, 0, &info, WEXITED) == -EBADF,
       "a descriptor of something else");
}

static void test_nonblock(void)
{
    siginfo_t info;
    pid_t child = child_pauses();
    int fd = process_fd(child, O_NONBLOCK);

    ok(wait_id(P_OF_FD, fd, &info, WEXITED) == -EAGAIN, "one that does not wait");
    kill(child, SIGKILL);
    ok(ready(fd, -1) && wait_id(P_OF_FD, fd, &info, WEXITED) == CLD_KILLED, "in the end");
    close(fd);
}

static void test_clone(void)
{
    siginfo_t info;
    int fd = -1, child = (int)syscall(SYS_clone, CLONE_WITH_FD | SIGCHLD, 0, &fd, 0, 0);

    if (!child)
        _exit(3);
    ok(child > 0 && ready(fd, -1), "clone gives one");
    ok(wait_id(P_OF_FD, fd, &info, WEXITED) == CLD_EXITED && info.si_status == 3,
       "of the child");
    close(fd);
}

static volatile sig_atomic_t came, came_code, came_pid;

static void note(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    came++;
    came_code = info->si_code;
    came_pid = info->si_pid;
}

static void on(int number, int flags)
{
    const struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | flags};

    came = 0;
    sigaction(number, &action, NULL);
}

static void test_signal(void)
{
    sigset_t set, old;
    pid_t child;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &old);
    on(SIGCHLD, 0);
    child = child_ends(0);
    while (!came)
        sigsuspend(&old);
    ok(came == 1 && came_code == CLD_EXITED && came_pid == child, "SIGCHLD");
    ok(waitpid(child, NULL, 0) == child, "and a status");
    on(SIGCHLD, SA_NOCLDSTOP);
    child = child_pauses();
    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    kill(child, SIGKILL);
    while (!came)
        sigsuspend(&old);
    ok(came == 1 && came_code == CLD_KILLED, "SA_NOCLDSTOP: no signal of its stop");
    waitpid(child, NULL, 0);
    on(SIGCHLD, SA_NOCLDWAIT);
    child = child_ends(0);
    while (!came)
        sigsuspend(&old);
    ok(came_code == CLD_EXITED && waitpid(child, NULL, 0) == -1 && errno == ECHILD,
       "SA_NOCLDWAIT: a signal and no status");
    signal(SIGCHLD, SIG_IGN);
    child_ends(0);
    child_ends(0);
    ok(waitpid(-1, NULL, 0) == -1 && errno == ECHILD,
       "SIGCHLD ignored: waits until all have ended");
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

/* The timer comes when the process has worked for that long, however long that takes. */
static void test_timer(int which, int number, const char *name)
{
    const struct itimerval time = {.it_value.tv_usec = 20000, .it_interval.tv_usec = 10000};
    const struct itimerval none = {{0, 0}, {0, 0}};
    struct itimerval left;
    struct timespec start, end;

    on(number, 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    ok(!setitimer(which, &time, NULL) && !getitimer(which, &left)
       && left.it_interval.tv_usec == 10000 && left.it_value.tv_usec <= 40000, name);
    while (came < 3)
        ;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    ok((end.tv_sec - start.tv_sec) * 1000000000 + end.tv_nsec - start.tv_nsec >= 20000000,
       "again and again");
    ok(!setitimer(which, &none, &left) && left.it_interval.tv_usec == 10000, "is stopped");
}

static void test_sleep(void)
{
    const struct itimerval soon = {.it_value.tv_usec = 10000};
    struct timespec time = {1000, 0}, rest = {0, 0};

    on(SIGALRM, 0);
    setitimer(ITIMER_REAL, &soon, NULL);
    ok(nanosleep(&time, &rest) == -1 && errno == EINTR && rest.tv_sec > 500
       && rest.tv_sec < 1000, "a sleep that is interrupted tells what was left");
}

int main(int argc, char **argv)
{
    (void)argv;
    while (argc > 1)
        pause();
    test_waitid();
    test_group();
    test_descriptor();
    test_nonblock();
    test_clone();
    test_signal();
    test_timer(ITIMER_VIRTUAL, SIGVTALRM, "a timer of the program's time");
    test_timer(ITIMER_PROF, SIGPROF, "a timer of its processor time");
    test_sleep();
    ok(setitimer(7, &(struct itimerval){0}, NULL) == -1 && errno == EINVAL, "no such timer");
    return checks_done();
}
