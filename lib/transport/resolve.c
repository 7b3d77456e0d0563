/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks. The ordinary case, one mount and no "..", is one pass over the name and one
 * round trip. ".." never goes to a server: what is before it is opened to see that it is
 * a directory (links in it come back and are put in their place), and then both go. So a
 * program cannot leave a directory that a bind made its "/".
 */
#include <transport/walk.h>

#include <stddef.h>

#include <transport/descriptor.h>
#include <util/errno.h>

/* Opens the text as a directory and closes it: an error if it is none. */
static int64_t check_directory(struct uxrt_thread *t, struct walk *walk)
{
    struct file *file = file_create(FILE_CONNECTION, 0, UXRT_PATH);
    uint32_t mode = 0;
    struct name_operation operation = {
        .attribute = ATTR_OPEN, .head = &mode, .head_count = sizeof(mode),
    };
    int64_t result;

    if (!file) {
        return -ENFILE;
    }
    operation.argument = file->id
                         | (uint64_t)(UXRT_PATH | UXRT_DIRECTORY) << OPEN_FLAGS_SHIFT;
    result = ask_mounts(t, walk, &operation);
    if (result < 0) {
        file_forget(file);
        return result;
    }
    file->slot = (uint8_t)operation.slot;
    file_close(t, file);
    return 0;
}

/* The name goes on with the parent of the text. */
static int go_to_parent(struct uxrt_thread *t, struct walk *walk)
{
    int64_t result = walk_prepend(walk, "/..", 3);

    walk->slash = false;
    walk->dots = false;
    if (!result) {
        result = check_directory(t, walk);
    }
    if (result == LINKED) {
        return 0;
    }
    if (result < 0) {
        return (int)result;
    }
    walk->next += 3;
    walk->dots = true;
    while (walk->text[--walk->length] != '/') {
    }
    return 0;
}

int walk_text(struct uxrt_thread *t, struct walk *walk)
{
    int result = walk_take(walk);

    while (result == PARENT) {
        result = go_to_parent(t, walk);
        if (!result) {
            result = walk_take(walk);
        }
    }
    return result;
}

int64_t walk_do(struct uxrt_thread *t, struct walk *walk,
    struct name_operation *operation)
{
    int64_t result;

    do {
        result = walk_text(t, walk);
        if (!result) {
            result = ask_mounts(t, walk, operation);
        }
    } while (result == LINKED);
    return result;
}

char *walk_last(struct uxrt_thread *t, struct walk *walk, int *error)
{
    *error = walk_text(t, walk);
    if (*error) {
        return NULL;
    }
    if (!walk->length) {
        *error = -EBUSY;
        return NULL;
    }
    walk->text[walk->length] = 0;
    while (walk->text[--walk->length] != '/') {
    }
    walk->slash = false;
    return walk->text + walk->length + 1;
}
