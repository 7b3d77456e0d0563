/* SPDX-License-Identifier: BSD-2-Clause */
/* Process groups, sessions, users and groups: kept in the page that the process reads. */
#include <process/group.h>

#include <process/call.h>
#include <process/connection.h>
#include <process/signal.h>
#include <util/errno.h>
#include <util/string.h>

enum { IDS_UMASK, IDS_USERS, IDS_GROUPS, UMASK = 0777 };

static struct process *find(const struct call *call, uint64_t pid)
{
    return pid == 0 ? call->process
        : pid <= UINT32_MAX ? process_find((uint32_t)pid) : NULL;
}

/* The next process of the group after a pid that has not ended, or null. */
static struct process *next_of(uint32_t group, uint32_t after)
{
    struct process *process = process_next(after);

    while (process && (process->zombie || process->page->pgid != group)) {
        process = process_next(process->pid);
    }
    return process;
}

/* A process belongs to its group until it has been waited for: of a pipeline, a later
 * process joins the first, which may have ended by then. */
static const struct process *member_of(uint32_t group)
{
    const struct process *process = process_next(0);

    while (process && process->page->pgid != group) {
        process = process_next(process->pid);
    }
    return process;
}

bool group_exists(uint32_t group)
{
    return member_of(group) != NULL;
}

bool group_is_in_session(uint32_t session, uint32_t group)
{
    const struct process *process = member_of(group);

    return process && process->page->sid == session;
}

/* Has it a parent who belongs to the session, but not to the group? */
static bool has_keeper(const struct process *process)
{
    const struct process *parent = process->parent;

    return parent && !parent->zombie && parent->page->sid == process->page->sid
           && parent->page->pgid != process->page->pgid;
}

bool group_is_orphaned(uint32_t group)
{
    const struct process *process = NULL;

    while ((process = next_of(group, process ? process->pid : 0)) != NULL) {
        if (has_keeper(process)) {
            return false;
        }
    }
    return true;
}

void group_signal(uint32_t group, unsigned signal)
{
    struct process *process = NULL;
    uint32_t pid = 0;

    while ((process = next_of(group, pid)) != NULL) {
        pid = process->pid;
        signal_of_kernel(process, signal);
    }
}

unsigned group_list_children(const struct process *process,
    uint32_t groups[GROUPS_OF_CHILDREN])
{
    unsigned count = 0;

    if (has_keeper(process)) {
        groups[count++] = process->page->pgid;
    }
    for (struct process *c = process->children; c && count < GROUPS_OF_CHILDREN;
         c = c->sibling) {
        if (!c->zombie && c->page->sid == process->page->sid
            && c->page->pgid != process->page->pgid
            && (count == 0 || groups[count - 1] != c->page->pgid)) {
            groups[count++] = c->page->pgid;
        }
    }
    return count;
}

static bool has_stopped(uint32_t group)
{
    const struct process *process = NULL;

    while ((process = next_of(group, process ? process->pid : 0)) != NULL) {
        if (process->signals.stopped) {
            return true;
        }
    }
    return false;
}

void group_orphan(const uint32_t *groups, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (group_is_orphaned(groups[i]) && has_stopped(groups[i])) {
            group_signal(groups[i], SIGNAL_HANGUP);
            group_signal(groups[i], SIGNAL_CONTINUE);
        }
    }
}

/* pid, group */
int call_setpgid(struct call *call)
{
    struct process *target = find(call, call->words[0]);
    uint32_t group;

    if (call->words[1] > INT32_MAX) {
        return -EINVAL;
    }
    if (!target || (target != call->process && target->parent != call->process)) {
        return -ESRCH;
    }
    if (target->page->sid != call->process->page->sid) {
        return -EPERM;
    }
    if (target != call->process && target->executed) {
        return -EACCES;
    }
    group = call->words[1] ? (uint32_t)call->words[1] : target->pid;
    if (target->page->sid == target->pid
        || (group != target->pid && !group_is_in_session(target->page->sid, group))) {
        return -EPERM;
    }
    target->page->pgid = group;
    connection_update(target);
    return 0;
}

/* -> session */
int call_setsid(struct call *call)
{
    struct process_page *page = call->process->page;
    struct process *process = NULL;

    while ((process = process_next(process ? process->pid : 0)) != NULL) {
        if (process->page->pgid == page->pid) {
            return -EPERM;
        }
    }
    page->pgid = page->sid = page->pid;
    call->process->no_tty = false;
    connection_update(call->process);
    call->result[0] = page->sid;
    return 0;
}

/* pid -> group, session */
int call_group(struct call *call)
{
    const struct process *target = find(call, call->words[0]);

    if (!target) {
        return -ESRCH;
    }
    call->result[0] = target->page->pgid;
    call->result[1] = target->page->sid;
    return 0;
}

/* An id may become one that the process has already; the user 0 chooses freely. */
static bool change(const uint64_t wanted[3], uint32_t *const ids[3], bool any)
{
    uint32_t old[3] = {*ids[0], *ids[1], *ids[2]}, new[3];

    for (unsigned i = 0; i < 3; i++) {
        new[i] = (uint32_t)wanted[i];
        if (new[i] == UINT32_MAX) {
            new[i] = old[i];
        } else if (!any && new[i] != old[0] && new[i] != old[1] && new[i] != old[2]) {
            return false;
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        *ids[i] = new[i];
    }
    return true;
}

/* kind, real, effective, saved -> umask before */
int call_ids(struct call *call)
{
    struct process_page *page = call->process->page;
    uint32_t *const users[] = {&page->uid, &page->euid, &page->suid};
    uint32_t *const groups[] = {&page->gid, &page->egid, &page->sgid};
    bool any = page->euid == 0;

    switch (call->words[0]) {
    case IDS_UMASK:
        call->result[0] = page->umask;
        page->umask = call->words[1] & UMASK;
        break;
    case IDS_USERS:
        if (!change(call->words + 1, users, any)) {
            return -EPERM;
        }
        break;
    case IDS_GROUPS:
        if (!change(call->words + 1, groups, any)) {
            return -EPERM;
        }
        break;
    default:
        return -EINVAL;
    }
    connection_update(call->process);
    return 0;
}

/* Numbers. */
int call_groups(struct call *call)
{
    struct process *process = call->process;
    size_t count = call->byte_count / sizeof(process->groups[0]);

    if (process->page->euid != 0) {
        return -EPERM;
    }
    if (count > sizeof(process->groups) / sizeof(process->groups[0])) {
        return -EINVAL;
    }
    memcpy(process->groups, call->bytes, count * sizeof(process->groups[0]));
    process->group_count = (uint32_t)count;
    memcpy(process->page->groups, process->groups, sizeof(process->groups));
    process->page->group_count = process->group_count;
    connection_update(process);
    return 0;
}
