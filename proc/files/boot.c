/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /boot: the files of the archive that the process server was packed with, below "boot/".
 * They are read where they are; a memory object with a copy is made of one that is
 * mapped, and kept.
 */
#include <files/node.h>

#include <boot/archive.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/string.h>

struct boot_node {
    struct tree_node tree;
    struct boot_node *parent, *children, *last, *next;  /* last: of the children */
    const char *name;           /* last component */
    size_t length;
    const char *data;
    struct object *object;
};

enum { NUMBER_FIRST = 1 << 16, PREFIX = 5 /* "boot/" */ };

static struct boot_node root;   /* only its children count */
static struct boot_node *nodes;
static size_t node_count;

static struct boot_node *boot_of(struct tree_node *node)
{
    return node->kind == &kind_boot ? &root : (struct boot_node *)node;
}

static struct boot_node *find(struct boot_node *directory, const char *name,
    size_t length)
{
    struct boot_node *child = directory->children;

    while (child && (child->length != length || memcmp(child->name, name, length))) {
        child = child->next;
    }
    return child;
}

static int lookup(struct tree_node *directory, const char *name, size_t length,
    struct tree_node **node)
{
    struct boot_node *found = find(boot_of(directory), name, length);

    if (!found) {
        return -ENOENT;
    }
    *node = &found->tree;
    return 0;
}

/* Cookies: the number of the node before, counted from 1. */
static int entry(struct tree_node *directory, uint64_t cookie, struct uxrt_entry *entry,
    char name[256])
{
    struct boot_node *parent = boot_of(directory), *node = parent->children;

    if (cookie > node_count || (cookie && nodes[cookie - 1].parent != parent)) {
        return 0;
    }
    if (cookie) {
        node = nodes[cookie - 1].next;
    }
    if (!node) {
        return 0;
    }
    return entry_fill(entry, name, node->tree.kind, node->tree.server.number,
        (uint64_t)(node - nodes) + 1, node->name, node->length);
}

enum { READ_MOST = 1 << 20 };   /* so that others wait not long */

static int64_t read_file(struct tree_node *node, struct server_request *request)
{
    uint64_t size = node->server.size, left;

    if (request->offset >= size) {
        request->end = true;
        return 0;
    }
    left = size - request->offset;
    request->end = request->count >= left && left <= READ_MOST;
    left = left < READ_MOST ? left : READ_MOST;
    return server_put(request, 0, boot_of(node)->data + request->offset,
        request->count < left ? request->count : (size_t)left);
}

static int64_t file_object(struct tree_node *node, unsigned protection)
{
    struct boot_node *file = boot_of(node);

    if (protection & PROC_WRITE) {
        return -EACCES;
    }
    if (!file->object && node->server.size) {
        file->object = object_create_from(file->data, (size_t)node->server.size);
        if (!file->object) {
            return -ENOMEM;
        }
    }
    return file->object ? files_token(file->object, protection) : -ENODEV;
}

static int64_t read_target(struct tree_node *node, char *target, size_t size)
{
    size_t length = (size_t)node->server.size;

    length = length < size ? length : size;
    memcpy(target, boot_of(node)->data, length);
    return (int64_t)length;
}

const struct node_kind kind_boot = {
    .name = "boot", .code = 2, .mode = S_IFDIR | 0555, .lookup = lookup, .entry = entry,
};
static const struct node_kind kind_directory = {
    .mode = S_IFDIR | 0555, .lookup = lookup, .entry = entry,
};
static const struct node_kind kind_file = {
    .mode = S_IFREG | 0444, .read = read_file, .object = file_object,
};
static const struct node_kind kind_link = {
    .mode = S_IFLNK | 0777, .readlink = read_target,
};

static const struct node_kind *kind_of(uint32_t mode)
{
    if (S_ISDIR(mode)) {
        return &kind_directory;
    }
    return S_ISREG(mode) ? &kind_file : S_ISLNK(mode) ? &kind_link : NULL;
}

/* The directory that a path lies in, and where its last component begins. */
static struct boot_node *find_parent(const char **path)
{
    struct boot_node *parent = &root;
    const char *slash = strchr(*path, '/');

    while (slash && parent) {
        parent = find(parent, *path, (size_t)(slash - *path));
        *path = slash + 1;
        slash = strchr(*path, '/');
    }
    return parent;
}

static void append(struct boot_node *parent, struct boot_node *node)
{
    node->parent = parent;
    if (parent->last) {
        parent->last->next = node;
    } else {
        parent->children = node;
    }
    parent->last = node;
}

static void add(const struct archive_file *file)
{
    const struct node_kind *kind = kind_of(file->mode);
    const char *name = file->name + PREFIX;
    struct boot_node *parent = find_parent(&name), *node = &nodes[node_count];
    size_t length = strlen(name);

    if (!kind || !parent || !length || length > NAME_COMPONENT) {
        return;
    }
    tree_begin(&node->tree, kind, 0);
    node->tree.server.number = NUMBER_FIRST + node_count++;
    node->tree.server.mode = file->mode;
    node->tree.server.size = S_ISDIR(file->mode) ? 0 : file->size;
    node->name = name;
    node->length = length;
    node->data = file->data;
    append(parent, node);
}

static bool next_file(size_t *place, struct archive_file *file)
{
    while (archive_next(place, file)) {
        if (!strncmp(file->name, "boot/", PREFIX)) {
            return true;
        }
    }
    return false;
}

void boot_init(void)
{
    struct archive_file file;
    size_t place = 0, count = 0;

    while (next_file(&place, &file)) {
        count++;
    }
    nodes = heap_zero(count ? count : 1, sizeof(*nodes));
    for (place = 0; nodes && next_file(&place, &file);) {
        add(&file);
    }
}

struct tree_node *boot_numbered(uint64_t number)
{
    uint64_t index = number - NUMBER_FIRST;

    return index < node_count && S_ISDIR(nodes[index].tree.server.mode)
           ? &nodes[index].tree : NULL;
}
