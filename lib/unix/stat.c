/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of files: the stat family, access, modes, owners, times, sizes. */
#include <unix/size.h>

/* struct stat of the x86-64 interface. */
struct linux_stat {
    uint64_t device, node, links;
    uint32_t mode, uid, gid, padding;
    uint64_t special, size, block_size, blocks;
    struct linux_timespec accessed, modified, changed;
    int64_t reserved[3];
};
_Static_assert(sizeof(struct linux_stat) == 144, "as <asm/stat.h> says");

/* struct statx, first version and what followed. */
struct linux_statx_time {
    int64_t seconds;
    uint32_t nanoseconds, padding;
};
struct linux_statx {
    uint32_t mask, block_size;
    uint64_t attributes;
    uint32_t links, uid, gid;
    uint16_t mode, padding;
    uint64_t node, size, blocks, attributes_mask;
    struct linux_statx_time accessed, born, changed, modified;
    uint32_t special_major, special_minor, device_major, device_minor;
    uint64_t reserved[14];
};
_Static_assert(sizeof(struct linux_statx) == 256, "as <linux/stat.h> says");

enum { STATX_BASIC = 0x7ff, BLOCK_BYTES = 4096 };
enum { X_OK = 1, AT_EACCESS = 0x200 };
enum { ACCESS_FLAGS = LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH | AT_EACCESS,
       STAT_FLAGS = LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH | 0x800 | 0x6000 };

#define SECOND INT64_C(1000000000)
#define UTIME_NOW ((INT64_C(1) << 30) - 1)
#define UTIME_OMIT ((INT64_C(1) << 30) - 2)

static struct linux_timespec timespec_of(int64_t nanoseconds)
{
    return (struct linux_timespec){nanoseconds / SECOND, nanoseconds % SECOND};
}

static int64_t give_stat(void *to, const struct uxrt_stat *s)
{
    struct linux_stat out = {
        .device = s->device, .node = s->node, .links = s->links, .mode = s->mode,
        .uid = s->uid, .gid = s->gid, .special = s->special, .size = s->size,
        .block_size = BLOCK_BYTES, .blocks = s->blocks,
        .accessed = timespec_of(s->accessed), .modified = timespec_of(s->modified),
        .changed = timespec_of(s->changed),
    };

    return give(to, &out, sizeof(out));
}

/* Of a name, or with AT_EMPTY_PATH and no name, of a descriptor. */
static int64_t stat_at(struct uxrt_thread *t, int directory, const void *user,
    uint64_t flags, struct uxrt_stat *stat)
{
    char name[TEXT_SIZE];
    int64_t length = user ? text_in(name, user, sizeof(name)) : 0;

    if (length < 0)
        return length;
    if (length == 0) {
        if (!(flags & LINUX_AT_EMPTY_PATH))
            return -ENOENT;
        return directory == LINUX_AT_FDCWD ? library_stat(t, ".", stat)
                                           : library_fstat(t, directory, stat);
    }
    return name_stat(t, directory, name,
        flags & LINUX_AT_SYMLINK_NOFOLLOW ? UXRT_NOFOLLOW : 0, stat);
}

static int64_t stat_call(struct uxrt_thread *t, int directory, const void *user,
    uint64_t flags, void *to)
{
    struct uxrt_stat stat;
    int64_t result = stat_at(t, directory, user, flags, &stat);

    return result < 0 ? result : give_stat(to, &stat);
}

UNIX_HANDLER(stat)
{
    return stat_call(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), 0,
        argument_pointer(frame, 1));
}

UNIX_HANDLER(lstat)
{
    return stat_call(t, LINUX_AT_FDCWD, argument_pointer(frame, 0),
        LINUX_AT_SYMLINK_NOFOLLOW, argument_pointer(frame, 1));
}

UNIX_HANDLER(fstat)
{
    return stat_call(t, argument_int(frame, 0), NULL, LINUX_AT_EMPTY_PATH,
        argument_pointer(frame, 1));
}

UNIX_HANDLER(newfstatat)
{
    if (argument(frame, 3) & ~(uint64_t)STAT_FLAGS)
        return -EINVAL;
    return stat_call(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 3), argument_pointer(frame, 2));
}

static struct linux_statx_time statx_time(int64_t nanoseconds)
{
    return (struct linux_statx_time){
        nanoseconds / SECOND, (uint32_t)(nanoseconds % SECOND), 0};
}

