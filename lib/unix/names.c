/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories and names: creating, removing, linking, listing; the current directory. */
#include <unix/unix.h>

/* One entry as getdents64 gives it. */
struct linux_dirent {
    uint64_t node;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[];
} __attribute__((packed));

enum { TYPE_MASK = 0170000, TYPE_FIFO = 0010000, TYPE_CHARACTER = 0020000,
       TYPE_DIRECTORY = 0040000, TYPE_BLOCK = 0060000, TYPE_REGULAR = 0100000,
       TYPE_SOCKET = 0140000 };

static uint32_t masked(uint64_t mode)
{
    return mode & 07777 & ~((const struct process_page *)PROCESS_PAGE)->umask;
}

static int64_t mkdir_at(struct uxrt_thread *t, int directory, const void *user,
    uint64_t mode)
{
    char name[TEXT_SIZE];
    int error = name_in(name, user);

    return error ? error : name_mkdir(t, directory, name, masked(mode));
}

UNIX_HANDLER(mkdir)
{
    return mkdir_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), argument(frame, 1));
}

UNIX_HANDLER(mkdirat)
{
    return mkdir_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2));
}

/* A regular file or one without bytes of its own: devices are names of servers. */
static int64_t make_node(struct uxrt_thread *t, int directory, const void *user,
    uint64_t mode)
{
    uint64_t type = mode & TYPE_MASK ? mode & TYPE_MASK : TYPE_REGULAR;
    char name[TEXT_SIZE];
    struct walk walk;
    struct file *file;
    int error = name_in(name, user);

    if (error)
        return error;
    if (type != TYPE_REGULAR && type != TYPE_FIFO && type != TYPE_SOCKET)
        return type == TYPE_CHARACTER || type == TYPE_BLOCK ? -EPERM : -EINVAL;
    error = name_open(t, directory, name, UXRT_CREATE | UXRT_EXCLUSIVE,
        (uint32_t)type | masked(mode), &walk, &file);
    return error ? error : file_close(t, file);
}

UNIX_HANDLER(mknod)
{
    return make_node(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), argument(frame, 1));
}

UNIX_HANDLER(mknodat)
{
    return make_node(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2));
}

static int64_t remove_at(struct uxrt_thread *t, int directory, const void *user,
    bool is_directory)
{
    char name[TEXT_SIZE];
    int error = name_in(name, user);

    return error ? error : name_remove(t, directory, name, is_directory);
}

UNIX_HANDLER(rmdir)
{
    return remove_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), true);
}

UNIX_HANDLER(unlink)
{
    return remove_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), false);
}

UNIX_HANDLER(unlinkat)
{
    if (argument(frame, 2) & ~(uint64_t)LINUX_AT_REMOVEDIR)
        return -EINVAL;
    return remove_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument(frame, 2) != 0);
}

static int64_t rename_at(struct uxrt_thread *t, int from, const void *old, int to,
    const void *new, uint64_t flags)
{
    char names[2][TEXT_SIZE];
    int error = name_in(names[0], old);

    if (!error)
        error = name_in(names[1], new);
    if (!error && flags > UXRT_RENAME_EXCHANGE)
        error = -EINVAL;
    return error ? error : name_rename(t, from, names[0], to, names[1], (unsigned)flags);
}

UNIX_HANDLER(rename)
{
    return rename_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), LINUX_AT_FDCWD,
        argument_pointer(frame, 1), 0);
}

UNIX_HANDLER(renameat)
{
    return rename_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_int(frame, 2), argument_pointer(frame, 3), 0);
}

UNIX_HANDLER(renameat2)
{
    return rename_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_int(frame, 2), argument_pointer(frame, 3), argument(frame, 4));
}

static int64_t link_at(struct uxrt_thread *t, int from, const void *old, int to,
    const void *new, bool follow)
{
    char names[2][TEXT_SIZE];
    int error = name_in(names[0], old);

    if (!error)
        error = name_in(names[1], new);
    return error ? error : name_link(t, from, names[0], to, names[1], follow);
}

UNIX_HANDLER(link)
{
    return link_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0), LINUX_AT_FDCWD,
        argument_pointer(frame, 1), false);
}

UNIX_HANDLER(linkat)
{
    if (argument(frame, 4) & ~(uint64_t)(LINUX_AT_SYMLINK_FOLLOW | LINUX_AT_EMPTY_PATH))
        return -EINVAL;
    return link_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_int(frame, 2), argument_pointer(frame, 3),
        argument(frame, 4) & LINUX_AT_SYMLINK_FOLLOW);
}

static int64_t symlink_at(struct uxrt_thread *t, const void *target, int directory,
    const void *user)
{
    char names[2][TEXT_SIZE];
    int error = name_in(names[0], target);

    if (!error)
        error = name_in(names[1], user);
    return error ? error : name_symlink(t, names[0], directory, names[1]);
}

UNIX_HANDLER(symlink)
{
    return symlink_at(t, argument_pointer(frame, 0), LINUX_AT_FDCWD,
        argument_pointer(frame, 1));
}

UNIX_HANDLER(symlinkat)
{
    return symlink_at(t, argument_pointer(frame, 0), argument_int(frame, 1),
        argument_pointer(frame, 2));
}

