/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the process server (<transport/process.h>): a table with a handler for each.
 */
#pragma once

#include <process/process.h>

struct call {
    struct process *process;
    struct thread *thread;
    const uint64_t *words;      /* arguments, copied */
    unsigned word_count;
    const char *bytes;          /* what follows the call's arguments */
    size_t byte_count;
    uint64_t *result;           /* the thread's page */
};

/* The call ended its thread, or answers later: do not reply. */
enum { CALL_NO_ANSWER = 1 };

/* Does call number `number` of thread `thread` of the process; `data` are the bytes of
 * the message: 0, a negative error, -ERROR_WAIT, or CALL_NO_ANSWER. */
int call_handle(struct process *process, unsigned number, uint64_t thread,
    const uint64_t *data, size_t bytes);

/* The handlers, by subject: calls_serve.c, */
int call_connect(struct call *call);
int call_lookup(struct call *call);
int call_buffer(struct call *call);
int call_serve(struct call *call);
int call_unserve(struct call *call);
int call_serve_name(struct call *call);
int call_unserve_name(struct call *call);
int call_replies(struct call *call);
int call_wake(struct call *call);
int call_done(struct call *call);
/* calls_memory.c, */
int call_map(struct call *call);
int call_unmap(struct call *call);
int call_protect(struct call *call);
int call_remap(struct call *call);
int call_empty(struct call *call);
/* calls_object.c, */
int call_object(struct call *call);
int call_resize(struct call *call);
int call_discard(struct call *call);
int call_drop(struct call *call);
int call_share(struct call *call);
struct object *handle_object(struct process *process, uint64_t handle);
bool handle_copy_all(struct process *from, struct process *to);
void handle_drop_all(struct process *process);
/* calls_process.c, fork.c, exec.c, */
int call_thread(struct call *call);
int call_thread_exit(struct call *call);
int call_fork(struct call *call);
int call_exec(struct call *call);
int call_exit(struct call *call);
int call_tls(struct call *call);
int call_thread_wake(struct call *call);
int call_unknown(struct call *call);
/* How often a system call was asked for that there is not; numbers below UNKNOWN_CALLS. */
enum { UNKNOWN_CALLS = 512 };
unsigned calls_unknown(unsigned number);
int call_alarm(struct call *call);
/* calls_signal.c, */
int call_wait(struct call *call);
int call_kill(struct call *call);
int call_tkill(struct call *call);
int call_action(struct call *call);
int call_signal(struct call *call);
int call_queue(struct call *call);
/* interval.c, */
int call_timer(struct call *call);
/* posix_timer.c, */
int call_timer_create(struct call *call);
int call_timer_set(struct call *call);
int call_timer_delete(struct call *call);
/* group.c, */
int call_setpgid(struct call *call);
int call_setsid(struct call *call);
int call_group(struct call *call);
int call_ids(struct call *call);
int call_groups(struct call *call);
/* futex.c, */
int call_futex_wait(struct call *call);
int call_futex_leave(struct call *call);
int call_futex_wake(struct call *call);
int call_futex_requeue(struct call *call);
/* usage.c, limit.c, */
int call_usage(struct call *call);
int call_system(struct call *call);
int call_limit(struct call *call);
int call_nice(struct call *call);
int call_cores(struct call *call);
/* tty.c, */
int call_terminal(struct call *call);
/* calls_other.c. */
int call_mount(struct call *call);
int call_unmount(struct call *call);
int call_unshare(struct call *call);
int call_ports(struct call *call);
int call_interrupt(struct call *call);
int call_log(struct call *call);
int call_shutdown(struct call *call);
