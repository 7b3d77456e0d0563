/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting with another signal mask (ppoll, pselect, epoll_pwait), several messages with one
 * call, clocks, and what a process can ask about itself. Prints TAP subtests.
 */
#include "check.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static volatile int caught;

static void on_signal(int signal)
{
    caught = signal;
}

/* The signal is pending, and blocked but while something waits. */
static sigset_t send_blocked(void)
{
    sigset_t set, none;

    caught = 0;
    sigemptyset(&none);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR1);
    return none;
}

static int came(int result)
{
    sigset_t now;

    sigprocmask(SIG_BLOCK, NULL, &now);
    return result < 0 && errno == EINTR && caught == SIGUSR1 && sigismember(&now, SIGUSR1);
}

static void masks(void)
{
    const struct sigaction action = {.sa_handler = on_signal};
    int pair[2], set = epoll_create(1);
    struct epoll_event event = {.events = EPOLLIN};
    struct pollfd one;
    sigset_t none;
    fd_set files;

    if (pipe(pair))
        return;
    sigaction(SIGUSR1, &action, NULL);
    one = (struct pollfd){.fd = pair[0], .events = POLLIN};
    none = send_blocked();
    ok(poll(&one, 1, 0) == 0 && !caught, "the signal is blocked");
    ok(came(ppoll(&one, 1, NULL, &none)), "ppoll lets it through");
    FD_ZERO(&files);
    FD_SET(pair[0], &files);
    none = send_blocked();
    ok(came(pselect(pair[0] + 1, &files, NULL, NULL, NULL, &none)), "pselect");
    ok(set >= 0 && epoll_ctl(set, EPOLL_CTL_ADD, pair[0], &event) == 0, "epoll_create");
    none = send_blocked();
    ok(came(epoll_pwait(set, &event, 1, -1, &none)), "epoll_pwait");
    none = send_blocked();
    ok(came((int)syscall(SYS_epoll_pwait2, set, &event, 1, NULL, &none, 8)), "epoll_pwait2");
    none = send_blocked();
    ok(came(sigsuspend(&none)), "sigsuspend");
    ok(write(pair[1], "x", 1) == 1 && ppoll(&one, 1, NULL, &none) == 1
           && one.revents == POLLIN, "what is ready is told at once");
    ok(ppoll(&one, 1, &(struct timespec){0, 2000000000}, NULL) < 0 && errno == EINVAL,
        "no time has so many nanoseconds");
    close(set);
    close(pair[0]);
    close(pair[1]);
}

static void signal_file(void)
{
    struct signalfd_siginfo info = {0};
    sigset_t set;
    int file;

    (void)send_blocked();
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    file = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    ok(file >= 0 && read(file, &info, sizeof(info)) == sizeof(info)
           && info.ssi_signo == SIGUSR1 && info.ssi_pid == (unsigned)getpid(), "signalfd");
    ok(read(file, &info, sizeof(info)) < 0 && errno == EAGAIN && !caught, "only once");
    close(file);
}

static void messages(void)
{
    char data[3][8] = {"one", "two", "three"}, got[3][8] = {"", "", ""};
    struct mmsghdr out[3] = {0}, in[3] = {0};
    struct iovec out_at[3], in_at[3];
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
        return;
    for (int i = 0; i < 3; i++) {
        out_at[i] = (struct iovec){data[i], strlen(data[i])};
        in_at[i] = (struct iovec){got[i], sizeof(got[i])};
        out[i].msg_hdr.msg_iov = &out_at[i];
        in[i].msg_hdr.msg_iov = &in_at[i];
        out[i].msg_hdr.msg_iovlen = in[i].msg_hdr.msg_iovlen = 1;
    }
    ok(sendmmsg(pair[0], out, 3, 0) == 3 && out[2].msg_len == 5, "sendmmsg");
    ok(recvmmsg(pair[1], in, 2, 0, NULL) == 2 && in[1].msg_len == 3
           && !strcmp(got[0], "one") && !strcmp(got[1], "two"), "recvmmsg takes two");
    ok(recvmmsg(pair[1], in, 3, MSG_DONTWAIT, NULL) == 1 && !strcmp(got[0], "three"),
        "then what there is");
    ok(recvmmsg(pair[1], in, 3, MSG_DONTWAIT, NULL) < 0 && errno == EAGAIN, "then nothing");
    close(pair[0]);
    close(pair[1]);
}

static void clocks(void)
{
    struct timespec now, then, resolution;
    struct timeval day;

    ok(clock_getres(CLOCK_MONOTONIC, &resolution) == 0 && resolution.tv_sec == 0
           && resolution.tv_nsec > 0, "clock_getres");
    ok(clock_getres(9999, NULL) < 0 && errno == EINVAL, "of no clock");
    clock_gettime(CLOCK_MONOTONIC, &then);
    then.tv_nsec += 20000000;
    then.tv_sec += then.tv_nsec / 1000000000;
    then.tv_nsec %= 1000000000;
    ok(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL) == 0
           && clock_gettime(CLOCK_MONOTONIC, &now) == 0
           && (now.tv_sec > then.tv_sec
               || (now.tv_sec == then.tv_sec && now.tv_nsec >= then.tv_nsec)),
        "clock_nanosleep until a time");
    ok(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, -1}, NULL) == EINVAL,
        "which has to be one");
    clock_gettime(CLOCK_REALTIME, &now);
    ok(gettimeofday(&day, NULL) == 0 && day.tv_sec - now.tv_sec <= 60
           && day.tv_sec >= now.tv_sec, "gettimeofday");
    ok(syscall(SYS_gettimeofday, &day, NULL) == 0 && day.tv_sec >= now.tv_sec,
        "the call itself, too");
}

static void oneself(void)
{
    struct sched_param parameter = {0};
    struct timespec slice;
    struct utsname name;
    unsigned cpu = 9999;
    uid_t uid[3];
    gid_t gid[3];

    ok(getresuid(&uid[0], &uid[1], &uid[2]) == 0 && uid[0] == getuid() && uid[1] == geteuid(),
        "getresuid");
    ok(getresgid(&gid[0], &gid[1], &gid[2]) == 0 && gid[0] == getgid() && gid[1] == getegid(),
        "getresgid");
    ok(setreuid(-1, geteuid()) == 0 && setregid(-1, getegid()) == 0
           && setresuid(-1, -1, -1) == 0 && setresgid(-1, -1, -1) == 0, "to what they are");
    ok(syscall(SYS_getcpu, &cpu, NULL, NULL) == 0
           && cpu < (unsigned)sysconf(_SC_NPROCESSORS_CONF), "getcpu");
    ok(syscall(SYS_sched_getscheduler, 0) == SCHED_OTHER
           && syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameter) == 0
           && syscall(SYS_sched_setparam, 0, &parameter) == 0, "the scheduler of most");
    ok(syscall(SYS_sched_rr_get_interval, 0, &slice) == 0, "sched_rr_get_interval");
    ok(uname(&name) == 0 && !strcmp(name.machine, "x86_64") && !strcmp(name.sysname, "Linux"),
        "uname");
    ok(syscall(SYS_tkill, syscall(SYS_gettid), 0) == 0, "tkill");
    ok(syscall(SYS_tkill, -1, 0) < 0 && errno == EINVAL, "of no thread");
}

int main(void)
{
    masks();
    signal_file();
    messages();
    clocks();
    oneself();
    return checks_done();
}
