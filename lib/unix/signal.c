/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: what a program says it wants done with them. */
#include <unix/signal.h>

enum { SIGKILL = 9, SIGSTOP = 19 };
enum { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK };

struct linux_sigaction signal_actions[SIGNALS + 1];
uint64_t signal_blocked;

UNIX_HANDLER(rt_sigaction)
{
    uint64_t number = argument(frame, 0);
    struct linux_sigaction old;

    if (number < 1 || number > SIGNALS || argument(frame, 3) != SIGNAL_MASK_SIZE
        || (argument(frame, 1) && (number == SIGKILL || number == SIGSTOP)))
        return -EINVAL;
    old = signal_actions[number];
    if (argument(frame, 1)
        && take(&signal_actions[number], argument_pointer(frame, 1), sizeof(old)))
        return -EFAULT;
    return argument(frame, 2) ? give(argument_pointer(frame, 2), &old, sizeof(old)) : 0;
}

UNIX_HANDLER(rt_sigprocmask)
{
    uint64_t old = signal_blocked, set;

    if (argument(frame, 3) != SIGNAL_MASK_SIZE)
        return -EINVAL;
    if (argument(frame, 1)) {
        if (take(&set, argument_pointer(frame, 1), sizeof(set)))
            return -EFAULT;
        switch (argument(frame, 0)) {
        case SIG_BLOCK: signal_blocked |= set; break;
        case SIG_UNBLOCK: signal_blocked &= ~set; break;
        case SIG_SETMASK: signal_blocked = set; break;
        default: return -EINVAL;
        }
    }
    return argument(frame, 2) ? give(argument_pointer(frame, 2), &old, sizeof(old)) : 0;
}
