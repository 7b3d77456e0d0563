/* SPDX-License-Identifier: BSD-2-Clause */
/* The system as a whole: names, limits, random numbers. */
#include <unix/unix.h>

enum { UTS_LENGTH = 65 };

UNIX_HANDLER(uname)
{
    static const char texts[6][24] = {
        "Linux", "uxrt", "6.1.0-uxrt", "UX/RT", "x86_64", "(none)",
    };
    char names[6][UTS_LENGTH] = {0};

    for (unsigned i = 0; i < 6; i++)
        memcpy(names[i], texts[i], strlen(texts[i]));
    return give(argument_pointer(frame, 0), names, sizeof(names));
}

/* From a file, as there is one for it. */
UNIX_HANDLER(getrandom)
{
    int file = library_open(t, "/dev/urandom", UXRT_READ, 0);
    int64_t result;

    if (file < 0)
        return -ENOSYS;
    result = library_read(t, file, argument_pointer(frame, 0), argument(frame, 1));
    library_close(t, file);
    return result;
}

enum { RLIMIT_STACK = 3, RLIMIT_NOFILE = 7, RLIMITS = 16 };
#define RLIM_INFINITY UINT64_MAX

struct linux_rlimit {
    uint64_t soft, hard;
};

static struct linux_rlimit limit_of(uint64_t resource)
{
    switch (resource) {
    case RLIMIT_STACK:
        return (struct linux_rlimit){8 << 20, RLIM_INFINITY};
    case RLIMIT_NOFILE:
        return (struct linux_rlimit){1024, DESCRIPTORS_MAX};
    default:
        return (struct linux_rlimit){RLIM_INFINITY, RLIM_INFINITY};
    }
}

UNIX_HANDLER(prlimit64)
{
    struct linux_rlimit limit = limit_of(argument(frame, 1));

    if (argument(frame, 1) >= RLIMITS)
        return -EINVAL;
    return argument(frame, 3) ? give(argument_pointer(frame, 3), &limit, sizeof(limit)) : 0;
}

UNIX_HANDLER(getrlimit)
{
    struct linux_rlimit limit = limit_of(argument(frame, 0));

    if (argument(frame, 0) >= RLIMITS)
        return -EINVAL;
    return give(argument_pointer(frame, 1), &limit, sizeof(limit));
}

UNIX_HANDLER(sched_yield)
{
    library_yield(t);
    return 0;
}

/* The cores that there are. */
UNIX_HANDLER(sched_getaffinity)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    uint64_t mask = (UINT64_C(1) << page->cores) - 1;

    if (argument(frame, 1) < sizeof(mask))
        return -EINVAL;
    return give(argument_pointer(frame, 2), &mask, sizeof(mask)) ? -EFAULT
                                                                 : (int64_t)sizeof(mask);
}
