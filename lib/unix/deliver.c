/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delivery of signals when the program goes on: each that there is gets a frame, so that its
 * handler runs; a call that was interrupted is made again or ends with EINTR.
 */
#include <unix/signal.h>

enum { SYSCALL_BYTES = 2 };

void signal_take(struct uxrt_thread *t, uint64_t set, struct taken *taken)
{
    const uint64_t *result = t->shared->result;
    int64_t error;

    while ((error = client_proc(t, PROC_SIGNAL, &set, 1, NULL, 0)) == -ERROR_WAIT)
        client_sleep(t);
    *taken = (struct taken){
        .signal = error ? 0 : (unsigned)result[0], .code = (int32_t)result[1],
        .pid = (uint32_t)result[2], .uid = (uint32_t)result[3],
        .status = (int32_t)result[4], .address = result[5],
        .trap = (uint32_t)result[6], .error = (uint32_t)(result[6] >> 32),
    };
}

static bool is_fault(const struct taken *taken)
{
    return (taken->code > 0 || taken->trap)
           && (taken->signal == SIGSEGV || taken->signal == SIGBUS
               || taken->signal == SIGILL || taken->signal == SIGFPE
               || taken->signal == SIGTRAP);
}

void signal_describe(const struct taken *taken, struct linux_siginfo *info)
{
    *info = (struct linux_siginfo){
        .number = (int32_t)taken->signal, .code = taken->code,
        .pid = taken->pid, .uid = taken->uid, .status = taken->status,
    };
    if (is_fault(taken)) {
        info->pid = (uint32_t)taken->address;
        info->uid = (uint32_t)(taken->address >> 32);
    } else if (taken->code < 0) {
        memcpy(&info->status, &taken->address, sizeof(taken->address));
    }
}

void signal_mask_for_now(struct uxrt_thread *t, uint64_t mask)
{
    if (!t->mask_saved)
        t->mask = t->shared->blocked;
    t->mask_saved = true;
    t->shared->blocked = mask & ~NEVER_BLOCKED;
}

void signal_mask_restore(struct uxrt_thread *t)
{
    if (t->mask_saved)
        t->shared->blocked = t->mask;
    t->mask_saved = false;
}

void signal_end(struct uxrt_thread *t, uint64_t signal)
{
    for (;;)
        client_proc(t, PROC_EXIT, &signal, 1, NULL, 0);
}

/* Calls that SA_RESTART makes again. */
static bool is_restarted(uint64_t number)
{
    static const uint16_t numbers[] = {
        0, 1, 2, 16, 17, 18, 19, 20, 40, 42, 43, 44, 45, 46, 47, 61, 72, 73, 85, 202, 247,
        257, 288, 295, 296, 299, 307, 318,
    };

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

static void restart(struct foreign_frame *frame)
{
    frame->rax = frame->number;
    frame->rip -= SYSCALL_BYTES;
    frame->number = NO_NUMBER;
}

static bool was_interrupted(const struct foreign_frame *frame)
{
    return frame->number != NO_NUMBER && (int64_t)frame->rax == -EINTR;
}

static void run_handler(struct uxrt_thread *t, struct foreign_frame *frame,
    const struct taken *taken)
{
    struct linux_sigaction *action = &signal_actions[taken->signal], now = *action;
    const uint64_t words[] = {taken->signal, 0};

    if (was_interrupted(frame) && now.flags & SA_RESTART && is_restarted(frame->number))
        restart(frame);
    if (!frame_build(t, frame, &now, taken))
        signal_end(t, SIGSEGV);
    t->mask_saved = false;
    t->shared->blocked |= now.mask & ~NEVER_BLOCKED;
    if (!(now.flags & SA_NODEFER))
        t->shared->blocked |= UINT64_C(1) << (taken->signal - 1);
    if (now.flags & SA_RESETHAND) {
        action->handler = SIG_DFL;
        client_proc(t, PROC_ACTION, words, 2, NULL, 0);
    }
}

void foreign_signals(struct foreign_frame *frame)
{
    struct uxrt_thread *t = thread_by_stack();
    struct taken taken;
    bool handled = false;

    for (signal_take(t, 0, &taken); taken.signal; signal_take(t, 0, &taken)) {
        if (signal_actions[taken.signal].handler > SIG_IGN) {
            run_handler(t, frame, &taken);
            handled = true;
        }
    }
    if (!handled)
        signal_mask_restore(t);
    if (frame->whole && !foreign_return(frame))
        signal_end(t, SIGSEGV);
    if (!handled && was_interrupted(frame))
        restart(frame);
}
