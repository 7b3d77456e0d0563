/* SPDX-License-Identifier: BSD-2-Clause */
/* New processes and threads: fork, vfork, clone, clone3. */
#include <transport/fork.h>
#include <unix/pidfd.h>
#include <unix/thread.h>
#include <unix/unix.h>

enum { CLONE_SIGNAL = 0xff, CLONE_SIZE_MIN = 64, CLONE_SIZE_MAX = 4096, SIGNAL_LAST = 64 };

/* flags: PROC_FORK_ */
static int fork_process(struct uxrt_thread *t, unsigned flags)
{
    int pid = fork_all(t, flags);

    if (pid == 0)
        thread_after_fork();
    return pid;
}

UNIX_HANDLER(fork)
{
    return fork_process(t, 0);
}

UNIX_HANDLER(vfork)
{
    return fork_process(t, PROC_FORK_SHARE | PROC_FORK_TELL);
}

static void give_pidfd(struct uxrt_thread *t, int pid, uint64_t to)
{
    int fd = (int)pidfd_open(t, (uint32_t)pid, 0);

    give((void *)to, &fd, sizeof(fd));
}

static void begin_child(struct uxrt_thread *t, struct foreign_frame *frame,
    const struct clone *clone)
{
    if (clone->flags & CLONE_CHILD_CLEARTID)
        thread_clear_at(t, clone->child_tid);
    if (clone->flags & CLONE_CHILD_SETTID)
        give((void *)clone->child_tid, &t->tid, sizeof(t->tid));
    if (clone->stack)
        frame->rsp = clone->stack;
}

/* In the forms of fork and vfork; what only a thread can have is refused. */
static int64_t clone_process(struct uxrt_thread *t, struct foreign_frame *frame,
    const struct clone *clone)
{
    const uint64_t known = CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID
                           | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PIDFD;
    int pid;

    if (clone->flags & ~known)
        return -EINVAL;
    pid = fork_process(t, (clone->flags & CLONE_VM ? PROC_FORK_SHARE : 0)
                              | (clone->flags & CLONE_VFORK ? PROC_FORK_TELL : 0));
    if (pid == 0)
        begin_child(t, frame, clone);
    if (pid > 0 && clone->flags & CLONE_PARENT_SETTID)
        give((void *)clone->parent_tid, &pid, sizeof(pid));
    if (pid > 0 && clone->flags & CLONE_PIDFD)
        give_pidfd(t, pid, clone->pidfd);
    return pid;
}

static int64_t clone(struct uxrt_thread *t, struct foreign_frame *frame,
    const struct clone *clone)
{
    return clone->flags & CLONE_THREAD ? thread_clone(t, frame, clone)
                                       : clone_process(t, frame, clone);
}

UNIX_HANDLER(clone)
{
    const struct clone request = {
        .flags = argument(frame, 0) & ~(uint64_t)CLONE_SIGNAL, .stack = argument(frame, 1),
        .parent_tid = argument(frame, 2), .pidfd = argument(frame, 2),
        .child_tid = argument(frame, 3), .tls = argument(frame, 4),
    };

    if (request.flags & CLONE_PIDFD && request.flags & CLONE_PARENT_SETTID)
        return -EINVAL;
    return clone(t, frame, &request);
}

/* As the program has it. Later versions are longer. */
struct linux_clone {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    uint64_t set_tid, set_tid_size, cgroup;
};

/* Takes what the program knows of; the rest of a longer one has to be 0. */
static int64_t take_clone(struct linux_clone *to, const char *user, uint64_t size)
{
    uint64_t known = size < sizeof(*to) ? size : sizeof(*to);
    char more;

    if (size < CLONE_SIZE_MIN)
        return -EINVAL;
    if (size > CLONE_SIZE_MAX)
        return -E2BIG;
    *to = (struct linux_clone){0};
    if (take(to, user, known))
        return -EFAULT;
    for (; known < size; known++) {
        if (take(&more, user + known, 1))
            return -EFAULT;
        if (more)
            return -E2BIG;
    }
    return 0;
}

UNIX_HANDLER(clone3)
{
    struct linux_clone from;
    int64_t error = take_clone(&from, argument_pointer(frame, 0), argument(frame, 1));

    if (error)
        return error;
    if (from.flags & CLONE_SIGNAL || from.exit_signal > SIGNAL_LAST || from.set_tid
        || from.set_tid_size || !from.stack != !from.stack_size
        || (from.flags & CLONE_THREAD && from.exit_signal))
        return -EINVAL;
    const struct clone request = {
        .flags = from.flags, .stack = from.stack + from.stack_size,
        .parent_tid = from.parent_tid, .pidfd = from.pidfd, .child_tid = from.child_tid,
        .tls = from.tls,
    };

    return clone(t, frame, &request);
}
