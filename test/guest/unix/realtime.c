/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals with values, in their order; timers that send signals; waiting for them. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int seen[4096];
static volatile sig_atomic_t count, bad;

static void note(int number, siginfo_t *info, void *context)
{
    (void)context;
    bad += info->si_signo != number || info->si_code != SI_QUEUE
           || info->si_pid != getpid() || info->si_uid != getuid();
    if (count < 4096)
        seen[count++] = number * 10000 + info->si_value.sival_int;
}

static void block(int how, int number)
{
    sigset_t set;

    sigemptyset(&set);
    for (int i = number; i < number + 3; i++)
        sigaddset(&set, i);
    sigprocmask(how, &set, NULL);
}

static void order(void)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
    int first = SIGRTMIN, good = 1;
    sigset_t pending;

    sigfillset(&action.sa_mask);
    for (int i = first; i < first + 3; i++)
        sigaction(i, &action, NULL);
    block(SIG_BLOCK, first);
    for (int i = 0; i < 20; i++)
        for (int number = first + 2; number >= first; number--)
            good = good && sigqueue(getpid(), number, (union sigval){.sival_int = i}) == 0;
    ok(good, "sixty signals queued");
    ok(sigpending(&pending) == 0 && sigismember(&pending, first + 1), "they are pending");
    ok(count == 0, "none has come");
    block(SIG_UNBLOCK, first);
    ok(count == 60, "all come");
    good = !bad;
    for (int i = 0; i < count; i++)
        good = good && seen[i] == (first + i / 20) * 10000 + i % 20;
    ok(good, "in their order, with their values");
}

