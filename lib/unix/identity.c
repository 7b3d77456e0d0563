/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a process is: read from the page that the process server keeps, without a call. */
#include <unix/unix.h>

#define PAGE_VALUE(name, field) \
    UNIX_HANDLER(name) \
    { \
        (void)t; \
        (void)frame; \
        return ((const struct process_page *)PROCESS_PAGE)->field; \
    }

PAGE_VALUE(getpid, pid)
PAGE_VALUE(getppid, ppid)
PAGE_VALUE(getpgrp, pgid)
PAGE_VALUE(getuid, uid)
PAGE_VALUE(geteuid, euid)
PAGE_VALUE(getgid, gid)
PAGE_VALUE(getegid, egid)

UNIX_HANDLER(gettid)
{
    return t->tid;
}

static int64_t give_three(const struct foreign_frame *frame, const uint32_t ids[3])
{
    for (unsigned i = 0; i < 3; i++) {
        if (give(argument_pointer(frame, i), &ids[i], sizeof(ids[i])))
            return -EFAULT;
    }
    return 0;
}

UNIX_HANDLER(getresuid)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    const uint32_t ids[] = {page->uid, page->euid, page->suid};

    return give_three(frame, ids);
}

UNIX_HANDLER(getresgid)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    const uint32_t ids[] = {page->gid, page->egid, page->sgid};

    return give_three(frame, ids);
}

UNIX_HANDLER(getgroups)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    uint32_t count = page->group_count;

    if (argument_int(frame, 0) == 0)
        return count;
    if (argument_int(frame, 0) < (int)count)
        return -EINVAL;
    return give(argument_pointer(frame, 1), page->groups, count * sizeof(page->groups[0]))
               ? -EFAULT : (int64_t)count;
}

/* --- groups of processes, sessions ---------------------------------------- */

UNIX_HANDLER(setpgid)
{
    const uint64_t words[] = {(uint32_t)argument(frame, 0), (uint32_t)argument(frame, 1)};

    return client_proc(t, PROC_SETPGID, words, 2, NULL, 0);
}

UNIX_HANDLER(setsid)
{
    int64_t error = client_proc(t, PROC_SETSID, NULL, 0, NULL, 0);

    return error ? error : (int64_t)t->shared->result[0];
}

static int64_t group(struct uxrt_thread *t, uint32_t pid, unsigned result)
{
    uint64_t word = pid;
    int64_t error = client_proc(t, PROC_GROUP, &word, 1, NULL, 0);

    return error ? error : (int64_t)t->shared->result[result];
}

UNIX_HANDLER(getpgid)
{
    return group(t, (uint32_t)argument(frame, 0), 0);
}

UNIX_HANDLER(getsid)
{
    return group(t, (uint32_t)argument(frame, 0), 1);
}

/* --- changes of identity ---------------------------------------- */

enum { IDS_UMASK, IDS_USERS, IDS_GROUPS };
#define SAME UINT32_MAX

static int64_t change(struct uxrt_thread *t, uint64_t kind, uint32_t real,
    uint32_t effective, uint32_t saved)
{
    const uint64_t words[] = {kind, real, effective, saved};

    return client_proc(t, PROC_IDS, words, 4, NULL, 0);
}

UNIX_HANDLER(umask)
{
    int64_t error = change(t, IDS_UMASK, (uint32_t)argument(frame, 0), 0, 0);

    return error ? error : (int64_t)t->shared->result[0];
}

/* setuid and setgid: the superuser changes all three. */
static int64_t change_one(struct uxrt_thread *t, uint64_t kind, uint32_t id)
{
    bool all = ((const struct process_page *)PROCESS_PAGE)->euid == 0;

    return id == SAME ? -EINVAL : change(t, kind, all ? id : SAME, id, all ? id : SAME);
}

UNIX_HANDLER(setuid)
{
    return change_one(t, IDS_USERS, (uint32_t)argument(frame, 0));
}

UNIX_HANDLER(setgid)
{
    return change_one(t, IDS_GROUPS, (uint32_t)argument(frame, 0));
}

/* setreuid and setregid: a new real id, or an effective one that is not the real one, is
 * saved. */
static int64_t change_two(struct uxrt_thread *t, const struct foreign_frame *frame,
    uint64_t kind, uint32_t real)
{
    uint32_t r = (uint32_t)argument(frame, 0), e = (uint32_t)argument(frame, 1);
    bool saves = r != SAME || (e != SAME && e != real);

    return change(t, kind, r, e, saves ? e : SAME);
}

UNIX_HANDLER(setreuid)
{
    return change_two(t, frame, IDS_USERS,
        ((const struct process_page *)PROCESS_PAGE)->uid);
}

UNIX_HANDLER(setregid)
{
    return change_two(t, frame, IDS_GROUPS,
        ((const struct process_page *)PROCESS_PAGE)->gid);
}

UNIX_HANDLER(setresuid)
{
    return change(t, IDS_USERS, (uint32_t)argument(frame, 0), (uint32_t)argument(frame, 1),
        (uint32_t)argument(frame, 2));
}

UNIX_HANDLER(setresgid)
{
    return change(t, IDS_GROUPS, (uint32_t)argument(frame, 0),
        (uint32_t)argument(frame, 1), (uint32_t)argument(frame, 2));
}

UNIX_HANDLER(setgroups)
{
    uint32_t groups[GROUPS_MAX];
    uint64_t count = argument(frame, 0);

    if (count > sizeof(groups) / sizeof(groups[0]))
        return -EINVAL;
    if (take(groups, argument_pointer(frame, 1), count * sizeof(groups[0])))
        return -EFAULT;
    return client_proc(t, PROC_GROUPS, NULL, 0, groups, count * sizeof(groups[0]));
}
