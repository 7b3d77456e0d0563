/* SPDX-License-Identifier: BSD-2-Clause */
/* clone3: its forms, and what it refuses. Prints TAP subtests. */
#include "check.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLONE_VM_ = 0x100, CLONE_PIDFD_ = 0x1000, CLONE_PARENT_SETTID_ = 0x100000,
       CLONE_CHILD_SETTID_ = 0x1000000, STACK = 65536 };

struct request {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    uint64_t set_tid, set_tid_size, cgroup;
    uint64_t later[2];          /* that no kernel knows yet */
};

static long clone3(const struct request *request, size_t size)
{
    return syscall(SYS_clone3, request, size);
}

static int ended_with(pid_t child, int code)
{
    int status = -1;

    return waitpid(child, &status, 0) == child && WIFEXITED(status)
           && WEXITSTATUS(status) == code;
}

static void processes(void)
{
    int pidfd = -1, parent_tid = 0;
    static int child_tid;
    const struct request request = {
        .flags = CLONE_PIDFD_ | CLONE_PARENT_SETTID_ | CLONE_CHILD_SETTID_,
        .pidfd = (uintptr_t)&pidfd, .parent_tid = (uintptr_t)&parent_tid,
        .child_tid = (uintptr_t)&child_tid, .exit_signal = SIGCHLD,
    };
    struct pollfd ended = {.events = POLLIN};
    long pid = clone3(&request, sizeof(request));

    if (pid == 0)
        _exit(child_tid == getpid() ? 42 : 1);
    ok(pid > 0 && parent_tid == pid && pidfd >= 0 && !child_tid, "a process, as by fork");
    ended.fd = pidfd;
    ok(poll(&ended, 1, -1) == 1, "its descriptor tells of its end");
    ok(ended_with((pid_t)pid, 42), "it knew its number");
    close(pidfd);
    pid = clone3(&(struct request){.exit_signal = SIGCHLD}, 64);
    if (pid == 0)
        _exit(7);
    ok(pid > 0 && ended_with((pid_t)pid, 7), "the first version of the record will do");
}

static void refusals(void)
{
    static char stack[STACK];
    struct request request = {.exit_signal = SIGCHLD};

    ok(clone3(&request, 56) < 0 && errno == EINVAL, "not a shorter one");
    ok(clone3(&request, 1 << 20) < 0 && errno == E2BIG, "nor a very long one");
    request.later[1] = 1;
    ok(clone3(&request, sizeof(request)) < 0 && errno == E2BIG, "nor what is unknown");
    request = (struct request){.flags = SIGCHLD};
    ok(clone3(&request, sizeof(request)) < 0 && errno == EINVAL, "no signal in the flags");
    request = (struct request){.exit_signal = 65};
    ok(clone3(&request, sizeof(request)) < 0 && errno == EINVAL, "nor one that is not");
    request = (struct request){.stack_size = STACK};
    ok(clone3(&request, sizeof(request)) < 0 && errno == EINVAL, "no size without a stack");
    request = (struct request){.flags = CLONE_VM_, .stack = (uintptr_t)stack};
    ok(clone3(&request, sizeof(request)) < 0 && errno == EINVAL, "nor the other way round");
    ok(clone3((void *)16, sizeof(request)) < 0 && errno == EFAULT, "EFAULT");
}

int main(void)
{
    processes();
    refusals();
    return checks_done();
}
