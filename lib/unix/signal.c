/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: actions, masks, sending and waiting for them; the alternate stack; timers. */
#include <transport/clock.h>
#include <transport/cold.h>
#include <transport/poll.h>
#include <unix/signal.h>

enum { MASK_SIZE = 8, SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 };
#define SECOND UINT64_C(1000000000)

COLD_DATA struct linux_sigaction signal_actions[SIGNALS + 1];

/* --- actions and masks ---------------------------------------- */

/* What was ignored before this program began still is. */
static struct linux_sigaction action_of(uint64_t number)
{
    struct linux_sigaction action = signal_actions[number];
    uint64_t ignored = ((const struct process_page *)PROCESS_PAGE)->ignored;

    if (action.handler == SIG_DFL && ignored >> (number - 1) & 1)
        action.handler = SIG_IGN;
    return action;
}

static int64_t set_action(struct uxrt_thread *t, uint64_t number,
    const struct linux_sigaction *action)
{
    uint64_t class = action->handler == SIG_DFL ? 0
        : action->handler == SIG_IGN ? PROC_IGNORED : PROC_HANDLED;

    if (number == SIGCHLD && action->flags & SA_NOCLDSTOP)
        class |= PROC_NO_STOPS;
    if (number == SIGCHLD && action->flags & SA_NOCLDWAIT)
        class |= PROC_NO_ZOMBIES;

    const uint64_t words[] = {number, class};

    signal_actions[number] = *action;
    return client_proc(t, PROC_ACTION, words, 2, NULL, 0);
}

UNIX_HANDLER(rt_sigaction)
{
    uint64_t number = argument(frame, 0);
    struct linux_sigaction old, new;
    int64_t error = 0;

    if (number < 1 || number > SIGNALS || argument(frame, 3) != MASK_SIZE
        || (argument(frame, 1) && (number == SIGKILL || number == SIGSTOP)))
        return -EINVAL;
    old = action_of(number);
    if (argument(frame, 1)) {
        if (take(&new, argument_pointer(frame, 1), sizeof(new)))
            return -EFAULT;
        error = set_action(t, number, &new);
    }
    if (error || !argument(frame, 2))
        return error;
    return give(argument_pointer(frame, 2), &old, sizeof(old));
}

UNIX_HANDLER(rt_sigprocmask)
{
    uint64_t old = t->shared->blocked, set, new = old;

    if (argument(frame, 3) != MASK_SIZE)
        return -EINVAL;
    if (argument(frame, 1)) {
        if (take(&set, argument_pointer(frame, 1), sizeof(set)))
            return -EFAULT;
        switch (argument(frame, 0)) {
        case SIG_BLOCK: new = old | set; break;
        case SIG_UNBLOCK: new = old & ~set; break;
        case SIG_SETMASK: new = set; break;
        default: return -EINVAL;
        }
    }
    t->shared->blocked = new & ~NEVER_BLOCKED;
    return argument(frame, 2) ? give(argument_pointer(frame, 2), &old, sizeof(old)) : 0;
}

UNIX_HANDLER(rt_sigpending)
{
    uint64_t pending = t->shared->pending & t->shared->blocked;

    return argument(frame, 1) > MASK_SIZE
        ? -EINVAL : give(argument_pointer(frame, 0), &pending, argument(frame, 1));
}

/* --- waiting ---------------------------------------- */

UNIX_HANDLER(rt_sigsuspend)
{
    uint64_t mask;

    if (argument(frame, 1) != MASK_SIZE)
        return -EINVAL;
    if (take(&mask, argument_pointer(frame, 0), sizeof(mask)))
        return -EFAULT;
    signal_mask_for_now(t, mask);
    return poll_files(t, NULL, 0, POLL_FOREVER);
}

/* Waits until one of the set is pending, whatever the mask says. */
static int64_t wait_for(struct uxrt_thread *t, uint64_t set, int64_t deadline)
{
    int result = 0;

    __atomic_store_n(&t->shared->waited, set, __ATOMIC_SEQ_CST);
    if (!(t->shared->pending & set))
        result = poll_files(t, NULL, 0, deadline);
    t->shared->waited = 0;
    return t->shared->pending & set ? 0 : result ? result : -EAGAIN;
}

UNIX_HANDLER(rt_sigtimedwait)
{
    struct linux_siginfo info;
    struct linux_timespec time = {INT64_MAX, 0};
    struct taken taken;
    int64_t deadline = POLL_FOREVER, now = clock_uptime(), error;
    uint64_t set;

    if (argument(frame, 3) != MASK_SIZE)
        return -EINVAL;
    if (take(&set, argument_pointer(frame, 0), sizeof(set))
        || (argument(frame, 2) && take(&time, argument_pointer(frame, 2), sizeof(time))))
        return -EFAULT;
    if (time.seconds < 0 || (uint64_t)time.nanoseconds >= SECOND)
        return -EINVAL;
    if (time.seconds < INT64_MAX / 2000000000)
        deadline = now + time.seconds * (int64_t)SECOND + time.nanoseconds;
    set &= ~NEVER_BLOCKED;
    error = set ? wait_for(t, set, deadline) : -EAGAIN;
    if (error)
        return error;
    signal_take(t, set, &taken);
    if (!taken.signal)
        return -EAGAIN;
    signal_describe(&taken, &info);
    if (argument(frame, 1) && give(argument_pointer(frame, 1), &info, sizeof(info)))
        return -EFAULT;
    return taken.signal;
}

