/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <uxrt/transport.h> that take two names: what is there, or the folders
 * of both, are opened first, so that only the operation itself is left to do.
 */
#include <transport/names.h>

#include <stddef.h>

#include <transport/client.h>
#include <transport/table.h>
#include <util/errno.h>
#include <util/string.h>

int name_link(struct uxrt_thread *t, int old_directory, const char *old, int directory,
    const char *name, bool follow)
{
    struct walk walk;
    struct file *file;
    struct name_operation operation = {.attribute = ATTR_HARDLINK, .only = true};
    int result = name_open(t, old_directory, old,
        UXRT_PATH | (follow ? 0 : UXRT_NOFOLLOW), 0, &walk, &file);

    if (result < 0) {
        return result;
    }
    operation.slot = file->slot;
    operation.argument = file->id;
    result = name_do(t, directory, name, &operation);
    file_close(t, file);
    return result;
}

int library_link(struct uxrt_thread *t, const char *old, const char *new)
{
    return name_link(t, UXRT_AT_CURRENT, old, UXRT_AT_CURRENT, new, false);
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
    error = (int)name_open_walk(t, &walk, leaf->directory, UXRT_PATH | UXRT_DIRECTORY, 0);
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
    do {
        result = client_write(t, old->slot, old->id, &data,
            offsetof(typeof(data), names) + from->length + to->length,
            (int64_t)attribute_address(ATTR_RENAME, argument));
    } while (client_again(t, &result));
    result = client_told(result);
    return result < 0 ? (int)result : 0;
}

int name_rename(struct uxrt_thread *t, int from_directory, const char *from,
    int to_directory, const char *to, unsigned flags)
{
    struct leaf old, new;
    int result = name_check_last(from) || name_check_last(to) ? -EBUSY : 0;

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
