/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening and closing files; descriptors. */
#include <unix/open.h>

enum {
    O_ACCMODE = 3, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_EXCL = 0200,
    O_TRUNC = 01000, O_APPEND = 02000, O_NONBLOCK = 04000, O_DIRECTORY = 0200000,
    O_NOFOLLOW = 0400000, O_CLOEXEC = 02000000, O_PATH = 010000000, O_NOCTTY = 0400,
    O_NOATIME = 01000000,
};

/* Flags of open(2) and the library's, those that are alike. */
static const struct {
    unsigned theirs, ours;
} open_flags[] = {
    {O_CREAT, UXRT_CREATE}, {O_EXCL, UXRT_EXCLUSIVE}, {O_TRUNC, UXRT_TRUNCATE},
    {O_APPEND, UXRT_APPEND}, {O_NONBLOCK, UXRT_NONBLOCK}, {O_DIRECTORY, UXRT_DIRECTORY},
    {O_NOFOLLOW, UXRT_NOFOLLOW}, {O_CLOEXEC, UXRT_CLOSE_ON_EXEC}, {O_PATH, UXRT_PATH},
    {O_NOCTTY, UXRT_NO_TERMINAL},
};
enum { OPEN_FLAGS = sizeof(open_flags) / sizeof(open_flags[0]) };

unsigned flags_of_open(unsigned theirs)
{
    static const unsigned access[] = {UXRT_READ, UXRT_WRITE, UXRT_READ | UXRT_WRITE,
                                      UXRT_READ | UXRT_WRITE};
    unsigned ours = theirs & O_PATH ? 0 : access[theirs & O_ACCMODE];

    for (unsigned i = 0; i < OPEN_FLAGS; i++) {
        if (theirs & open_flags[i].theirs)
            ours |= open_flags[i].ours;
    }
    return ours;
}

unsigned flags_for_open(unsigned ours)
{
    unsigned theirs = 0;

    if ((ours & (UXRT_READ | UXRT_WRITE)) == (UXRT_READ | UXRT_WRITE))
        theirs = O_RDWR;
    else if (ours & UXRT_WRITE)
        theirs = O_WRONLY;
    if (ours & UXRT_APPEND)
        theirs |= O_APPEND;
    if (ours & UXRT_NONBLOCK)
        theirs |= O_NONBLOCK;
    if (ours & UXRT_PATH)
        theirs |= O_PATH;
    return theirs;
}

static unsigned umask_now(void)
{
    return ((const struct process_page *)PROCESS_PAGE)->umask;
}

struct file *opened_file(int fd)
{
    struct file *file = descriptor_file(fd);

    return file && !(file->flags & UXRT_PATH) ? file : NULL;
}

/* O_NOATIME, which changes nothing here, is for a file's owner. */
static int64_t check_owner(struct uxrt_thread *t, int fd)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    struct uxrt_stat stat;

    if (page->euid == 0 || library_fstat(t, fd, &stat) || stat.uid == page->euid)
        return fd;
    library_close(t, fd);
    return -EPERM;
}

static int64_t open_at(struct uxrt_thread *t, int directory, const void *user,
    unsigned flags, unsigned mode)
{
    char name[TEXT_SIZE];
    int error = name_in(name, user);

    if (error)
        return error;
    int64_t fd = library_openat(t, directory, name, flags_of_open(flags),
        mode & 07777 & ~umask_now());

    return fd >= 0 && flags & O_NOATIME ? check_owner(t, (int)fd) : fd;
}

UNIX_HANDLER(open)
{
    return open_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0),
        (unsigned)argument(frame, 1), (unsigned)argument(frame, 2));
}

UNIX_HANDLER(creat)
{
    return open_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0),
        O_CREAT | O_WRONLY | O_TRUNC, (unsigned)argument(frame, 1));
}

UNIX_HANDLER(openat)
{
    return open_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        (unsigned)argument(frame, 2), (unsigned)argument(frame, 3));
}

UNIX_HANDLER(close)
{
    return library_close(t, argument_int(frame, 0));
}

UNIX_HANDLER(close_range)
{
    unsigned first = (unsigned)argument(frame, 0), last = (unsigned)argument(frame, 1);
    unsigned limit = (unsigned)descriptor_limit();

    if (first > last || argument(frame, 2) & ~UINT64_C(4))
        return -EINVAL;
    for (unsigned fd = first; fd <= last && fd < limit; fd++) {
        if (argument(frame, 2))
            descriptor_set_close_on_exec((int)fd, true);
        else
            library_close(t, (int)fd);
    }
    return 0;
}

uint64_t files_most(void)
{
    uint64_t soft = ((const struct process_page *)PROCESS_PAGE)->limits[LIMIT_FILES].soft;

    return soft < DESCRIPTORS_MAX ? soft : DESCRIPTORS_MAX;
}

UNIX_HANDLER(dup)
{
    return library_dup(t, argument_int(frame, 0));
}

UNIX_HANDLER(dup2)
{
    if ((unsigned)argument_int(frame, 1) >= files_most())
        return -EBADF;
    return library_dup_to(t, argument_int(frame, 0), argument_int(frame, 1));
}

UNIX_HANDLER(dup3)
{
    int from = argument_int(frame, 0), to = argument_int(frame, 1);
    struct file *file = descriptor_file(from);

    if (from == to || argument(frame, 2) & ~(uint64_t)O_CLOEXEC)
        return -EINVAL;
    if (!file || (unsigned)to >= files_most())
        return -EBADF;
    return descriptor_place(t, file, to, argument(frame, 2) & O_CLOEXEC);
}
