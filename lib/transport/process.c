/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> on processes and threads that are calls of the
 * process server and little more.
 */
#include <transport/process.h>

#include <stddef.h>

#include <kcall/syscall.h>
#include <transport/client.h>
#include <transport/connection.h>
#include <transport/context.h>
#include <transport/table.h>
#include <transport/trace.h>
#include <util/errno.h>

enum { LOG_PART = 512, STATUS_SHIFT = 8, STATUS_CODE = 0xff, STACK_ALIGNMENT = 16 };

void library_exit(struct uxrt_thread *t, int code)
{
    uint64_t status = (uint64_t)(code & STATUS_CODE) << STATUS_SHIFT;

    for (;;) {
        client_proc(t, PROC_EXIT, &status, 1, NULL, 0);
    }
}

int library_wait(struct uxrt_thread *t, int pid, int *status, int options)
{
    const uint64_t words[] = {(uint64_t)(int64_t)pid, (uint64_t)options};
    int64_t result;

    do {
        result = client_proc(t, PROC_WAIT, words, 2, NULL, 0);
    } while (client_again(t, &result));
    if (result < 0) {
        return (int)result;
    }
    if (status) {
        *status = (int)t->shared->result[1];
    }
    return (int)t->shared->result[0];
}

int library_kill(struct uxrt_thread *t, int pid, int signal)
{
    const uint64_t words[] = {(uint64_t)(int64_t)pid, (uint64_t)signal};

    return (int)client_proc(t, PROC_KILL, words, 2, NULL, 0);
}

int library_getpid(struct uxrt_thread *t)
{
    (void)t;
    return (int)((const struct process_page *)PROCESS_PAGE)->pid;
}

int library_tls(struct uxrt_thread *t, uint64_t base)
{
    return (int)client_proc(t, PROC_TLS, &base, 1, NULL, 0);
}

void library_yield(struct uxrt_thread *t)
{
    (void)t;
    kc_yield();
}

void library_log(struct uxrt_thread *t, const char *text, size_t length)
{
    while (length > 0) {
        size_t part = length < LOG_PART ? length : LOG_PART;

        if (client_proc(t, PROC_LOG, NULL, 0, text, part) < 0) {
            return;
        }
        text += part;
        length -= part;
    }
}

int library_shutdown(struct uxrt_thread *t, int status)
{
    uint64_t word = (uint64_t)status;

    return (int)client_proc(t, PROC_SHUTDOWN, &word, 1, NULL, 0);
}

void thread_end(struct uxrt_thread *t, int code)
{
    const uint64_t status = (uint64_t)(code & STATUS_CODE) << STATUS_SHIFT;

    connection_thread_ends(t);
    for (;;) {
        client_proc(t, PROC_THREAD_EXIT, &status, 1, NULL, 0);
    }
}

/* The thread is told its number by its maker, who learns it only when it runs. */
void thread_start(struct thread_start *start)
{
    struct uxrt_thread *t;
    uint64_t number;

    while (!(number = __atomic_load_n(&start->number, __ATOMIC_ACQUIRE))) {
        kc_yield();
    }
    t = thread_prepare((unsigned)number - 1);
    connection_thread_begins(t);
    trace_thread(t);
    t->shared->in_lib = 0;
    start->run(start->argument);
    thread_end(t, 0);
}

int library_thread(struct uxrt_thread *t, void (*run)(void *), void *argument,
    void *stack_top, uint64_t tls)
{
    uint64_t top = (uint64_t)stack_top & ~(uint64_t)(STACK_ALIGNMENT - 1);
    struct thread_start *start;
    int64_t result;

    if (top < PROGRAM_BASE || top > PROGRAM_END) {
        return -EINVAL;
    }
    top -= (sizeof(*start) + STACK_ALIGNMENT - 1) & ~(uint64_t)(STACK_ALIGNMENT - 1);
    start = (struct thread_start *)top;
    *start = (struct thread_start){run, argument, 0};
    result = client_proc(t, PROC_THREAD,
        (const uint64_t[]){(uint64_t)thread_entry, top, top, tls}, 4, NULL, 0);
    if (result < 0) {
        return (int)result;
    }
    result = (int)t->shared->result[1];
    __atomic_store_n(&start->number, t->shared->result[0] + 1, __ATOMIC_RELEASE);
    return (int)result;
}