static void limit(void)
{
    struct rlimit limit = {40, 40};
    int sent = 0, taken = 0, status = -1;
    struct timespec now = {0, 0};
    siginfo_t info;
    sigset_t set;
    pid_t pid = fork();

    if (pid == 0) {
        setrlimit(RLIMIT_SIGPENDING, &limit);
        block(SIG_BLOCK, SIGRTMIN);
        while (sent <= 40 && sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0)
            sent++;
        int full = errno == EAGAIN && sent > 0 && sent <= 40;
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN);
        while (sigtimedwait(&set, &info, &now) == SIGRTMIN)
            taken++;
        _exit(full && taken == sent && errno == EAGAIN ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    ok(status == 0, "RLIMIT_SIGPENDING bounds what is queued: EAGAIN");
}

static void waits(void)
{
    struct timespec soon = {0, 20000000};
    sigset_t set, old;
    siginfo_t info = {0};
    int status = -1;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 4);
    sigprocmask(SIG_BLOCK, &set, &old);
    ok(sigtimedwait(&set, &info, &soon) < 0 && errno == EAGAIN, "sigtimedwait: none in time");
    sigqueue(getpid(), SIGRTMIN + 4, (union sigval){.sival_ptr = (void *)0x123456789abc});
    ok(sigwaitinfo(&set, &info) == SIGRTMIN + 4 && info.si_code == SI_QUEUE
        && info.si_value.sival_ptr == (void *)0x123456789abc, "sigwaitinfo: the value");
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    ok(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_code == SI_USER
        && info.si_pid == getpid(), "kill: SI_USER and the sender");
    ok(sigtimedwait(&set, &info, &(struct timespec){0, 0}) < 0, "only one was kept");
    syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
    /* The library's function would say SI_USER. */
    ok(syscall(SYS_rt_sigtimedwait, &set, &info, NULL, 8) == SIGUSR1
        && info.si_code == SI_TKILL && info.si_pid == getpid(), "tgkill: SI_TKILL");
    info = (siginfo_t){.si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_value.sival_int = 77;
    ok(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, &info) == 0
        && sigwaitinfo(&set, &info) == SIGUSR1 && info.si_value.sival_int == 77,
        "rt_tgsigqueueinfo");
    pid_t pid = fork();
    if (pid == 0) {
        info.si_code = SI_USER;
        _exit(syscall(SYS_rt_sigqueueinfo, getppid(), SIGUSR1, &info) < 0 && errno == EPERM
                  ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    ok(status == 0, "nobody pretends to be kill: EPERM");
    sigprocmask(SIG_SETMASK, &old, NULL);
}

/* --- timers ---------------------------------------- */

static void timers(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
    struct itimerspec time = {.it_value = {0, 10000000}}, left;
    siginfo_t info = {0};
    sigset_t set;
    timer_t timer, other;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    event.sigev_value.sival_int = 4711;
    ok(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    ok(timer_settime(timer, 0, &time, NULL) == 0, "timer_settime");
    ok(sigwaitinfo(&set, &info) == SIGUSR2 && info.si_code == SI_TIMER
        && info.si_value.sival_int == 4711, "its signal, with the value");
    ok(timer_gettime(timer, &left) == 0 && left.it_value.tv_sec == 0
        && left.it_value.tv_nsec == 0, "it has run out");
    time = (struct itimerspec){.it_value = {0, 1000000}, .it_interval = {0, 1000000}};
    timer_settime(timer, 0, &time, NULL);
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    ok(sigwaitinfo(&set, &info) == SIGUSR2 && info.si_overrun > 5, "overruns are counted");
    ok(timer_getoverrun(timer) == info.si_overrun, "timer_getoverrun");
    time = (struct itimerspec){.it_value = {1000, 0}};
    timer_settime(timer, 0, &time, &left);
    ok(left.it_interval.tv_nsec == 1000000, "the old interval");
    ok(timer_gettime(timer, &left) == 0 && left.it_value.tv_sec >= 900, "time is left");
    ok(timer_delete(timer) == 0, "timer_delete");
    ok(syscall(SYS_timer_delete, timer) < 0 && errno == EINVAL, "once");
    while (sigtimedwait(&set, &info, &(struct timespec){0, 0}) == SIGUSR2)
        ;
    event.sigev_notify = SIGEV_NONE;
    ok(timer_create(CLOCK_REALTIME, &event, &other) == 0, "one without a signal");
    clock_gettime(CLOCK_REALTIME, &time.it_value);
    time.it_value.tv_sec += 500;
    timer_settime(other, TIMER_ABSTIME, &time, NULL);
    ok(timer_gettime(other, &left) == 0 && left.it_value.tv_sec > 400
        && left.it_value.tv_sec <= 500, "TIMER_ABSTIME");
    timer_delete(other);
    event = (struct sigevent){.sigev_notify = 17, .sigev_signo = SIGUSR2};
    ok(timer_create(CLOCK_REALTIME, &event, &other) < 0 && errno == EINVAL, "nonsense");
}

static int notified;

static void on_thread(union sigval value)
{
    __atomic_store_n(&notified, value.sival_int, __ATOMIC_SEQ_CST);
}

static void thread_timer(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD,
        .sigev_notify_function = on_thread, .sigev_value = {.sival_int = 55}};
    struct itimerspec time = {.it_value = {0, 1000000}};
    timer_t timer;

    ok(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0
        && timer_settime(timer, 0, &time, NULL) == 0, "SIGEV_THREAD");
    while (!__atomic_load_n(&notified, __ATOMIC_SEQ_CST))
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    ok(notified == 55, "a thread runs");
    timer_delete(timer);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    alarms += number == SIGALRM;
}

static void interval_timer(void)
{
    struct itimerval time = {.it_interval = {0, 2000}, .it_value = {0, 1000}}, old;
    sigset_t mask, none;

    sigemptyset(&none);
    sigemptyset(&mask);
    sigaddset(&mask, SIGALRM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &time, NULL);
    while (alarms < 5)
        sigsuspend(&none);
    time = (struct itimerval){0};
    ok(setitimer(ITIMER_REAL, &time, &old) == 0
        && (old.it_interval.tv_usec == 2000 || old.it_interval.tv_usec == 2001),
        "setitimer: again and again");
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    alarm(100);
    ok(alarm(100) > 90, "alarm tells what was left");
}

int main(void)
{
    alarm(100);
    order();
    limit();
    waits();
    timers();
    interval_timer();
    thread_timer();
    return checks_done();
}
