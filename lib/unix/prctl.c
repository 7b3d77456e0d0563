/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process or thread says about itself: names and wishes, which are kept in pages
 * that the process server reads; no call is made. */
#include <unix/unix.h>

enum {
    PR_SET_PDEATHSIG = 1, PR_GET_PDEATHSIG = 2, PR_GET_DUMPABLE = 3, PR_SET_DUMPABLE = 4,
    PR_GET_KEEPCAPS = 7, PR_SET_KEEPCAPS = 8, PR_SET_NAME = 15, PR_GET_NAME = 16,
    PR_GET_SECCOMP = 21, PR_CAPBSET_READ = 23, PR_GET_SECUREBITS = 27,
    PR_SET_TIMERSLACK = 29, PR_GET_TIMERSLACK = 30,
    PR_SET_NO_NEW_PRIVS = 38, PR_GET_NO_NEW_PRIVS = 39,
    CAPABILITIES = 41, SIGNAL_MAX = 64, TIMER_SLACK = 50000,
};

/* Of the process; a new program begins with these. */
static uint8_t dumpable = 1, no_new_privileges;

static int64_t set_name(struct uxrt_thread *t, const void *from)
{
    char name[THREAD_NAME] = {0};
    int64_t length = text_in(name, from, THREAD_NAME - 1);

    if (length < 0 && length != -ENAMETOOLONG)
        return length;
    memcpy(t->shared->name, name, THREAD_NAME);
    return 0;
}

static int64_t set_death_signal(struct uxrt_thread *t, uint64_t signal)
{
    if (signal > SIGNAL_MAX)
        return -EINVAL;
    t->shared->death_signal = (uint32_t)signal;
    return 0;
}

static int64_t set_flag(uint8_t *flag, uint64_t value)
{
    if (value > 1)
        return -EINVAL;
    *flag = (uint8_t)value;
    return 0;
}

UNIX_HANDLER(prctl)
{
    uint64_t value = argument(frame, 1);
    int32_t signal;

    switch (argument_int(frame, 0)) {
    case PR_SET_NAME:
        return set_name(t, argument_pointer(frame, 1));
    case PR_GET_NAME:
        return give(argument_pointer(frame, 1), t->shared->name, THREAD_NAME);
    case PR_SET_PDEATHSIG:
        return set_death_signal(t, value);
    case PR_GET_PDEATHSIG:
        signal = (int32_t)t->shared->death_signal;
        return give(argument_pointer(frame, 1), &signal, sizeof(signal));
    case PR_GET_DUMPABLE:
        return dumpable;
    case PR_SET_DUMPABLE:
        return set_flag(&dumpable, value);
    case PR_SET_NO_NEW_PRIVS:
        return value == 1 ? set_flag(&no_new_privileges, value) : -EINVAL;
    case PR_GET_NO_NEW_PRIVS:
        return no_new_privileges;
    case PR_CAPBSET_READ:
        return value < CAPABILITIES ? 1 : -EINVAL;
    case PR_GET_TIMERSLACK:
        return TIMER_SLACK;
    case PR_GET_KEEPCAPS:
    case PR_SET_KEEPCAPS:
    case PR_GET_SECCOMP:
    case PR_GET_SECUREBITS:
    case PR_SET_TIMERSLACK:
        return 0;
    default:
        return -EINVAL;
    }
}

/* Only one; asking is by an impossible one. */
UNIX_HANDLER(personality)
{
    return (uint32_t)argument(frame, 0) == 0 || (uint32_t)argument(frame, 0) == UINT32_MAX
               ? 0 : -EINVAL;
}
