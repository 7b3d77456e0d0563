/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where names begin that are not absolute: the current directory, which is a text, or the
 * directory of a descriptor, whose text its server knows.
 */
#include <transport/client.h>
#include <transport/cold.h>
#include <transport/connection.h>
#include <transport/descriptor.h>
#include <transport/lock.h>
#include <transport/resolve.h>
#include <util/errno.h>
#include <util/string.h>

BEGIN_DATA struct current_directory current_directory;
static uint32_t lock;

uint32_t current_get(char text[TEXT_SIZE])
{
    uint32_t length;

    lock_take(&lock);
    length = current_directory.length;
    memcpy(text, current_directory.text, length);
    lock_release(&lock);
    return length;
}

void current_set(const char *text, uint32_t length)
{
    lock_take(&lock);
    memcpy(current_directory.text, text, length);
    current_directory.length = length;
    lock_release(&lock);
}

void current_after_fork(void)
{
    lock = 0;
}

/* The name of a file from its service's root on, without a slash before it. */
static int64_t read_path(struct uxrt_thread *t, unsigned slot, uint32_t file,
    char text[TEXT_SIZE])
{
    int64_t count = client_get(t, slot, file, text, TEXT_SIZE,
        (int64_t)attribute_address(ATTR_PATH, 0));

    if (count > 0 && text[0] == '/') {
        memmove(text, text + 1, (size_t)--count);
    }
    return count;
}

/* Its mount's prefix, and its path below the root that is mounted there. */
int walk_file(struct uxrt_thread *t, struct walk *walk, const struct file *file)
{
    int64_t root, count;
    int prefix;

    walk->length = 0;
    prefix = mount_prefix(connection_service(file->slot), file->root, walk->text);
    if (prefix < 0) {
        return prefix;
    }
    root = read_path(t, file->slot, ROOT_FILE + file->root, walk->pending);
    if (root < 0) {
        return (int)root;
    }
    count = read_path(t, file->slot, file->id, walk->pending);
    if (count < root) {
        return count < 0 ? (int)count : -ENOENT;
    }
    count -= root;
    if (prefix + count + 1 >= TEXT_SIZE) {
        return -ENAMETOOLONG;
    }
    walk->length = (uint32_t)prefix;
    if (count > 0) {
        const char *rest = walk->pending + root;

        if (*rest != '/') {
            walk->text[walk->length++] = '/';
        }
        memcpy(walk->text + walk->length, rest, (size_t)count);
        walk->length += (uint32_t)count;
    }
    return 0;
}

int walk_begin(struct uxrt_thread *t, struct walk *walk, int directory, const char *name)
{
    walk->next = name;
    walk->length = 0;
    walk->links = 0;
    walk->slash = false;
    walk->dots = false;
    if (!name) {
        return -EFAULT;
    }
    if (*name == '/') {
        return 0;
    }
    if (!*name) {
        return -ENOENT;
    }
    if (directory != UXRT_AT_CURRENT) {
        const struct file *file = descriptor_file(directory);

        return file && file->kind == FILE_CONNECTION ? walk_file(t, walk, file) : -EBADF;
    }
    walk->length = current_get(walk->text);
    return 0;
}
