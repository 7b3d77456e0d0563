/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> that take names. Each is a walk (resolve.h) with one
 * operation; those on two names open the directories first, so that only the operation
 * itself is left to do.
 */
#include <transport/names.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/descriptor.h>
#include <transport/resolve.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

enum { OPEN_FLAGS = 2 * UXRT_CLOSE_ON_EXEC - 1 };

static uint64_t open_argument(const struct file *file, unsigned flags)
{
    return file->id | (uint64_t)(flags & ~(unsigned)UXRT_CLOSE_ON_EXEC)
                          << REQUEST_FILE_BITS;
}

/* Opens the walk's name as the file. */
static int64_t walk_open(struct uxrt_thread *t, struct walk *walk, struct file *file,
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
    result = walk_open(t, walk, file, flags, mode);
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
        return result;
    }
    if (walk.at_root) {
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

/* Reads the attributes of a file that was opened only for that, and closes it. */
static int stat_and_close(struct uxrt_thread *t, struct file *file, struct uxrt_stat *stat)
{
    int64_t result = client_read(t, file->slot, file->id, stat, sizeof(*stat),
        (int64_t)attribute_address(ATTR_STAT, 1));

    if (result == sizeof(*stat)) {
        file_forget(file);
        return 0;
    }
    file_close(t, file);
    return result < 0 ? (int)result : -EIO;
}

int name_stat(struct uxrt_thread *t, int directory, const char *name, unsigned flags,
    struct uxrt_stat *stat)
{
    struct walk walk;
    struct file *file;
    int result = name_open(t, directory, name, UXRT_PATH | flags, 0, &walk, &file);

    return result < 0 ? result : stat_and_close(t, file, stat);
}

int library_stat(struct uxrt_thread *t, const char *name, struct uxrt_stat *stat)
{
    return name_stat(t, UXRT_AT_CURRENT, name, 0, stat);
}

int library_lstat(struct uxrt_thread *t, const char *name, struct uxrt_stat *stat)
{
    return name_stat(t, UXRT_AT_CURRENT, name, UXRT_NOFOLLOW, stat);
}

static int do_operation(struct uxrt_thread *t, int directory, const char *name,
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

    return do_operation(t, directory, name, &operation);
}

int library_mkdir(struct uxrt_thread *t, const char *name, unsigned mode)
{
    return name_mkdir(t, UXRT_AT_CURRENT, name, mode);
}

/* rmdir(".") and the like have errors of their own. */
static int check_last(const char *name)
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
    int error = is_directory ? check_last(name) : 0;

    return error ? error : do_operation(t, directory, name, &operation);
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
    return do_operation(t, directory, name, &operation);
}

int library_symlink(struct uxrt_thread *t, const char *target, const char *name)
{
    return name_symlink(t, target, UXRT_AT_CURRENT, name);
}

int64_t name_readlink(struct uxrt_thread *t, int directory, const char *name, char *target,
    size_t size)
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
    file_close(t, file);
    return result;
}

int64_t library_readlink(struct uxrt_thread *t, const char *name, char *target, size_t size)
{
    return name_readlink(t, UXRT_AT_CURRENT, name, target, size);
}

int name_link(struct uxrt_thread *t, int old_directory, const char *old, int directory,
    const char *name)
{
    struct walk walk;
    struct file *file;
    struct name_operation operation = {.attribute = ATTR_HARDLINK, .only = true};
    int result = name_open(t, old_directory, old, UXRT_PATH | UXRT_NOFOLLOW, 0, &walk,
        &file);

    if (result < 0) {
        return result;
    }
    operation.slot = file->slot;
    operation.argument = file->id;
    result = do_operation(t, directory, name, &operation);
    file_close(t, file);
    return result;
}

int library_link(struct uxrt_thread *t, const char *old, const char *new)
{
    return name_link(t, UXRT_AT_CURRENT, old, UXRT_AT_CURRENT, new);
}

/* A name's directory, open, and its last component. */
struct leaf {
    struct file *directory;
    size_t length;
    char name[NAME_COMPONENT + 1];
};

static bool is_mount(const struct walk *walk)
{
    struct mount_place place;
    unsigned index;

    return mount_find(walk->text, walk->length, &index, &place)
           && place.length == walk->length;
}

static int leaf_open(struct uxrt_thread *t, struct leaf *leaf, int directory,
    const char *name)
{
    struct walk walk;
    const char *last;
    int error = walk_begin(t, &walk, directory, name);
    uint32_t length;

    if (error) {
        return error;
    }
    last = walk_last(t, &walk, &error);
    if (!last) {
        return error;
    }
    leaf->length = strlen(last);
    memcpy(leaf->name, last, leaf->length + 1);
    length = walk.length;
    walk.length += 1 + (uint32_t)leaf->length;
    walk.text[length] = '/';
    if (is_mount(&walk)) {
        return -EBUSY;
    }
    walk.length = length;
    leaf->directory = file_create(FILE_CONNECTION, 0, UXRT_PATH);
    if (!leaf->directory) {
        return -ENFILE;
    }
    error = (int)walk_open(t, &walk, leaf->directory, UXRT_PATH | UXRT_DIRECTORY, 0);
    if (error < 0) {
        file_forget(leaf->directory);
    }
    return error < 0 ? error : 0;
}

static int rename_leaf(struct uxrt_thread *t, const struct leaf *from,
    const struct leaf *to, unsigned flags)
{
    const struct file *old = from->directory, *new = to->directory;
    struct {
        uint32_t length;
        char names[2 * NAME_COMPONENT];
    } data = {.length = (uint32_t)from->length};
    uint64_t argument = new->id | (uint64_t)flags << REQUEST_FILE_BITS;
    int64_t result;

    if (old->slot != new->slot) {
        return -EXDEV;
    }
    memcpy(data.names, from->name, from->length);
    memcpy(data.names + from->length, to->name, to->length);
    result = client_write(t, old->slot, old->id, &data,
        offsetof(typeof(data), names) + from->length + to->length,
        (int64_t)attribute_address(ATTR_RENAME, argument));
    return result < 0 ? (int)result : 0;
}

int name_rename(struct uxrt_thread *t, int from_directory, const char *from,
    int to_directory, const char *to, unsigned flags)
{
    struct leaf old, new;
    int result = check_last(from) || check_last(to) ? -EBUSY : 0;

    if (!result) {
        result = leaf_open(t, &old, from_directory, from);
    }
    if (result < 0) {
        return result;
    }
    result = leaf_open(t, &new, to_directory, to);
    if (!result) {
        result = rename_leaf(t, &old, &new, flags);
        file_close(t, new.directory);
    }
    file_close(t, old.directory);
    return result;
}

int library_rename(struct uxrt_thread *t, const char *from, const char *to)
{
    return name_rename(t, UXRT_AT_CURRENT, from, UXRT_AT_CURRENT, to, 0);
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
