/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about signals and waiting for children. */
#include <process/call.h>

#include <stddef.h>

#include <process/signal.h>
#include <process/thread.h>
#include <process/usage.h>
#include <util/errno.h>

enum { STATUS_STOPPED = 0x7f, STATUS_CONTINUED = 0xffff, STATUS_SHIFT = 8 };

/* --- wait ---------------------------------------- */

static bool is_meant(const struct process *caller, const struct process *child, int64_t pid)
{
    if (pid > 0) {
        return child->pid == (uint64_t)pid;
    }
    return pid == -1 || child->page->pgid == (pid ? -(uint64_t)pid : caller->page->pgid);
}

/* Is there news of this child? */
static bool has_news(const struct process *child, uint64_t options, int *status)
{
    const struct signals *signals = &child->signals;

    if (child->zombie) {
        *status = child->status;
        return !(options & PROC_WAIT_NOT_ENDED);
    }
    if (signals->report_stop && options & PROC_WAIT_STOPPED) {
        *status = signals->stop_signal << STATUS_SHIFT | STATUS_STOPPED;
        return true;
    }
    *status = STATUS_CONTINUED;
    return signals->report_continue && options & PROC_WAIT_CONTINUED;
}

static void told(struct process *child)
{
    child->signals.report_stop = child->signals.report_continue = false;
    if (child->zombie) {
        child->parent->children_used += child->used + child->children_used;
        process_free(child);
    }
}

/* pid, options -> pid, status, uid, microseconds */
int call_wait(struct call *call)
{
    int64_t pid = (int64_t)call->words[0];
    uint64_t options = call->words[1];
    int error = -ECHILD, status;

    call->result[0] = call->result[1] = call->result[2] = call->result[3] = 0;
    for (struct process *c = call->process->children; c; c = c->sibling) {
        if (!is_meant(call->process, c, pid)) {
            continue;
        }
        error = options & PROC_WAIT_NOT ? 0 : -ERROR_WAIT;
        if (has_news(c, options, &status)) {
            call->result[0] = c->pid;
            call->result[1] = (uint64_t)status;
            call->result[2] = c->page ? c->page->uid : 0;
            call->result[3] = usage_of(c) + c->children_used;
            if (!(options & PROC_WAIT_KEEP)) {
                told(c);
            }
            return 0;
        }
    }
    return error;
}

/* --- kill ---------------------------------------- */

static bool may_signal(const struct process *process, const struct process *target,
    unsigned signal)
{
    const struct process_page *from = process->page, *to = target->page;

    return from->euid == 0 || from->euid == to->uid || from->uid == to->uid
           || (signal == SIGNAL_CONTINUE && from->sid == to->sid);
}

static struct signal_info sender(const struct process *process, int code)
{
    return (struct signal_info){
        .code = code, .pid = process->pid, .uid = process->page->uid,
    };
}

static int send_one(struct process *from, struct process *target, unsigned signal)
{
    struct signal_info info = sender(from, SIGNAL_USER);

    if (target->zombie) {
        return 0;
    }
    if (!may_signal(from, target, signal) || (signal && !target->parent)) {
        return -EPERM;
    }
    if (signal) {
        signal_send(target, NULL, signal, &info);
    }
    return 0;
}

static bool serves(const struct process *process)
{
    for (unsigned i = 0; i < SERVICES_MAX; i++) {
        if (process->services[i]) {
            return true;
        }
    }
    return false;
}

/* To a group, or (group 0) to all but the first process, the caller and servers. */
static int send_many(struct process *from, uint32_t group, unsigned signal)
{
    int error = -ESRCH;
    struct process *target;
    uint32_t pid = 0;

    while ((target = process_next(pid)) != NULL) {
        bool meant = group ? target->page->pgid == group
            : target->parent && target != from && !serves(target);

        pid = target->pid;
        if (meant && send_one(from, target, signal) == 0) {
            error = 0;
        } else if (meant && error == -ESRCH) {
            error = -EPERM;
        }
    }
    return error;
}

