/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> that take a name: each is a walk (resolve.h) with
 * one operation.
 */
#include <transport/names.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/descriptor.h>
#include <transport/plain.h>
#include <transport/reference.h>
#include <transport/resolve.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

enum { OPEN_FLAGS = 2 * UXRT_NO_TERMINAL - 1 };

static uint64_t open_argument(const struct file *file, unsigned flags)
{
    return file->id | (uint64_t)(flags & ~(unsigned)UXRT_CLOSE_ON_EXEC)
                          << REQUEST_FILE_BITS;
}

int64_t name_open_walk(struct uxrt_thread *t, struct walk *walk, struct file *file,
    unsigned flags, uint32_t mode)
{
    struct name_operation operation = {
        .attribute = ATTR_OPEN, .creates = (flags & UXRT_CREATE) != 0,
        .argument = open_argument(file, flags),
        .head = &mode, .head_count = sizeof(mode),
    };
    int64_t result = walk_do(t, walk, &operation);

    file->slot = (uint8_t)operation.slot;
    file->root = operation.root;
    return result;
}

int name_open(struct uxrt_thread *t, int directory, const char *name, unsigned flags,
    uint32_t mode, struct walk *walk, struct file **opened)
{
    struct file *file;
    int64_t result = walk_begin(t, walk, directory, name);

    if (result < 0) {
        return (int)result;
    }
    file = file_create(FILE_CONNECTION, 0, (uint16_t)flags);
    if (!file) {
        return -ENFILE;
    }
    result = name_open_walk(t, walk, file, flags, mode);
    if (result == -EINTR) {         /* it will not be asked for again */
        client_write(t, file->slot, CONTROL_FILE, &file->id, sizeof(file->id),
            (int64_t)attribute_address(ATTR_CLOSEMANY, 0));
    }
    if (result < 0) {
        file_forget(file);
        return (int)result;
    }
    *opened = file;
    return 0;
}

int library_openat(struct uxrt_thread *t, int directory, const char *name, unsigned flags,
    unsigned mode)
{
    struct walk walk;
    struct file *file;
    int result;

    if (flags & ~(unsigned)OPEN_FLAGS) {
        return -EINVAL;
    }
    result = name_open(t, directory, name, flags, mode, &walk, &file);
    if (result < 0) {
        return result == -ENXIO ? publish(t, &walk, flags) : result;
    }
    if (walk.at_mount) {
        union_open(t, &walk, file);
    }
    result = descriptor_create(file, 0, flags & UXRT_CLOSE_ON_EXEC);
    if (result < 0) {
        file_close(t, file);
    }
    return result;
}

int library_open(struct uxrt_thread *t, const char *name, unsigned flags, unsigned mode)
{
    return library_openat(t, UXRT_AT_CURRENT, name, flags, mode);
}

/* The name is too long for a message: a file is opened, only to be looked at. */
static __attribute__((noinline)) int64_t stat_long(struct uxrt_thread *t, int directory,
    const char *name, unsigned flags, struct uxrt_stat *stat)
{
    struct walk walk;
    struct file *file;
    int64_t result = name_open(t, directory, name, UXRT_PATH | flags, 0, &walk, &file);

    if (result < 0) {
        return result;
    }
    result = client_get(t, file->slot, file->id, stat, sizeof(*stat),
        (int64_t)attribute_address(ATTR_STAT, 0));
    file_close(t, file);
    return result;
}

int name_stat(struct uxrt_thread *t, int directory, const char *name, unsigned flags,
    struct uxrt_stat *stat)
{
    struct name_operation operation = {
        .attribute = ATTR_STAT, .argument = (uint64_t)flags << REQUEST_FILE_BITS,
        .record = stat, .record_size = sizeof(*stat),
    };
    struct walk walk;
    int64_t result = walk_begin(t, &walk, directory, name);

    if (!result) {
        result = walk_do(t, &walk, &operation);
    }
    if (result == -EMSGSIZE) {
        result = stat_long(t, directory, name, flags, stat);
    }
    if (result < 0) {
        return (int)result;
    }
    return result == sizeof(*stat) ? 0 : -EIO;
}

int library_stat(struct uxrt_thread *t, const char *name, struct uxrt_stat *stat)
{
    return name_stat(t, UXRT_AT_CURRENT, name, 0, stat);
}

