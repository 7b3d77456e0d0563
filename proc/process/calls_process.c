/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about threads and processes, except fork and exec. */
#include <memory/slot.h>
#include <process/call.h>

#include <stddef.h>

#include <kcall/invoke.h>
#include <process/connection.h>
#include <process/thread.h>
#include <util/errno.h>
#include <util/string.h>

static bool in_library(uint64_t address)
{
    return address >= LIBRARY_BASE && address < USER_TOP;
}

/* entry, stack pointer, argument, FS base -> thread number, tid */
int call_thread(struct call *call)
{
    int number = thread_free_number(call->process);
    struct user_context regs = {
        .rip = call->words[0], .rsp = call->words[1],
        .rdi = call->words[2], .fs_base = call->words[3],
    };
    struct thread *thread;

    if (number < 0) {
        return number;
    }
    if (!in_library(regs.rip)) {
        return -EINVAL;
    }
    thread = thread_create(call->process, (unsigned)number, thread_new_tid());
    if (!thread) {
        return -ENOMEM;
    }
    /* A signal may come before it runs. */
    thread->page->blocked = call->thread->page->blocked;
    if (!thread_start(thread, &regs)) {
        thread_end(thread, true);
        return -ENOMEM;
    }
    memcpy(thread->page->name, call->thread->page->name, THREAD_NAME);
    call->result[0] = (uint64_t)number;
    call->result[1] = thread->tid;
    return 0;
}

int call_thread_exit(struct call *call)
{
    if (call->process->thread_count == 1) {
        process_kill(call->process,
            call->word_count > 0 ? (int)(call->words[0] & 0xffff) : 0);
    } else {
        connection_drop_buffers(call->thread, true);
        thread_end(call->thread, true);
    }
    return CALL_NO_ANSWER;
}

int call_exit(struct call *call)
{
    process_kill(call->process, (int)(call->words[0] & 0xffff));
    return CALL_NO_ANSWER;
}

int call_tls(struct call *call)
{
    return kc_tcb_set_tls_base(call->thread->tcb, call->words[0]) == ERROR_NONE
        ? 0 : -EINVAL;
}

/* bits */
int call_thread_wake(struct call *call)
{
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        struct thread *thread = call->process->threads[i];

        if (thread && call->words[0] >> i & 1) {
            thread_wake(thread, EVENT_WAKE);
        }
    }
    return 0;
}