static int64_t readlink_at(struct uxrt_thread *t, int directory, const void *user, void *to,
    uint64_t size)
{
    char name[TEXT_SIZE], target[TEXT_SIZE];
    int error = name_in(name, user);

    bool itself = error == -ENOENT && directory != LINUX_AT_FDCWD;

    if (error && !itself)
        return error;
    if ((int64_t)size <= 0)
        return -EINVAL;
    size = size < sizeof(target) ? size : sizeof(target);
    int64_t length = itself ? library_get(t, directory, ATTR_LINK, 0, target, size)
                            : name_readlink(t, directory, name, target, size);

    if (itself && length < 0 && length != -EBADF)
        return -ENOENT;
    if (length > 0 && give(to, target, (size_t)length))
        return -EFAULT;
    return length;
}

UNIX_HANDLER(readlink)
{
    return readlink_at(t, LINUX_AT_FDCWD, argument_pointer(frame, 0),
        argument_pointer(frame, 1), argument(frame, 2));
}

UNIX_HANDLER(readlinkat)
{
    return readlink_at(t, argument_int(frame, 0), argument_pointer(frame, 1),
        argument_pointer(frame, 2), argument(frame, 3));
}

/* --- listing ---------------------------------------- */

/* Puts one entry at `to`: its length, 0 if it does not fit, or -EFAULT. */
static int64_t give_entry(char *to, uint64_t room, const struct uxrt_entry *e,
    uint64_t next)
{
    char record[sizeof(struct linux_dirent) + 256 + 8] = {0};
    struct linux_dirent *out = (struct linux_dirent *)record;
    uint64_t length = (sizeof(*out) + e->name_length + 1u + 7) & ~UINT64_C(7);

    if (length > room)
        return 0;
    out->node = e->node;
    out->next = (int64_t)next;
    out->length = (uint16_t)length;
    out->type = e->type;
    memcpy(out->name, e->name, e->name_length);
    return give(to, record, length) ? -EFAULT : (int64_t)length;
}

/* Every directory begins with "." and "..", at positions 0 and 1: they are of the client's
 * making, so that of the second one only the name is true. Others follow at their server's
 * cookies + DOTS. */
enum { DOTS = 2 };

static int64_t give_dots(struct uxrt_thread *t, int fd, struct file *file, char *to,
    uint64_t room)
{
    union {
        struct uxrt_entry entry;
        char room[sizeof(struct uxrt_entry) + DOTS];
    } dots = {.entry = {.type = TYPE_DIRECTORY >> 12}};
    struct uxrt_stat stat;
    int64_t done = 0;
    int error = file->cookie < DOTS ? library_fstat(t, fd, &stat) : 0;

    if (!error && file->cookie < DOTS && (stat.mode & TYPE_MASK) != TYPE_DIRECTORY)
        error = -ENOTDIR;
    while (!error && file->cookie < DOTS) {
        dots.entry.node = stat.node;
        dots.entry.name_length = (uint8_t)(file->cookie + 1);
        memcpy(dots.entry.name, "..", DOTS);
        int64_t length = give_entry(to + done, room - (uint64_t)done, &dots.entry,
            file->cookie + 1);
        if (length <= 0)
            return done ? done : length ? length : -EINVAL;
        done += length;
        file->cookie++;
    }
    return error ? error : done;
}

UNIX_HANDLER(getdents64)
{
    struct file *file = descriptor_file(argument_int(frame, 0));
    char entries[2048] __attribute__((aligned(8)));
    char *to = argument_pointer(frame, 1);
    uint64_t size = (uint32_t)argument(frame, 2), done = 0;

    if (!file)
        return -EBADF;
    int64_t dots = give_dots(t, argument_int(frame, 0), file, to, size);
    if (dots < 0 || file->cookie < DOTS)
        return dots;
    done = (uint64_t)dots;
    for (;;) {
        int64_t bytes = library_readdir(t, argument_int(frame, 0), entries,
            sizeof(entries), file->cookie - DOTS);
        if (bytes <= 0)
            return done ? (int64_t)done : bytes;
        for (int64_t at = 0; at < bytes;) {
            const struct uxrt_entry *e = (const struct uxrt_entry *)(entries + at);
            int64_t length = give_entry(to + done, size - done, e, e->next + DOTS);
            if (length <= 0)
                return done ? (int64_t)done : length ? length : -EINVAL;
            done += (uint64_t)length;
            at += e->length;
            file->cookie = e->next + DOTS;
        }
    }
}

/* --- the current directory ---------------------------------------- */

UNIX_HANDLER(getcwd)
{
    char text[TEXT_SIZE + 1];
    uint32_t length = current_get(text);

    if (length == 0)
        text[length++] = '/';
    text[length++] = 0;
    if (argument(frame, 1) < length)
        return -ERANGE;
    return give(argument_pointer(frame, 0), text, length) ? -EFAULT : (int64_t)length;
}

UNIX_HANDLER(chdir)
{
    char name[TEXT_SIZE];
    int error = name_in(name, argument_pointer(frame, 0));

    return error ? error : library_chdir(t, name);
}

/* By its name: a directory that has none any more cannot be gone to. */
UNIX_HANDLER(fchdir)
{
    struct walk walk;
    int error = walk_begin(t, &walk, argument_int(frame, 0), ".");

    if (error)
        return error;
    walk.text[walk.length] = 0;
    return library_chdir(t, walk.length ? walk.text : "/");
}