int library_lstat(struct uxrt_thread *t, const char *name, struct uxrt_stat *stat)
{
    return name_stat(t, UXRT_AT_CURRENT, name, UXRT_NOFOLLOW, stat);
}

int name_do(struct uxrt_thread *t, int directory, const char *name,
    struct name_operation *operation)
{
    struct walk walk;
    int64_t result = walk_begin(t, &walk, directory, name);

    if (!result) {
        result = walk_do(t, &walk, operation);
    }
    return result < 0 ? (int)result : 0;
}

int name_mkdir(struct uxrt_thread *t, int directory, const char *name, uint32_t mode)
{
    struct name_operation operation = {
        .attribute = ATTR_MKDIR, .creates = true,
        .head = &mode, .head_count = sizeof(mode),
    };

    return name_do(t, directory, name, &operation);
}

int library_mkdir(struct uxrt_thread *t, const char *name, unsigned mode)
{
    return name_mkdir(t, UXRT_AT_CURRENT, name, mode);
}

int name_check_last(const char *name)
{
    size_t length = name ? strlen(name) : 0;

    while (length > 1 && name[length - 1] == '/') {
        length--;
    }
    if (length && name[length - 1] == '.') {
        if (length == 1 || name[length - 2] == '/') {
            return -EINVAL;
        }
        if (name[length - 2] == '.' && (length == 2 || name[length - 3] == '/')) {
            return -ENOTEMPTY;
        }
    }
    return 0;
}

int name_remove(struct uxrt_thread *t, int directory, const char *name, bool is_directory)
{
    struct name_operation operation = {
        .attribute = ATTR_REMOVE, .argument = is_directory, .not_root = true,
    };
    int error = is_directory ? name_check_last(name) : 0;

    return error ? error : name_do(t, directory, name, &operation);
}

int library_rmdir(struct uxrt_thread *t, const char *name)
{
    return name_remove(t, UXRT_AT_CURRENT, name, true);
}

int library_remove(struct uxrt_thread *t, const char *name)
{
    return name_remove(t, UXRT_AT_CURRENT, name, false);
}

int name_symlink(struct uxrt_thread *t, const char *target, int directory,
    const char *name)
{
    struct name_operation operation = {
        .attribute = ATTR_SYMLINK, .creates = true, .tail = target, .counted = true,
    };

    if (!target) {
        return -EFAULT;
    }
    operation.tail_count = strlen(target);
    if (!operation.tail_count) {
        return -ENOENT;
    }
    if (operation.tail_count >= TEXT_SIZE) {
        return -ENAMETOOLONG;
    }
    return name_do(t, directory, name, &operation);
}

int library_symlink(struct uxrt_thread *t, const char *target, const char *name)
{
    return name_symlink(t, target, UXRT_AT_CURRENT, name);
}

int64_t name_readlink(struct uxrt_thread *t, int directory, const char *name,
    char *target, size_t size)
{
    struct walk walk;
    struct file *file;
    int64_t result = name_open(t, directory, name, UXRT_PATH | UXRT_NOFOLLOW, 0, &walk,
        &file);

    if (result < 0) {
        return result;
    }
    result = client_read(t, file->slot, file->id, target, size,
        (int64_t)attribute_address(ATTR_LINK, 0));
    if (result == -ERROR_FILE) {
        const struct name_turn *turn = (const struct name_turn *)t->ipc->msg;

        result = reference_name(t, (const struct file_turn *)turn->target, target, size);
    }
    file_close(t, file);
    return client_told(result);
}

int64_t library_readlink(struct uxrt_thread *t, const char *name, char *target,
    size_t size)
{
    return name_readlink(t, UXRT_AT_CURRENT, name, target, size);
}

/* The walk's text becomes the current directory, if it can be searched. */
int library_chdir(struct uxrt_thread *t, const char *name)
{
    struct walk walk;
    struct file *file;
    int result = name_open(t, UXRT_AT_CURRENT, name,
        UXRT_PATH | UXRT_DIRECTORY | UXRT_EXECUTE, 0, &walk, &file);

    if (result < 0) {
        return result;
    }
    file_close(t, file);
    current_set(walk.text, walk.length);
    return 0;
}