/* --- sending ---------------------------------------- */

UNIX_HANDLER(tgkill)
{
    const uint64_t words[] = {argument(frame, 0), argument(frame, 1), argument(frame, 2)};

    if (argument_int(frame, 0) <= 0 || argument_int(frame, 1) <= 0)
        return -EINVAL;
    return client_proc(t, PROC_TKILL, words, 3, NULL, 0);
}

UNIX_HANDLER(tkill)
{
    const uint64_t words[] = {0, argument(frame, 0), argument(frame, 1)};

    if (argument_int(frame, 0) <= 0)
        return -EINVAL;
    return client_proc(t, PROC_TKILL, words, 3, NULL, 0);
}

void signal_to_thread(struct uxrt_thread *t, uint64_t signal)
{
    const uint64_t words[] = {0, t->tid, signal};

    client_proc(t, PROC_TKILL, words, 3, NULL, 0);
}

int64_t unix_written(struct uxrt_thread *t, int64_t result)
{
    if (result == -EPIPE)
        signal_to_thread(t, SIGPIPE);
    return result;
}

/* --- alternate stack ---------------------------------------- */

bool signal_on_alternate(const struct uxrt_thread *t, uint64_t sp)
{
    return sp > t->alternate && sp - t->alternate <= t->alternate_size;
}

UNIX_HANDLER(sigaltstack)
{
    bool on = signal_on_alternate(t, frame->rsp);
    struct linux_stack new, old = {
        .base = t->alternate, .size = t->alternate_size,
        .flags = !t->alternate_size ? SS_DISABLE : on ? SS_ONSTACK : 0,
    };

    if (argument(frame, 0)) {
        if (take(&new, argument_pointer(frame, 0), sizeof(new)))
            return -EFAULT;
        if (on)
            return -EPERM;
        if (new.flags & ~(SS_DISABLE | SS_ONSTACK))
            return -EINVAL;
        if (!(new.flags & SS_DISABLE) && new.size < MINSIGSTKSZ)
            return -ENOMEM;
        t->alternate = new.flags & SS_DISABLE ? 0 : new.base;
        t->alternate_size = new.flags & SS_DISABLE ? 0 : new.size;
    }
    return argument(frame, 1) ? give(argument_pointer(frame, 1), &old, sizeof(old)) : 0;
}

/* --- timers ---------------------------------------- */

struct linux_itimer {
    int64_t interval[2], value[2];      /* seconds, microseconds */
};

static bool in_nanoseconds(const int64_t time[2], uint64_t *result)
{
    if (time[0] < 0 || time[0] > INT64_MAX / 4000000000 || time[1] < 0
        || time[1] >= 1000000)
        return false;
    *result = (uint64_t)time[0] * SECOND + (uint64_t)time[1] * 1000;
    return true;
}

static void in_microseconds(uint64_t nanoseconds, int64_t time[2])
{
    nanoseconds += 999;
    time[0] = (int64_t)(nanoseconds / SECOND);
    time[1] = (int64_t)(nanoseconds % SECOND / 1000);
}

/* Numbers of timers are those of PROC_TIMER. Without a new time, only tells; gives the
 * program the old one. */
static int64_t timer(struct uxrt_thread *t, uint64_t which, const struct linux_itimer *new,
    void *user)
{
    uint64_t words[3] = {UINT64_MAX, 0, which};
    struct linux_itimer old;

    if (new && (!in_nanoseconds(new->value, &words[0])
                || !in_nanoseconds(new->interval, &words[1])))
        return -EINVAL;
    int64_t error = client_proc(t, PROC_TIMER, words, 3, NULL, 0);

    if (error)
        return error;
    in_microseconds(t->shared->result[0], old.value);
    in_microseconds(t->shared->result[1], old.interval);
    return !user ? 0 : give(user, &old, sizeof(old));
}

UNIX_HANDLER(setitimer)
{
    struct linux_itimer new = {0};

    if (argument(frame, 1) && take(&new, argument_pointer(frame, 1), sizeof(new)))
        return -EFAULT;
    return timer(t, (uint32_t)argument(frame, 0), &new, argument_pointer(frame, 2));
}

UNIX_HANDLER(getitimer)
{
    return timer(t, (uint32_t)argument(frame, 0), NULL, argument_pointer(frame, 1));
}

UNIX_HANDLER(alarm)
{
    uint64_t words[3] = {(uint32_t)argument(frame, 0) * SECOND, 0, PROC_TIMER_REAL};
    int64_t error = client_proc(t, PROC_TIMER, words, 3, NULL, 0);

    return error ? error : (int64_t)((t->shared->result[0] + SECOND - 1) / SECOND);
}
