/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: what a program says it wants done with them. */
#include <unix/unix.h>

enum { SIGNALS = 64, SIGKILL = 9, SIGSTOP = 19, MASK_SIZE = 8 };
enum { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK };

struct linux_sigaction {
    uint64_t handler, flags, restorer, mask;
};

static struct linux_sigaction actions[SIGNALS + 1];
static uint64_t blocked;

UNIX_HANDLER(rt_sigaction)
{
    uint64_t number = argument(frame, 0);
    struct linux_sigaction old;

    if (number < 1 || number > SIGNALS || argument(frame, 3) != MASK_SIZE
        || (argument(frame, 1) && (number == SIGKILL || number == SIGSTOP)))
        return -EINVAL;
    old = actions[number];
    if (argument(frame, 1)
        && take(&actions[number], argument_pointer(frame, 1), sizeof(old)))
        return -EFAULT;
    return argument(frame, 2) ? give(argument_pointer(frame, 2), &old, sizeof(old)) : 0;
}

UNIX_HANDLER(rt_sigprocmask)
{
    uint64_t old = blocked, set;

    if (argument(frame, 3) != MASK_SIZE)
        return -EINVAL;
    if (argument(frame, 1)) {
        if (take(&set, argument_pointer(frame, 1), sizeof(set)))
            return -EFAULT;
        switch (argument(frame, 0)) {
        case SIG_BLOCK: blocked |= set; break;
        case SIG_UNBLOCK: blocked &= ~set; break;
        case SIG_SETMASK: blocked = set; break;
        default: return -EINVAL;
        }
    }
    return argument(frame, 2) ? give(argument_pointer(frame, 2), &old, sizeof(old)) : 0;
}
