/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on names. The library has checked permissions and that names are components
 * of 1 to 255 bytes, neither "." nor ".."; what depends on the tree is checked here. Each
 * operation does what may fail first.
 */
#include "ramfs.h"

#include <util/errno.h>
#include <util/heap.h>
#include <util/string.h>

/* A directory's contents have changed. */
static void touched(struct ramfs_node *directory)
{
    directory->node.modified = directory->node.changed = ramfs_now();
}

/* A new name for a node, which has one link more. */
static int name_node(struct ramfs_node *directory, const char *name, size_t length,
    struct ramfs_node *node)
{
    if (directory->node.links == 0)
        return -ENOENT;
    if (directory_find(directory, name, length))
        return -EEXIST;
    if (!directory_add(directory, name, length, node))
        return -ENOSPC;
    node->node.links++;
    if (S_ISDIR(node->node.mode)) {
        node->node.links++;
        directory->node.links++;
        node->directory.parent = directory;
    }
    node->node.changed = ramfs_now();
    touched(directory);
    return 0;
}

/* The node of an entry has lost this name, which has another node or none now. */
static void unname_node(struct ramfs_node *directory, struct ramfs_node *node)
{
    node->node.links--;
    if (S_ISDIR(node->node.mode)) {
        node->node.links = 0;
        node->directory.parent = node;
        directory->node.links--;
    }
    node->node.changed = ramfs_now();
}

int ramfs_lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server;
    struct ramfs_entry *entry = directory_find(ramfs_node(parent), name, length);

    if (!entry)
        return -ENOENT;
    *node = &entry->node->node;
    return 0;
}

int ramfs_create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node)
{
    (void)server;
    bool inherit = parent->mode & S_ISGID;

    if (inherit && S_ISDIR(mode))
        mode |= S_ISGID;

    struct ramfs_node *made =
        node_create(mode, caller->uid, inherit ? parent->gid : caller->gid);

    if (!made)
        return -ENOSPC;

    int error = name_node(ramfs_node(parent), name, length, made);

    if (error)
        node_free(made);
    else
        *node = &made->node;
    return error;
}

int ramfs_symlink(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, const char *target,
    size_t target_length)
{
    struct server_node *node;
    char *copy = space_for(target_length) ? heap_alloc(target_length + 1) : NULL;

    if (!copy)
        return -ENOSPC;
    memcpy(copy, target, target_length);

    int error = ramfs_create(server, caller, parent, name, length, S_IFLNK | 0777, &node);

    if (error) {
        heap_free(copy);
        return error;
    }
    ramfs_node(node)->symlink = (struct ramfs_link){copy, target_length};
    node->size = target_length;
    return 0;
}

int64_t ramfs_readlink(struct server *server, struct server_node *node, char *target,
    size_t size)
{
    (void)server;
    const struct ramfs_link *link = &ramfs_node(node)->symlink;

    if (size > link->length)
        size = link->length;
    memcpy(target, link->target, size);
    return (int64_t)size;
}

int ramfs_link(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node)
{
    (void)server;
    if (S_ISDIR(node->mode))
        return -EPERM;
    if (node->links == 0)
        return -ENOENT;
    return name_node(ramfs_node(parent), name, length, ramfs_node(node));
}

int ramfs_remove(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node)
{
    (void)server;
    struct ramfs_node *directory = ramfs_node(parent);
    struct ramfs_entry *entry = directory_find(directory, name, length);

    if (!entry || &entry->node->node != node)
        return -ENOENT;
    if (S_ISDIR(node->mode) && entry->node->directory.count > 0)
        return -ENOTEMPTY;
    directory_remove(entry);
    unname_node(directory, ramfs_node(node));
    touched(directory);
    return 0;
}

/* Whether `node` may take the place of `replaced`. */
static int may_replace(const struct ramfs_node *node, const struct ramfs_node *replaced)
{
    if (S_ISDIR(node->node.mode) != S_ISDIR(replaced->node.mode))
        return S_ISDIR(node->node.mode) ? -ENOTDIR : -EISDIR;
    if (S_ISDIR(node->node.mode) && replaced->directory.count > 0)
        return -ENOTEMPTY;
    return 0;
}

/* Its directory is another one now. */
static void set_parent(struct ramfs_node *node, struct ramfs_node *parent)
{
    if (S_ISDIR(node->node.mode)) {
        node->directory.parent->node.links--;
        parent->node.links++;
        node->directory.parent = parent;
    }
}

/* The entry of the new name leads to the node from now on. */
static int take_place(struct ramfs_node *directory, struct ramfs_entry *entry,
    const char *name, size_t length, struct ramfs_node *node)
{
    if (entry) {
        unname_node(directory, entry->node);
        entry->node = node;
    } else if (!directory_add(directory, name, length, node)) {
        return -ENOSPC;
    }
    set_parent(node, directory);
    return 0;
}

int ramfs_rename(struct server *server, struct server_node *from, const char *old,
    size_t old_length, struct server_node *to, const char *new, size_t new_length,
    struct server_node *node, struct server_node *replaced)
{
    (void)server;
    struct ramfs_node *moved = ramfs_node(node), *directory = ramfs_node(to);
    struct ramfs_entry *source = directory_find(ramfs_node(from), old, old_length);
    struct ramfs_entry *target = directory_find(directory, new, new_length);
    int error;

    if (!source || source->node != moved
        || (target ? &target->node->node : NULL) != replaced)
        return -ENOENT;
    if (node == replaced)
        return 0;
    if (to->links == 0)
        return -ENOENT;
    if (S_ISDIR(node->mode) && directory_contains(moved, directory))
        return -EINVAL;
    error = target ? may_replace(moved, target->node) : 0;
    if (!error)
        error = take_place(directory, target, new, new_length, moved);
    if (error)
        return error;
    directory_remove(source);
    node->changed = ramfs_now();
    touched(ramfs_node(from));
    touched(directory);
    return 0;
}

int ramfs_exchange(struct server *server, struct server_node *from, const char *old,
    size_t old_length, struct server_node *to, const char *new, size_t new_length,
    struct server_node *node, struct server_node *other)
{
    (void)server;
    struct ramfs_node *first = ramfs_node(from), *second = ramfs_node(to);
    struct ramfs_entry *source = directory_find(first, old, old_length);
    struct ramfs_entry *target = directory_find(second, new, new_length);

    if (!source || &source->node->node != node || !target || &target->node->node != other)
        return -ENOENT;
    if ((S_ISDIR(node->mode) && directory_contains(ramfs_node(node), second))
        || (S_ISDIR(other->mode) && directory_contains(ramfs_node(other), first)))
        return -EINVAL;
    source->node = ramfs_node(other);
    target->node = ramfs_node(node);
    set_parent(ramfs_node(node), second);
    set_parent(ramfs_node(other), first);
    node->changed = other->changed = ramfs_now();
    touched(first);
    touched(second);
    return 0;
}

int ramfs_entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *record, char name[256])
{
    (void)server;
    const struct ramfs_entry *entry = directory_next(ramfs_node(directory), cookie);

    if (!entry)
        return 0;
    record->node = entry->node->node.number;
    record->next = entry->cookie + 1;
    record->type = entry->node->node.mode >> 12;
    record->name_length = entry->length;
    memcpy(name, entry->name, entry->length);
    return 1;
}