UNIX_HANDLER(statx)
{
    struct uxrt_stat s;

    if (argument(frame, 2) & ~(uint64_t)STAT_FLAGS
        || (argument(frame, 2) & 0x6000) == 0x6000 || argument(frame, 3) >> 31)
        return -EINVAL;
    int64_t result = stat_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2), &s);

    if (result < 0)
        return result;
    struct linux_statx out = {
        .mask = STATX_BASIC, .block_size = BLOCK_BYTES, .links = s.links, .uid = s.uid,
        .gid = s.gid, .mode = (uint16_t)s.mode, .node = s.node, .size = s.size,
        .blocks = s.blocks, .accessed = statx_time(s.accessed),
        .changed = statx_time(s.changed), .modified = statx_time(s.modified),
        .special_major = (uint32_t)(s.special >> 8), .special_minor = s.special & 0xff,
        .device_major = (uint32_t)(s.device >> 8), .device_minor = s.device & 0xff,
    };
    return give(argument_pointer(frame, 4), &out, sizeof(out));
}

/* --- access ---------------------------------------- */

static bool in_group(const struct process_page *page, uint32_t gid, uint32_t group)
{
    for (uint32_t i = 0; i < page->group_count; i++) {
        if (page->groups[i] == group)
            return true;
    }
    return gid == group;
}

/* Does the mode allow it to this process: to its real ids, or to its effective ones? */
static bool allowed(const struct uxrt_stat *s, unsigned wanted, bool effective)
{
    const struct process_page *page = (const struct process_page *)PROCESS_PAGE;
    uint32_t uid = effective ? page->euid : page->uid;
    uint32_t gid = effective ? page->egid : page->gid;

    if (uid == 0)
        return !(wanted & X_OK) || s->mode & 0111 || (s->mode & 0170000) == 0040000;
    if (uid == s->uid)
        return (s->mode >> 6 & wanted) == wanted;
    if (in_group(page, gid, s->gid))
        return (s->mode >> 3 & wanted) == wanted;
    return (s->mode & wanted) == wanted;
}

static int64_t access_at(struct uxrt_thread *t, int directory, const void *name,
    unsigned wanted, uint64_t flags)
{
    struct uxrt_stat stat;
    int64_t result;

    if (wanted & ~7u || flags & ~(uint64_t)ACCESS_FLAGS)
        return -EINVAL;
    result = stat_at(t, directory, name, flags, &stat);
    if (result < 0)
        return result;
    return allowed(&stat, wanted, flags & AT_EACCESS) ? 0 : -EACCES;
}

UNIX_HANDLER(access)
{
    return access_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0),
        (unsigned)argument(frame, 1), 0);
}

UNIX_HANDLER(faccessat)
{
    return access_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        (unsigned)argument(frame, 2), 0);
}

UNIX_HANDLER(faccessat2)
{
    return access_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        (unsigned)argument(frame, 2), argument(frame, 3));
}

/* --- changes ---------------------------------------- */

static int64_t change_at(struct uxrt_thread *t, int directory, const void *user,
    uint64_t flags, const struct uxrt_change *change)
{
    char name[TEXT_SIZE];
    int64_t length = user ? text_in(name, user, sizeof(name)) : 0;

    if (length < 0)
        return length;
    if (length == 0)
        return flags & LINUX_AT_EMPTY_PATH ? library_change(t, directory, change) : -ENOENT;
    unsigned open = UXRT_PATH | (flags & LINUX_AT_SYMLINK_NOFOLLOW ? UXRT_NOFOLLOW : 0);
    int fd = library_openat(t, directory, name, open, 0);
    if (fd < 0)
        return fd;
    int result = library_change(t, fd, change);
    library_close(t, fd);
    return result;
}

static struct uxrt_change mode_change(uint64_t mode)
{
    return (struct uxrt_change){.what = UXRT_SET_MODE, .mode = mode & 07777};
}

UNIX_HANDLER(chmod)
{
    struct uxrt_change change = mode_change(argument(frame, 1));

    return change_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), 0, &change);
}

/* A descriptor that only names a file changes nothing. */
static int64_t change_open(struct uxrt_thread *t, int fd, const struct uxrt_change *change)
{
    const struct file *file = descriptor_file(fd);

    return !file || file->flags & UXRT_PATH ? -EBADF : library_change(t, fd, change);
}

UNIX_HANDLER(fchmod)
{
    struct uxrt_change change = mode_change(argument(frame, 1));

    return change_open(t, argument_int(frame, 0), &change);
}

UNIX_HANDLER(fchmodat)
{
    struct uxrt_change change = mode_change(argument(frame, 2));

    return change_at(t, argument_int(frame, 0), argument_pointer(frame, 1), 0, &change);
}

static struct uxrt_change owner_change(uint64_t uid, uint64_t gid)
{
    struct uxrt_change change = {.uid = (uint32_t)uid, .gid = (uint32_t)gid};

    change.what = ((uint32_t)uid != UINT32_MAX ? UXRT_SET_UID : 0)
                  | ((uint32_t)gid != UINT32_MAX ? UXRT_SET_GID : 0);
    return change;
}

UNIX_HANDLER(chown)
{
    struct uxrt_change change = owner_change(argument(frame, 1), argument(frame, 2));

    return change_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), 0, &change);
}

