/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors of processes, and signals by them. */
#include <unix/pidfd.h>

#include <transport/life.h>
#include <unix/signal.h>
#include <util/print.h>

enum { PIDFD_NONBLOCK = 04000, LIFE_NAME = 32 };

int64_t pidfd_open(struct uxrt_thread *t, uint32_t pid, unsigned flags)
{
    char name[LIFE_NAME];

    print(name, sizeof(name), "/proc/%u/life", pid);

    int fd = library_openat(t, LINUX_AT_FDCWD, name,
        UXRT_READ | UXRT_CLOSE_ON_EXEC | flags, 0);

    return fd == -ENOENT ? -ESRCH : fd;
}

int64_t pidfd_pid(struct uxrt_thread *t, int fd)
{
    uint32_t pid;
    int64_t result = library_get(t, fd, ATTR_CONTROL, LIFE_PID, &pid, sizeof(pid));

    return result == -ENOTTY ? -EBADF : result < 0 ? result : (int64_t)pid;
}

UNIX_HANDLER(pidfd_open)
{
    if (argument_int(frame, 0) <= 0 || argument(frame, 1) & ~(uint64_t)PIDFD_NONBLOCK)
        return -EINVAL;
    return pidfd_open(t, (uint32_t)argument(frame, 0),
        argument(frame, 1) ? UXRT_NONBLOCK : 0);
}

/* What the program says of the signal, if anything, is as of sigqueue(3). */
static int64_t send(struct uxrt_thread *t, int64_t pid, int signal, const void *user)
{
    struct linux_siginfo info;
    uint64_t value;

    if (!user)
        return library_kill(t, (int)pid, signal);
    if (take(&info, user, sizeof(info)))
        return -EFAULT;
    if (info.number != signal)
        return -EINVAL;
    memcpy(&value, &info.status, sizeof(value));

    const uint64_t words[] = {
        (uint64_t)pid, 0, (uint64_t)signal, (uint64_t)(int64_t)info.code,
        info.pid | (uint64_t)info.uid << 32, value,
    };
    return client_proc(t, PROC_QUEUE, words, 6, NULL, 0);
}

UNIX_HANDLER(pidfd_send_signal)
{
    int64_t pid;

    if (argument(frame, 3))
        return -EINVAL;
    pid = pidfd_pid(t, argument_int(frame, 0));
    return pid < 0 ? pid : send(t, pid, argument_int(frame, 1), argument_pointer(frame, 2));
}
