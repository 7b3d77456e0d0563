/* SPDX-License-Identifier: BSD-2-Clause */
/* The first contents: a copy of a tree that another server has. */
#include "ramfs.h"

#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

enum { PATH_BYTES = 1024, LIST_BYTES = 2048 };

static int copy_bytes(struct ramfs_node *node, const char *path, uint64_t size)
{
    int file = uxrt_open(path, UXRT_READ, 0);
    char *memory = data_fill(node, size);
    int64_t part = 1;

    if (file < 0)
        return file;
    if (!memory)
        part = -ENOSPC;
    for (uint64_t done = 0; done < size && part > 0; done += (uint64_t)part)
        part = uxrt_pread(file, memory + done, size - done, (int64_t)done);
    uxrt_close(file);
    return part > 0 ? 0 : part < 0 ? (int)part : -EIO;
}

static int copy_link(const struct server_caller *owner, struct ramfs_node *directory,
    const char *name, const char *path)
{
    char target[PATH_BYTES];
    int64_t length = uxrt_readlink(path, target, sizeof(target));

    if (length < 0)
        return (int)length;
    return ramfs_symlink(NULL, owner, &directory->node, name, strlen(name), target,
                         (size_t)length);
}

/* One file of any kind; `path` is where it comes from. */
static int copy_one(struct ramfs_node *directory, const char *name, const char *path)
{
    struct uxrt_stat stat;
    struct server_node *node;
    int error = uxrt_lstat(path, &stat);

    if (error < 0)
        return error;

    struct server_caller owner = {.uid = stat.uid, .gid = stat.gid};

    if (S_ISLNK(stat.mode))
        return copy_link(&owner, directory, name, path);
    error = ramfs_create(NULL, &owner, &directory->node, name, strlen(name), stat.mode,
                         &node);
    if (error < 0)
        return error;
    node->device = (uint32_t)stat.special;
    if (S_ISDIR(stat.mode))
        return ramfs_copy(ramfs_node(node), path);
    return S_ISREG(stat.mode) && stat.size > 0
           ? copy_bytes(ramfs_node(node), path, stat.size) : 0;
}

/* Goes on after errors; returns the first. */
static int copy_list(struct ramfs_node *directory, const char *path, const char *list,
    int64_t bytes, uint64_t *cookie)
{
    int first = 0;

    for (int64_t at = 0; at < bytes;) {
        const struct uxrt_entry *entry = (const struct uxrt_entry *)(list + at);
        char name[256], full[PATH_BYTES];

        memcpy(name, entry->name, entry->name_length);
        name[entry->name_length] = 0;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            size_t length = print(full, sizeof(full), "%s/%s", path, name);
            int error = length < sizeof(full) ? copy_one(directory, name, full)
                                              : -ENAMETOOLONG;

            first = first ? first : error;
        }
        *cookie = entry->next;
        at += entry->length;
    }
    return first;
}

int ramfs_copy(struct ramfs_node *directory, const char *path)
{
    _Alignas(8) char list[LIST_BYTES];
    uint64_t cookie = 0;
    int64_t bytes = 1;
    int first = 0, file = uxrt_open(path, UXRT_READ | UXRT_DIRECTORY, 0);

    if (file < 0)
        return file;
    while (bytes > 0) {
        bytes = uxrt_readdir(file, list, sizeof(list), cookie);

        int error = bytes > 0 ? copy_list(directory, path, list, bytes, &cookie)
                              : (int)bytes;

        first = first ? first : error;
    }
    uxrt_close(file);
    return first;
}
