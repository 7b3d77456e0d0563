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
    return 0;
}
