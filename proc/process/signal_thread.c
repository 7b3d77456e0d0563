/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads and signals; see signal_thread.h and entry.S of the library. */
#include <process/signal_thread.h>

#include <kcall/invoke.h>
#include <process/connection.h>
#include <process/image.h>
#include <process/thread.h>

#define FLAGS_OFF UINT64_C(0x40500)     /* AC, DF, TF */

enum place { PLACE_CALL, PLACE_PROGRAM, PLACE_ENTRY, PLACE_LEAVING, PLACE_NATIVE };

static enum place place_of(uint64_t ip)
{
    const struct library_header *library = image_header();

    if (ip < LIBRARY_BASE || ip >= library->text_end) {
        return PLACE_PROGRAM;
    }
    if (ip >= library->leave && ip < library->leave_end) {
        return PLACE_LEAVING;
    }
    return ip >= library->foreign && ip < library->entered ? PLACE_ENTRY : PLACE_NATIVE;
}

/* Suspends the thread unless it is in the library, in a foreign call. One that enters just
 * now waits there until `hold` is 0 again, so it is in no call. */
static enum place catch(struct thread *thread, struct user_context *regs)
{
    struct thread_page *page = thread->page;
    enum place place = PLACE_CALL;

    if (thread->suspended) {
        return PLACE_CALL;
    }
    __atomic_store_n(&page->hold, 1, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&page->in_lib, __ATOMIC_SEQ_CST)) {
        (void)kc_tcb_suspend(thread->tcb);
        (void)kc_tcb_read_registers(thread->tcb, false, 0, USER_CONTEXT_WORDS, regs);
        place = __atomic_load_n(&page->in_lib, __ATOMIC_SEQ_CST) ? PLACE_ENTRY
            : place_of(regs->rip);
    }
    __atomic_store_n(&page->hold, 0, __ATOMIC_SEQ_CST);
    return place;
}

/* Out of waits: its own, and those at servers. */
static void poke(struct thread *thread)
{
    thread_wake(thread, EVENT_SIGNAL);
    connection_cancel_all(thread->process);
}

static void divert(struct thread *thread, struct user_context *regs)
{
    thread->page->interrupted = *regs;
    thread->page->in_lib = 1;
    regs->rip = image_header()->signal;
    regs->rsp = thread_block(thread->number) + BLOCK_PRIVATE;
    regs->rflags &= ~FLAGS_OFF;
}

/* It begins to leave anew, and so looks again. */
static void leave_again(struct thread *thread, struct user_context *regs)
{
    regs->rip = image_header()->leave_again;
    regs->rsp = thread_block(thread->number) + BLOCK_PRIVATE - FRAME_BYTES;
}

static void resume(struct thread *thread, const struct user_context *regs)
{
    (void)kc_tcb_write_registers(thread->tcb, true, 0, USER_CONTEXT_WORDS, regs);
}

void signal_thread_interrupt(struct thread *thread)
{
    struct user_context regs;

    switch (catch(thread, &regs)) {
    case PLACE_PROGRAM:
        divert(thread, &regs);
        resume(thread, &regs);
        return;
    case PLACE_LEAVING:
        leave_again(thread, &regs);
        resume(thread, &regs);
        return;
    case PLACE_ENTRY:
    case PLACE_NATIVE:
        (void)kc_tcb_resume(thread->tcb);
        break;
    case PLACE_CALL:
        break;
    }
    poke(thread);
}

void signal_thread_stop(struct thread *thread)
{
    struct user_context regs;

    switch (catch(thread, &regs)) {
    case PLACE_PROGRAM:
    case PLACE_NATIVE:
        thread->suspended = true;
        return;
    case PLACE_LEAVING:
        leave_again(thread, &regs);
        resume(thread, &regs);
        return;
    case PLACE_ENTRY:
        (void)kc_tcb_resume(thread->tcb);
        break;
    case PLACE_CALL:
        break;
    }
    poke(thread);
}

void signal_thread_continue(struct thread *thread)
{
    if (thread->suspended) {
        thread->suspended = false;
        (void)kc_tcb_resume(thread->tcb);
    } else {
        thread_wake(thread, EVENT_SIGNAL);
    }
}

bool signal_thread_redirect(struct thread *thread)
{
    struct user_context regs;

    if (thread->page->in_lib
        || kc_tcb_read_registers(thread->tcb, false, 0, USER_CONTEXT_WORDS, &regs)
               != ERROR_NONE
        || place_of(regs.rip) != PLACE_PROGRAM) {
        return false;
    }
    divert(thread, &regs);
    return kc_tcb_write_registers(thread->tcb, false, 0, USER_CONTEXT_WORDS, &regs)
           == ERROR_NONE;
}
