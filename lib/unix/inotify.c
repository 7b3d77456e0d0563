/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inotify: a queue of events, which is an open file of the server at "/"; reading and
 * waiting are as of any file. It watches files of that server.
 */
#include <transport/watch.h>
#include <unix/unix.h>

enum { IN_NONBLOCK = 04000, IN_CLOEXEC = 02000000 };
#define IN_ONLYDIR     UINT32_C(0x01000000)
#define IN_DONT_FOLLOW UINT32_C(0x02000000)
#define IN_EXCL_UNLINK UINT32_C(0x04000000)
#define IN_MASK_CREATE UINT32_C(0x10000000)
#define IN_MASK_ADD    UINT32_C(0x20000000)
#define IN_ISDIR       UINT32_C(0x40000000)
#define IN_ONESHOT     UINT32_C(0x80000000)
#define IN_KNOWN (WATCH_EVENTS | WATCH_OVERFLOW | WATCH_IGNORED | UINT32_C(0x2000) \
    | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD \
    | IN_ISDIR | IN_ONESHOT)

/* A new queue of the server of this file. */
static int create(struct uxrt_thread *t, const struct file *at, uint64_t flags)
{
    unsigned ours = UXRT_READ | FILE_QUEUE | (flags & IN_NONBLOCK ? UXRT_NONBLOCK : 0);
    struct file *file = file_create(FILE_CONNECTION, at->slot, (uint16_t)ours);
    int64_t result;

    if (!file)
        return -EMFILE;
    file->root = at->root;
    result = client_write(t, at->slot, at->id, NULL, 0,
        (int64_t)attribute_address(ATTR_QUEUE,
            file->id | (uint64_t)(ours & UXRT_NONBLOCK) << REQUEST_FILE_BITS));
    if (result < 0) {
        file_forget(file);
        return result == -EINVAL ? -ENOSYS : (int)client_told(result);
    }
    result = descriptor_create(file, 0, flags & IN_CLOEXEC);
    if (result < 0)
        file_close(t, file);
    return (int)result;
}

static int64_t inotify(struct uxrt_thread *t, uint64_t flags)
{
    struct walk walk;
    struct file *root;

    if (flags & ~(uint64_t)(IN_NONBLOCK | IN_CLOEXEC))
        return -EINVAL;
    int64_t result = name_open(t, LINUX_AT_FDCWD, "/", UXRT_PATH, 0, &walk, &root);

    if (result < 0)
        return result;
    result = create(t, root, flags);
    file_close(t, root);
    return result;
}

UNIX_HANDLER(inotify_init)
{
    return inotify(t, 0);
}

UNIX_HANDLER(inotify_init1)
{
    return inotify(t, (uint32_t)argument(frame, 0));
}

static uint32_t mask_of(uint32_t theirs)
{
    return (theirs & WATCH_EVENTS) | (theirs & IN_ONESHOT ? WATCH_ONCE : 0)
           | (theirs & IN_EXCL_UNLINK ? WATCH_NAMED : 0)
           | (theirs & IN_MASK_ADD ? WATCH_ADD : 0)
           | (theirs & IN_MASK_CREATE ? WATCH_NEW : 0);
}

static int64_t watch(struct uxrt_thread *t, const struct file *queue,
    const struct file *file, uint32_t mask)
{
    uint32_t number;
    int64_t result;

    if (file->slot != queue->slot)
        return -EOPNOTSUPP;
    result = client_read(t, file->slot, file->id, &number, sizeof(number),
        (int64_t)attribute_address(ATTR_WATCH,
            queue->id | (uint64_t)mask_of(mask) << REQUEST_FILE_BITS));
    return result < 0 ? client_told(result)
           : result == sizeof(number) && (int32_t)number > 0 ? (int64_t)number : -EIO;
}

UNIX_HANDLER(inotify_add_watch)
{
    const struct file *queue = descriptor_file(argument_int(frame, 0));
    uint32_t mask = (uint32_t)argument(frame, 2);
    char name[TEXT_SIZE];
    struct walk walk;
    struct file *file;

    if (!(mask & WATCH_EVENTS) || mask & ~IN_KNOWN
        || (mask & IN_MASK_ADD && mask & IN_MASK_CREATE))
        return -EINVAL;
    if (!queue)
        return -EBADF;
    if (queue->kind != FILE_CONNECTION || !(queue->flags & FILE_QUEUE))
        return -EINVAL;
    int64_t result = name_in(name, argument_pointer(frame, 1));

    if (!result)
        result = name_open(t, LINUX_AT_FDCWD, name,
            UXRT_PATH | (mask & IN_ONLYDIR ? UXRT_DIRECTORY : 0)
                | (mask & IN_DONT_FOLLOW ? UXRT_NOFOLLOW : 0), 0, &walk, &file);
    if (result)
        return result;
    result = watch(t, queue, file, mask);
    file_close(t, file);
    return result;
}

UNIX_HANDLER(inotify_rm_watch)
{
    const uint32_t number = (uint32_t)argument(frame, 1);
    int64_t result = library_set(t, argument_int(frame, 0), ATTR_WATCH, 0, &number,
        sizeof(number));

    if (result == -EBADF && descriptor_file(argument_int(frame, 0)))
        return -EINVAL;
    return result < 0 ? result : 0;
}
