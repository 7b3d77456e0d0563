/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes: fork, exec, exit, wait, kill, and what a thread says about itself. */
#include <unix/thread.h>
#include <unix/unix.h>

enum { ARCH_SET_GS = 0x1001, ARCH_SET_FS = 0x1002, ARCH_GET_FS = 0x1003 };
enum {
    CLONE_VM = 0x100, CLONE_VFORK = 0x4000, CLONE_PARENT_SETTID = 0x100000,
    CLONE_CHILD_SETTID = 0x1000000, CLONE_CHILD_CLEARTID = 0x200000,
    CLONE_THREAD = 0x10000, CLONE_SIGNAL = 0xff,
};

UNIX_HANDLER(exit_group)
{
    library_exit(t, argument_int(frame, 0) & 0xff);
    return 0;
}

static int fork_process(struct uxrt_thread *t)
{
    int pid = library_fork(t);

    if (pid == 0)
        thread_after_fork();
    return pid;
}

UNIX_HANDLER(fork)
{
    return fork_process(t);
}

/* clone(2) in the form of fork; what a thread wants is refused. A child of CLONE_VM with
 * CLONE_VFORK only execs or exits: it gets a copy. */
UNIX_HANDLER(clone)
{
    uint64_t flags = argument(frame, 0) & ~(uint64_t)CLONE_SIGNAL;
    const uint64_t known = CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID
                           | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;

    if (flags & CLONE_THREAD)
        return thread_clone(t, frame);
    if (flags & ~known || ((flags & CLONE_VM) && !(flags & CLONE_VFORK)))
        return -EINVAL;
    int pid = fork_process(t);
    if (pid > 0 && flags & CLONE_PARENT_SETTID)
        give(argument_pointer(frame, 2), &pid, sizeof(pid));
    if (pid == 0) {
        if (flags & CLONE_CHILD_CLEARTID)
            thread_clear_at(t, argument(frame, 3));
        if (flags & CLONE_CHILD_SETTID)
            give(argument_pointer(frame, 3), &t->tid, sizeof(t->tid));
        if (argument(frame, 1))
            frame->rsp = argument(frame, 1);
    }
    return pid;
}

UNIX_HANDLER(execve)
{
    char name[TEXT_SIZE];
    int error = name_in(name, argument_pointer(frame, 0));

    if (error)
        return error;
    return library_exec(t, name, argument_pointer(frame, 1), argument_pointer(frame, 2));
}

UNIX_HANDLER(wait4)
{
    int status, pid;

    if (argument(frame, 2) & ~UINT64_C(0xe000000b))
        return -EINVAL;
    pid = library_wait(t, argument_int(frame, 0), &status, argument_int(frame, 2) & 1);
    if (pid > 0 && argument(frame, 1)
        && give(argument_pointer(frame, 1), &status, sizeof(status)))
        return -EFAULT;
    return pid;
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
