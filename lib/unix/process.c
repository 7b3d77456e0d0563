/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes: exec, exit, wait, kill, and what a thread says about itself. */
#include <unix/pidfd.h>
#include <unix/signal.h>
#include <unix/thread.h>
#include <unix/unix.h>
#include <unix/usage.h>

enum { ARCH_SET_GS = 0x1001, ARCH_SET_FS = 0x1002, ARCH_GET_FS = 0x1003 };
enum { P_ALL = 0, P_PID = 1, P_PGID = 2, P_PIDFD = 3 };
enum { WNOHANG = 1, WUNTRACED = 2, WEXITED = 4, WCONTINUED = 8, WNOWAIT = 0x1000000,
       WAIT_ALL = WNOHANG | WUNTRACED | WCONTINUED,
       CLD_EXITED = 1, CLD_KILLED = 2, CLD_STOPPED = 5, CLD_CONTINUED = 6, SIGCONT = 18 };
UNIX_HANDLER(exit_group)
{
    library_exit(t, argument_int(frame, 0) & 0xff);
    return 0;
}

UNIX_HANDLER(execve)
{
    char name[TEXT_SIZE];
    int error = name_in(name, argument_pointer(frame, 0));

    if (error)
        return error;
    return library_exec(t, name, argument_pointer(frame, 1), argument_pointer(frame, 2));
}

/* Waits for a child; its pid, or 0 if it is not to be waited for. */
static int64_t wait_child(struct uxrt_thread *t, int64_t pid, uint64_t options)
{
    const uint64_t words[] = {(uint64_t)pid, options};
    int64_t result;

    do {
        result = client_proc(t, PROC_WAIT, words, 2, NULL, 0);
    } while (client_again(t, &result));
    return result < 0 ? result : (int64_t)t->shared->result[0];
}

UNIX_HANDLER(wait4)
{
    uint64_t options = argument(frame, 2) & (WNOHANG | WUNTRACED | WCONTINUED);
    struct linux_rusage usage;
    int status;

    if (argument(frame, 2) & ~UINT64_C(0xe000000b))
        return -EINVAL;
    if (argument_int(frame, 0) == INT32_MIN)
        return -ESRCH;
    int64_t pid = wait_child(t, argument_int(frame, 0), options);
    status = (int)t->shared->result[1];
    usage = usage_of(t->shared->result[3], 0);
    if (pid > 0 && argument(frame, 1)
        && give(argument_pointer(frame, 1), &status, sizeof(status)))
        return -EFAULT;
    if (pid > 0 && argument(frame, 3)
        && give(argument_pointer(frame, 3), &usage, sizeof(usage)))
        return -EFAULT;
    return pid;
}

/* code and status of siginfo. */
static void describe(int status, int32_t *code, int32_t *value)
{
    *code = status == 0xffff ? CLD_CONTINUED : (status & 0xff) == 0x7f ? CLD_STOPPED
        : status & 0x7f ? CLD_KILLED : CLD_EXITED;
    *value = status == 0xffff ? SIGCONT : status & 0x7f && *code == CLD_KILLED
        ? status & 0x7f : status >> 8 & 0xff;
}

static bool is_nonblocking(struct uxrt_thread *t, int fd)
{
    uint32_t flags;

    return library_get(t, fd, ATTR_FLAGS, 0, &flags, sizeof(flags)) == sizeof(flags)
           && flags & UXRT_NONBLOCK;
}

/* The pid for PROC_WAIT of what waitid waits for; or an error. */
static int64_t whom(struct uxrt_thread *t, uint64_t kind, int id, int64_t *pid)
{
    *pid = kind == P_ALL ? -1 : kind == P_PGID ? -(int64_t)id : id;
    if (kind == P_PIDFD)
        *pid = pidfd_pid(t, id);
    return kind != P_PIDFD || *pid > 0 ? 0 : *pid == -ESRCH ? -ECHILD : *pid;
}

UNIX_HANDLER(waitid)
{
    uint64_t kind = argument(frame, 0), options = argument(frame, 3);
    int id = argument_int(frame, 1);
    bool now = kind == P_PIDFD && is_nonblocking(t, id);
    struct linux_siginfo info = {0};
    int64_t pid, error;

    if (kind > P_PIDFD || (kind == P_PID && id <= 0) || (kind == P_PGID && id < 0)
        || options & ~(WAIT_ALL | WEXITED | WNOWAIT | UINT64_C(0xe0000000))
        || !(options & (WEXITED | WUNTRACED | WCONTINUED)))
        return -EINVAL;
    if (!(options & WEXITED))
        options |= PROC_WAIT_NOT_ENDED;
    error = whom(t, kind, id, &pid);
    if (error)
        return error;
    pid = wait_child(t, pid, (options & ~(uint64_t)WEXITED) | (now ? WNOHANG : 0));
    if (pid < 0 || (!pid && now && !(options & WNOHANG)))
        return pid ? pid : -EAGAIN;
    if (pid) {
        info.number = SIGCHLD;
        info.pid = (uint32_t)pid;
        info.uid = (uint32_t)t->shared->result[2];
        describe((int)t->shared->result[1], &info.code, &info.status);
    }
    const struct linux_rusage usage = usage_of(pid ? t->shared->result[3] : 0, 0);
    if (argument(frame, 4) && give(argument_pointer(frame, 4), &usage, sizeof(usage)))
        return -EFAULT;
    return argument(frame, 2) ? give(argument_pointer(frame, 2), &info, sizeof(info)) : 0;
}

UNIX_HANDLER(kill)
{
    return library_kill(t, argument_int(frame, 0), argument_int(frame, 1));
}

UNIX_HANDLER(arch_prctl)
{
    uint64_t base = argument(frame, 1);

    if (argument(frame, 0) != ARCH_SET_FS)
        return -EINVAL;
    if (base >= PROGRAM_END)
        return -EPERM;
    return library_tls(t, base);
}
