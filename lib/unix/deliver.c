/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal handlers of the program. They run when the library is left: the frame's registers
 * become those of a call of the handler, and what they were is on the program's stack
 * until rt_sigreturn. Signals come from the process itself (kill, and tgkill for raise and
 * abort) and, in rt_sigsuspend, from a child that ended; the process server ends the
 * process for all others.
 */
#include <unix/signal.h>

#include <stddef.h>

enum { SIGCHLD = 17, SIGCONT = 18, SIGURG = 23, SIGWINCH = 28 };
enum { RED_ZONE = 128, FX_BYTES = 512, INFO_BYTES = 128 };

/* Linux has its ucontext at this place; what is in it is ours. */
struct saved_context {
    struct foreign_frame frame;
    uint64_t blocked;
    uint64_t info[INFO_BYTES / 8];      /* siginfo: number, then zeros */
    uint8_t vectors[FX_BYTES] __attribute__((aligned(16)));
};

struct handler_stack {
    uint64_t unused;
    uint64_t restorer;                  /* where the handler returns to */
    struct saved_context saved;
};

/* Runs the handler at the end of this call, after which the call gives `result`; the mask
 * is `blocked` then. Returns what the call has to return now, or -EFAULT. */
static int64_t deliver(struct foreign_frame *frame, unsigned number, int64_t result,
    uint64_t blocked)
{
    const struct linux_sigaction *action = &signal_actions[number];
    struct handler_stack stack = {.restorer = action->restorer, .saved = {
        .frame = *frame, .blocked = blocked, .info = {number}}};
    uint64_t place = (frame->rsp - RED_ZONE - sizeof(stack)) & ~UINT64_C(15);
    uint64_t info = place + offsetof(struct handler_stack, saved.info);

    stack.saved.frame.rax = (uint64_t)result;
    __asm__ volatile("fxsave64 %0" : "=m"(stack.saved.vectors));
    if (give((void *)place, &stack, sizeof(stack)))
        return -EFAULT;
    signal_blocked |= action->mask;
    if (!(action->flags & SA_NODEFER))
        signal_blocked |= signal_bit(number);
    frame->rip = action->handler;
    frame->rsp = place + offsetof(struct handler_stack, restorer);
    frame->rdi = number;
    frame->rsi = info;
    frame->rdx = place + offsetof(struct handler_stack, saved);
    if (action->flags & SA_RESETHAND)
        signal_actions[number].handler = SIG_DFL;
    return 0;
}

UNIX_HANDLER(rt_sigreturn)
{
    struct saved_context saved;

    if (take(&saved, (void *)frame->rsp, sizeof(saved)))
        library_exit(t, 128);
    __asm__ volatile("fxrstor64 %0" : : "m"(saved.vectors));
    *frame = saved.frame;
    signal_blocked = saved.blocked;
    return (int64_t)saved.frame.rax;
}

static bool has_handler(unsigned number)
{
    return signal_actions[number].handler > SIG_IGN;
}

/* Nothing is to be done: it is ignored, or nobody has said otherwise. */
static bool is_ignored(unsigned number)
{
    const uint64_t silent = signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGURG)
                            | signal_bit(SIGWINCH);
    uint64_t handler = signal_actions[number].handler;

    return handler == SIG_IGN || (handler == SIG_DFL && silent & signal_bit(number));
}

/* A signal of the process to itself; 1: the process server has to do it. */
static int64_t to_self(struct foreign_frame *frame, unsigned number)
{
    if (is_ignored(number))
        return 0;
    if (has_handler(number) && !(signal_blocked & signal_bit(number)))
        return deliver(frame, number, 0, signal_blocked);
    return 1;
}

static int64_t send(struct uxrt_thread *t, struct foreign_frame *frame, int pid,
    int number)
{
    bool own = pid == library_getpid(t) || pid == (int)t->tid;

    if (own && number > 0 && number <= SIGNALS) {
        int64_t result = to_self(frame, (unsigned)number);

        if (result != 1)
            return result;
    }
    return library_kill(t, pid, number);
}

UNIX_HANDLER(kill)
{
    return send(t, frame, argument_int(frame, 0), argument_int(frame, 1));
}

UNIX_HANDLER(tkill)
{
    return send(t, frame, argument_int(frame, 0), argument_int(frame, 1));
}

UNIX_HANDLER(tgkill)
{
    return send(t, frame, argument_int(frame, 1), argument_int(frame, 2));
}

UNIX_HANDLER(rt_sigsuspend)
{
    uint64_t mask, old = signal_blocked;

    if (argument(frame, 1) != SIGNAL_MASK_SIZE)
        return -EINVAL;
    if (take(&mask, argument_pointer(frame, 0), sizeof(mask)))
        return -EFAULT;
    for (;;) {
        uint32_t events = client_wait(t);

        if (events & EVENT_CHILD && has_handler(SIGCHLD)
            && !(mask & signal_bit(SIGCHLD))) {
            signal_blocked = mask;
            return deliver(frame, SIGCHLD, -EINTR, old);
        }
        if (events & EVENT_SIGNAL)
            return -EINTR;
    }
}
