/* SPDX-License-Identifier: BSD-2-Clause */
/* The system as a whole: names, limits, random numbers. */
#include <transport/clock.h>
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

/* --- what has been used: times are not counted ---------------------------------------- */

enum { TICK = 10000000, RUSAGE_BYTES = 144, SYSINFO_PAGE = 4096 };

UNIX_HANDLER(times)
{
    static const uint64_t none[4];

    if (argument(frame, 0) && give(argument_pointer(frame, 0), none, sizeof(none)))
        return -EFAULT;
    return clock_uptime() / TICK;
}

UNIX_HANDLER(getrusage)
{
    static const uint8_t none[RUSAGE_BYTES];

    return give(argument_pointer(frame, 1), none, sizeof(none));
}

struct linux_sysinfo {
    int64_t uptime;
    uint64_t loads[3], memory, free, shared, buffered, swap, free_swap;
    uint16_t processes, padding;
    uint32_t padding2;
    uint64_t high, free_high;
    uint32_t unit, padding3;
};
_Static_assert(sizeof(struct linux_sysinfo) == 112, "as Linux has it");

UNIX_HANDLER(sysinfo)
{
    const struct linux_sysinfo info = {
        .uptime = clock_uptime() / INT64_C(1000000000), .processes = 1, .unit = 1,
    };

    return give(argument_pointer(frame, 0), &info, sizeof(info));
}

enum { PR_SET_PDEATHSIG = 1, PR_GET_DUMPABLE = 3, PR_SET_DUMPABLE = 4, PR_SET_NAME = 15,
       PR_GET_NAME = 16, PR_SET_NO_NEW_PRIVS = 38, THREAD_NAME = 16 };

UNIX_HANDLER(prctl)
{
    static char name[THREAD_NAME];

    switch (argument(frame, 0)) {
    case PR_SET_NAME:
        return take(name, argument_pointer(frame, 1), THREAD_NAME - 1);
    case PR_GET_NAME:
        return give(argument_pointer(frame, 1), name, THREAD_NAME);
    case PR_GET_DUMPABLE:
        return 1;
    case PR_SET_DUMPABLE:
    case PR_SET_PDEATHSIG:
    case PR_SET_NO_NEW_PRIVS:
        return 0;
    default:
        return -EINVAL;
    }
}