UNIX_HANDLER(lchown)
{
    struct uxrt_change change = owner_change(argument(frame, 1), argument(frame, 2));

    return change_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0),
        LINUX_AT_SYMLINK_NOFOLLOW, &change);
}

UNIX_HANDLER(fchown)
{
    struct uxrt_change change = owner_change(argument(frame, 1), argument(frame, 2));

    return change_open(t, argument_int(frame, 0), &change);
}

UNIX_HANDLER(fchownat)
{
    struct uxrt_change change = owner_change(argument(frame, 2), argument(frame, 3));

    return change_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 4), &change);
}

UNIX_HANDLER(truncate)
{
    struct uxrt_change change = {.what = UXRT_SET_SIZE, .size = argument(frame, 1)};

    if (size_limited() && change.size > size_limit() && (int64_t)change.size >= 0)
        return size_refuse(t);
    return (int64_t)change.size < 0 ? -EINVAL
           : change_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), 0, &change);
}

UNIX_HANDLER(ftruncate)
{
    struct uxrt_change change = {.what = UXRT_SET_SIZE, .size = argument(frame, 1)};
    const struct file *file = descriptor_file(argument_int(frame, 0));

    if (!file)
        return -EBADF;
    if ((int64_t)change.size < 0 || !(file->flags & UXRT_WRITE))
        return -EINVAL;
    if (size_limited() && change.size > size_limit())
        return size_refuse(t);
    return change_at(t, argument_int(frame, 0), NULL, LINUX_AT_EMPTY_PATH, &change);
}

/* One time of utimensat: what it says to set. */
static int64_t time_change(const struct linux_timespec *time, uint32_t bit, int64_t now,
    uint32_t *what, int64_t *value)
{
    if (time->nanoseconds == UTIME_OMIT)
        return 0;
    *what |= bit;
    *value = now;
    if (time->nanoseconds == UTIME_NOW)
        return 0;
    if (time->nanoseconds < 0 || time->nanoseconds >= SECOND)
        return -EINVAL;
    *value = time->seconds * SECOND + time->nanoseconds;
    return 0;
}

/* Null times: now. */
static int64_t set_times(struct uxrt_thread *t, int directory, const void *name,
    uint64_t flags, const struct linux_timespec *times)
{
    static const struct linux_timespec now_both[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    struct uxrt_change change = {0};
    int64_t now = unix_realtime();

    times = times ? times : now_both;
    if (time_change(&times[0], UXRT_SET_ACCESSED, now, &change.what, &change.accessed)
        || time_change(&times[1], UXRT_SET_MODIFIED, now, &change.what, &change.modified))
        return -EINVAL;
    if (!change.what && !name)
        return descriptor_file(directory) ? 0 : -EBADF;
    return change_at(t, directory, name, flags, &change);
}

/* Without a name, of the descriptor. */
UNIX_HANDLER(utimensat)
{
    const uint64_t known = LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH;
    const void *user = argument_pointer(frame, 2);
    struct linux_timespec times[2];

    if (user && take(times, user, sizeof(times)))
        return -EFAULT;
    if (argument(frame, 3) & ~known || (!argument(frame, 1) && argument(frame, 3)))
        return -EINVAL;
    return set_times(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 3) | (argument(frame, 1) ? 0 : LINUX_AT_EMPTY_PATH),
        user ? times : NULL);
}

/* Of a name, in microseconds. */
static int64_t set_microseconds(struct uxrt_thread *t, int directory, const void *name,
    const void *user)
{
    struct linux_timespec times[2];

    if (!user)
        return set_times(t, directory, name, name ? 0 : LINUX_AT_EMPTY_PATH, NULL);
    if (take(times, user, sizeof(times)))
        return -EFAULT;
    for (unsigned i = 0; i < 2; i++) {
        if (times[i].nanoseconds < 0 || times[i].nanoseconds >= 1000000)
            return -EINVAL;
        times[i].nanoseconds *= 1000;
    }
    return set_times(t, directory, name, name ? 0 : LINUX_AT_EMPTY_PATH, times);
}

UNIX_HANDLER(utimes)
{
    return set_microseconds(t, LINUX_AT_FDCWD, argument_pointer(frame, 0),
        argument_pointer(frame, 1));
}

UNIX_HANDLER(futimesat)
{
    return set_microseconds(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_pointer(frame, 2));
}

/* In seconds. */
UNIX_HANDLER(utime)
{
    const void *user = argument_pointer(frame, 1);
    int64_t seconds[2] = {0};

    if (user && take(seconds, user, sizeof(seconds)))
        return -EFAULT;
    const struct linux_timespec times[2] = {{seconds[0], 0}, {seconds[1], 0}};
    return set_times(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), 0,
        user ? times : NULL);
}
