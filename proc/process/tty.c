/* SPDX-License-Identifier: BSD-2-Clause */
/* Controlling terminals (POSIX.1-2017, 11.1 "General Terminal Interface"). */
#include <process/tty.h>

#include <process/call.h>
#include <process/connection.h>
#include <process/group.h>
#include <process/signal.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/server.h>

enum { TTYS_MAX = 256 };

static struct tty ttys[TTYS_MAX];
static unsigned limit;          /* none from here on was ever used */

/* A terminal's question: who asks, and of which terminal (null: it controls nothing). */
struct question {
    struct call *call;
    struct tty *tty;
    uint32_t device;
    struct process *caller;     /* of the connection named; null: none is */
    uint64_t argument;
};

static struct tty *find(const struct process *server, uint32_t device)
{
    for (unsigned i = 0; i < limit; i++) {
        if (ttys[i].server && ttys[i].server == server && ttys[i].device == device) {
            return &ttys[i];
        }
    }
    return NULL;
}

static struct tty *of_session(uint32_t session)
{
    for (unsigned i = 0; i < limit; i++) {
        if (ttys[i].server && ttys[i].session == session) {
            return &ttys[i];
        }
    }
    return NULL;
}

const struct tty *tty_of(const struct process *process)
{
    return process->page && !process->no_tty ? of_session(process->page->sid) : NULL;
}

/* The session has no terminal any more. */
static void hang_up(struct tty *tty)
{
    struct process *leader = process_find(tty->session);
    uint32_t foreground = tty->foreground;

    tty->server = NULL;
    if (leader && !leader->zombie) {
        signal_of_kernel(leader, SIGNAL_HANGUP);
        signal_of_kernel(leader, SIGNAL_CONTINUE);
    }
    group_signal(foreground, SIGNAL_HANGUP);
    group_signal(foreground, SIGNAL_CONTINUE);
}

void tty_process_ends(struct process *process)
{
    struct tty *tty = process->page && process->page->sid == process->pid
                      ? of_session(process->pid) : NULL;

    if (tty) {
        hang_up(tty);
    }
    for (unsigned i = 0; i < limit; i++) {
        if (ttys[i].server == process) {
            hang_up(&ttys[i]);
        }
    }
}

/* --- what servers ask ---------------------------------------- */

/* The caller's session gets the terminal; argument 1: though another one has it. */
static int attach(const struct question *q)
{
    const struct process *caller = q->caller;
    struct tty *tty = q->tty;

    if (!caller || caller->page->sid != caller->pid) {
        return -EPERM;
    }
    if (tty && tty->session == caller->pid) {
        return 0;
    }
    if (of_session(caller->pid)
        || (tty && (q->argument != 1 || caller->page->euid != 0))) {
        return -EPERM;
    }
    for (unsigned i = 0; i < TTYS_MAX && !tty; i++) {
        tty = ttys[i].server ? NULL : &ttys[i];
    }
    if (!tty || q->call->byte_count >= TTY_NAME) {
        return -ENOMEM;
    }
    if (tty == &ttys[limit]) {
        limit++;
    }
    *tty = (struct tty){
        .server = q->call->process, .device = q->device,
        .session = caller->pid, .foreground = caller->page->pgid,
    };
    memcpy(tty->name, q->call->bytes, q->call->byte_count);
    return 0;
}

static int detach(const struct question *q)
{
    if (!q->caller || !q->tty || tty_of(q->caller) != q->tty) {
        return -ENOTTY;
    }
    if (q->caller->page->sid == q->caller->pid) {
        hang_up(q->tty);
    } else {
        q->caller->no_tty = true;
    }
    return 0;
}

/* With a connection: only if this is its terminal. */
static int tell(const struct question *q)
{
    return q->tty && (!q->caller || tty_of(q->caller) == q->tty) ? 0 : -ENOTTY;
}

/* May the caller go on, though it may be in the background? Argument: the signal that
 * its group gets if not. */
static int check(const struct question *q)
{
    unsigned signal = (unsigned)q->argument;
    uint32_t group = q->caller ? q->caller->page->pgid : 0;

    if (signal != SIGNAL_TTIN && signal != SIGNAL_TTOU) {
        return -EINVAL;
    }
    if (!q->caller || !q->tty || tty_of(q->caller) != q->tty
        || group == q->tty->foreground) {
        return 0;
    }
    if (signal_is_kept_off(q->caller, signal)) {
        return signal == SIGNAL_TTIN ? -EIO : 0;
    }
    if (group_is_orphaned(group)) {
        return -EIO;
    }
    group_signal(group, signal);
    return -EINTR;
}

/* Argument: the group that is in the foreground from now on. */
static int put_in_front(const struct question *q)
{
    uint32_t group = (uint32_t)q->argument;

    if (!q->tty || !q->caller || tty_of(q->caller) != q->tty) {
        return -ENOTTY;
    }
    if (q->argument == 0 || q->argument > INT32_MAX) {
        return -EINVAL;
    }
    if (!group_exists(group)) {
        return -ESRCH;
    }
    if (!group_is_in_session(q->tty->session, group)) {
        return -EPERM;
    }
    q->tty->foreground = group;
    return 0;
}

/* Argument: a signal for the foreground; SIGHUP ends the session's use of it. */
static int signal_front(const struct question *q)
{
    if (q->argument == 0 || q->argument > SIGNALS) {
        return -EINVAL;
    }
    if (q->tty && q->argument == SIGNAL_HANGUP) {
        hang_up(q->tty);
    } else if (q->tty) {
        group_signal(q->tty->foreground, (unsigned)q->argument);
    }
    return 0;
}

static int (*const answers[])(const struct question *) = {
    [UXRT_TERMINAL_ATTACH] = attach, [UXRT_TERMINAL_DETACH] = detach,
    [UXRT_TERMINAL_TELL] = tell, [UXRT_TERMINAL_CHECK] = check,
    [UXRT_TERMINAL_FRONT] = put_in_front, [UXRT_TERMINAL_SIGNAL] = signal_front,
};

/* what, device, badge or 0, argument, name -> session, foreground */
int call_terminal(struct call *call)
{
    const struct connection *connection = connection_find(call->words[2]);
    const struct tty *tty;
    int error;

    if (call->process->page->euid != 0) {
        return -EPERM;
    }
    if (call->words[0] >= sizeof(answers) / sizeof(*answers)
        || call->words[1] > UINT32_MAX) {
        return -EINVAL;
    }
    if (call->words[2] && (!connection || connection->service->process != call->process)) {
        return -ESRCH;
    }

    const struct question question = {
        .call = call, .tty = find(call->process, (uint32_t)call->words[1]),
        .device = (uint32_t)call->words[1], .argument = call->words[3],
        .caller = connection ? connection->process : NULL,
    };

    error = answers[call->words[0]](&question);
    tty = find(call->process, question.device);
    call->result[0] = tty ? tty->session : 0;
    call->result[1] = tty ? tty->foreground : 0;
    return call->process->zombie ? CALL_NO_ANSWER : error;
}