static int answer_of(const struct call *call, int result)
{
    return call->process->zombie ? CALL_NO_ANSWER : result;
}

/* pid, signal */
int call_kill(struct call *call)
{
    int64_t pid = (int64_t)call->words[0];
    unsigned signal = (unsigned)call->words[1];
    struct process *target = pid > 0 && pid <= UINT32_MAX ? process_find((uint32_t)pid)
                                                          : NULL;
    int result;

    if (call->words[1] > SIGNALS || pid < -(int64_t)UINT32_MAX) {
        return -EINVAL;
    }
    if (pid > 0) {
        result = target ? send_one(call->process, target, signal) : -ESRCH;
    } else if (pid == 0) {
        result = send_many(call->process, call->process->page->pgid, signal);
    } else {
        result = send_many(call->process, pid == -1 ? 0 : (uint32_t)-pid, signal);
    }
    return answer_of(call, result);
}

/* pid or 0, tid, signal */
int call_tkill(struct call *call)
{
    struct thread *thread = call->words[1] <= UINT32_MAX
        ? thread_find((uint32_t)call->words[1]) : NULL;
    struct signal_info info = sender(call->process, SIGNAL_THREAD);

    if (call->words[2] > SIGNALS) {
        return -EINVAL;
    }
    if (!thread || (call->words[0] && thread->process->pid != call->words[0])) {
        return -ESRCH;
    }
    if (!may_signal(call->process, thread->process, (unsigned)call->words[2])) {
        return -EPERM;
    }
    if (call->words[2]) {
        signal_send(thread->process, thread, (unsigned)call->words[2], &info);
    }
    return answer_of(call, 0);
}

/* pid, tid or 0, signal, code, pid and uid, value: nobody pretends to be the system */
int call_queue(struct call *call)
{
    uint64_t pid = call->words[0], tid = call->words[1], signal = call->words[2];
    struct thread *thread = tid && tid <= UINT32_MAX ? thread_find((uint32_t)tid) : NULL;
    struct process *target = pid <= UINT32_MAX ? process_find((uint32_t)pid) : NULL;
    const struct signal_info info = {
        .code = (int32_t)call->words[3], .pid = (uint32_t)call->words[4],
        .uid = (uint32_t)(call->words[4] >> 32), .address = call->words[5],
    };

    if (signal > SIGNALS) {
        return -EINVAL;
    }
    if (!target || target->zombie || (tid && (!thread || thread->process != target))) {
        return -ESRCH;
    }
    if (((info.code >= 0 || info.code == SIGNAL_THREAD) && target != call->process)
        || !may_signal(call->process, target, (unsigned)signal)
        || (signal && !target->parent)) {
        return -EPERM;
    }
    if (signal && signal_queue(target, thread, (unsigned)signal, &info) < 0) {
        return -EAGAIN;
    }
    return answer_of(call, 0);
}

/* --- actions ---------------------------------------- */

/* signal, action */
int call_action(struct call *call)
{
    if (call->words[0] < 1 || call->words[0] > SIGNALS
        || call->words[0] == SIGNAL_KILL || call->words[0] == SIGNAL_STOP) {
        return -EINVAL;
    }
    signal_action(call->process, (unsigned)call->words[0], (unsigned)call->words[1]);
    return 0;
}

/* set or 0 -> signal, what is told of it */
int call_signal(struct call *call)
{
    struct signal_info info = {0};
    int signal = call->words[0] ? signal_take_of(call->thread, call->words[0], &info)
                                : signal_take(call->thread, &info);

    if (call->process->zombie) {
        return CALL_NO_ANSWER;
    }
    if (signal < 0) {
        return signal;
    }
    call->result[0] = (uint64_t)signal;
    call->result[1] = (uint64_t)(int64_t)info.code;
    call->result[2] = info.pid;
    call->result[3] = info.uid;
    call->result[4] = (uint64_t)(int64_t)info.status;
    call->result[5] = info.address;
    call->result[6] = info.trap | (uint64_t)info.error << 32;
    return 0;
}
