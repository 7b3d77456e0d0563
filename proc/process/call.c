/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of calls: how many words each takes, and who does it. */
#include <process/call.h>
#include <process/hold.h>

#include <stddef.h>

#include <util/errno.h>

struct entry {
    int (*handler)(struct call *call);
    unsigned words;             /* arguments; what follows is bytes */
};

static const struct entry table[PROC_CALLS] = {
    [PROC_CONNECT] = {call_connect, 1},
    [PROC_LOOKUP] = {call_lookup, 0},
    [PROC_BUFFER] = {call_buffer, 2},
    [PROC_SERVE] = {call_serve, 2},
    [PROC_UNSERVE] = {call_unserve, 1},
    [PROC_REPLIES] = {call_replies, 1},
    [PROC_WAKE] = {call_wake, 2},
    [PROC_DONE] = {call_done, 1},
    [PROC_MAP] = {call_map, 6},
    [PROC_UNMAP] = {call_unmap, 2},
    [PROC_PROTECT] = {call_protect, 3},
    [PROC_REMAP] = {call_remap, 5},
    [PROC_EMPTY] = {call_empty, 2},
    [PROC_OBJECT] = {call_object, 1},
    [PROC_RESIZE] = {call_resize, 2},
    [PROC_DISCARD] = {call_discard, 3},
    [PROC_DROP] = {call_drop, 1},
    [PROC_SHARE] = {call_share, 3},
    [PROC_THREAD] = {call_thread, 4},
    [PROC_THREAD_EXIT] = {call_thread_exit, 0},
    [PROC_FORK] = {call_fork, 4},
    [PROC_EXEC] = {call_exec, 2},
    [PROC_EXIT] = {call_exit, 1},
    [PROC_WAIT] = {call_wait, 2},
    [PROC_KILL] = {call_kill, 2},
    [PROC_TLS] = {call_tls, 1},
    [PROC_ALARM] = {call_alarm, 1},
    [PROC_MOUNT] = {call_mount, 3},
    [PROC_UNMOUNT] = {call_unmount, 0},
    [PROC_UNSHARE] = {call_unshare, 0},
    [PROC_PORTS] = {call_ports, 3},
    [PROC_INTERRUPT] = {call_interrupt, 2},
    [PROC_SETPGID] = {call_setpgid, 2},
    [PROC_SETSID] = {call_setsid, 0},
    [PROC_GROUP] = {call_group, 1},
    [PROC_IDS] = {call_ids, 4},
    [PROC_GROUPS] = {call_groups, 0},
    [PROC_ACTION] = {call_action, 2},
    [PROC_SIGNAL] = {call_signal, 1},
    [PROC_TKILL] = {call_tkill, 3},
    [PROC_TIMER] = {call_timer, 3},
    [PROC_TERMINAL] = {call_terminal, 4},
    [PROC_QUEUE] = {call_queue, 6},
    [PROC_TIMER_CREATE] = {call_timer_create, 3},
    [PROC_TIMER_SET] = {call_timer_set, 3},
    [PROC_TIMER_DELETE] = {call_timer_delete, 1},
    [PROC_LOG] = {call_log, 0},
    [PROC_SHUTDOWN] = {call_shutdown, 1},
    [PROC_THREAD_WAKE] = {call_thread_wake, 1},
    [PROC_UNKNOWN] = {call_unknown, 1},
    [PROC_USAGE] = {call_usage, 1},
    [PROC_SYSTEM] = {call_system, 0},
    [PROC_LIMIT] = {call_limit, 5},
    [PROC_NICE] = {call_nice, 3},
    [PROC_CORES] = {call_cores, 2},
    [PROC_SERVE_NAME] = {call_serve_name, 1},
    [PROC_UNSERVE_NAME] = {call_unserve_name, 1},
    [PROC_HOLD] = {call_hold, 3},
    [PROC_HELD] = {call_held, 1},
    [PROC_FUTEX_WAIT] = {call_futex_wait, 1},
    [PROC_FUTEX_LEAVE] = {call_futex_leave, 0},
    [PROC_FUTEX_WAKE] = {call_futex_wake, 2},
    [PROC_FUTEX_REQUEUE] = {call_futex_requeue, 4},
    [PROC_RELEASED] = {call_released, 0},
};

int call_handle(struct process *process, unsigned number, uint64_t thread,
    const uint64_t *data, size_t bytes)
{
    const struct entry *entry = number < PROC_CALLS ? &table[number] : NULL;
    struct call call = {.process = process, .words = data};

    if (!entry || !entry->handler || thread >= THREADS_MAX || !process->threads[thread]
        || bytes < entry->words * sizeof(uint64_t)) {
        return -EINVAL;
    }
    call.thread = process->threads[thread];
    call.word_count = (unsigned)(bytes / sizeof(uint64_t));
    call.bytes = (const char *)(data + entry->words);
    call.byte_count = bytes - entry->words * sizeof(uint64_t);
    call.result = call.thread->page->result;
    return entry->handler(&call);
}
