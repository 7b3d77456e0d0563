/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Namespaces. The table itself lives in a memory object, which processes read while it
 * changes: hence the sequence count. What only the process server needs is in a page of
 * its own: which root node of a service each index in identity.roots stands for. An index
 * is kept as long as an entry uses it, so a client that still looks at an old table names
 * a root that has gone, and never another one. Index 0 is that of "/" alone, to which a
 * path through /srv leads: whoever has /srv has it of every service.
 */
#include <process/mount.h>

#include <stddef.h>

#include <files/files.h>
#include <util/string.h>

enum { TABLE_PAGES = (sizeof(struct mount_table) + PAGE_SIZE - 1) / PAGE_SIZE };

static uint64_t entry_offset(unsigned index)
{
    return offsetof(struct mount_table, entries) + index * sizeof(struct mount_entry);
}

void mount_get(const struct namespace *namespace, unsigned index,
    struct mount_entry *entry)
{
    object_read(namespace->object, entry_offset(index), entry, sizeof(*entry));
}

void mount_put(struct namespace *namespace, unsigned index,
    const struct mount_entry *entry)
{
    object_write(namespace->object, entry_offset(index), entry, sizeof(*entry));
}

static bool make_table(struct namespace *namespace)
{
    namespace->object = object_create(TABLE_PAGES);
    if (!namespace->object) {
        return false;
    }
    for (size_t page = 0; page < TABLE_PAGES; page++) {
        if (!object_frame(namespace->object, page, true)) {
            object_put(namespace->object);
            return false;
        }
    }
    namespace->shared = frame_memory(object_frame(namespace->object, 0, false));
    return true;
}

struct namespace *namespace_create(void)
{
    uint32_t frame = frame_alloc(true);
    struct namespace *namespace;

    if (!frame) {
        return NULL;
    }
    namespace = frame_memory(frame);
    namespace->frame = frame;
    namespace->references = 1;
    namespace->paths = object_create((MOUNTS_MAX + 1) * ROOT_PATH / PAGE_SIZE + 1);
    if (!namespace->paths || !make_table(namespace)) {
        if (namespace->paths) {
            object_put(namespace->paths);
        }
        frame_put(frame);
        return NULL;
    }
    return namespace;
}

static uint64_t path_offset(const struct namespace *namespace, const struct root *root)
{
    return (uint64_t)(root - namespace->roots) * ROOT_PATH;
}

static void copy_paths(struct namespace *copy, struct namespace *from)
{
    char path[ROOT_PATH];

    for (unsigned i = 0; i < MOUNTS_MAX + 1; i++) {
        uint64_t offset = path_offset(from, &from->roots[i]);

        if (from->roots[i].uses && from->roots[i].node) {
            object_read(from->paths, offset, path, sizeof(path));
            (void)object_write(copy->paths, offset, path, sizeof(path));
        }
    }
}

/* Whoever goes over from one to the other sees another sequence count, and a higher one. */
struct namespace *namespace_copy(struct namespace *from)
{
    struct namespace *copy = namespace_create();
    struct mount_entry entry;

    if (!copy) {
        return NULL;
    }
    for (unsigned i = 0; i < from->count; i++) {
        mount_get(from, i, &entry);
        mount_put(copy, i, &entry);
    }
    memcpy(copy->roots, from->roots, sizeof(copy->roots));
    copy_paths(copy, from);
    copy->count = from->count;
    copy->shared->count = from->count;
    copy->sequence = from->sequence + 2;
    copy->shared->sequence = copy->sequence;
    return copy;
}

void namespace_get(struct namespace *namespace)
{
    namespace->references++;
}

void namespace_put(struct namespace *namespace)
{
    if (--namespace->references == 0) {
        object_put(namespace->paths);
        object_put(namespace->object);
        frame_put(namespace->frame);
    }
}

struct object *namespace_object(struct namespace *namespace)
{
    return namespace->object;
}

bool namespace_entry(struct namespace *namespace, unsigned index,
    struct mount_entry *entry)
{
    if (index >= namespace->count) {
        return false;
    }
    mount_get(namespace, index, entry);
    return true;
}

struct root *mount_root(struct namespace *namespace, const struct mount_entry *entry)
{
    struct root *root = namespace->roots;

    while (!root->uses || root->service != entry->service || root->index != entry->root) {
        root++;
    }
    return root;
}

uint64_t namespace_node(const struct namespace *namespace,
    const struct mount_entry *entry)
{
    return mount_root((struct namespace *)namespace, entry)->node;
}

void namespace_path(struct namespace *namespace, const struct mount_entry *entry,
    char *path)
{
    object_read(namespace->paths, path_offset(namespace, mount_root(namespace, entry)),
        path, ROOT_PATH);
    path[ROOT_PATH - 1] = 0;
}

static struct root *find_root(struct namespace *namespace, uint32_t service,
    uint64_t node)
{
    for (unsigned i = 0; i < MOUNTS_MAX + 1; i++) {
        struct root *root = &namespace->roots[i];

        if (root->uses && root->service == service && root->node == node) {
            return root;
        }
    }
    return NULL;
}

/* The path of the root with this index; false: there is none. */
static bool path_below(struct namespace *namespace, uint32_t service, unsigned below,
    char path[ROOT_PATH])
{
    path[0] = 0;
    for (unsigned i = 0; below && i < MOUNTS_MAX + 1; i++) {
        struct root *root = &namespace->roots[i];

        if (root->uses && root->service == service && root->index == below) {
            object_read(namespace->paths, path_offset(namespace, root), path, ROOT_PATH);
            return path[0];
        }
    }
    return !below;
}

void namespace_set_path(struct namespace *namespace, uint32_t service, uint64_t node,
    unsigned below, const char *path, size_t length)
{
    struct root *root = node ? find_root(namespace, service, node) : NULL;
    char whole[ROOT_PATH];
    size_t used;

    if (!root || !path_below(namespace, service, below, whole)) {
        return;
    }
    used = strlen(whole);
    if (length + 2 > sizeof(whole) - used) {
        return;
    }
    if (used && length) {
        whole[used++] = '/';
    }
    memcpy(whole + used, path, length);
    whole[used + length] = 0;
    (void)object_write(namespace->paths, path_offset(namespace, root), whole,
        used + length + 1);
}

/* Can its processes go through /srv to any service? */
static bool shows_services(const struct namespace *namespace)
{
    for (unsigned i = 0; i < MOUNTS_MAX + 1; i++) {
        const struct root *root = &namespace->roots[i];

        if (root->uses && root->service == SERVICE_PROC
            && (root->node <= PROC_ROOT || root->node == PROC_ROOT_SRV)) {
            return true;
        }
    }
    return false;
}

bool namespace_reaches(const struct namespace *namespace, uint32_t service)
{
    uint64_t roots[ROOTS_MAX];

    return namespace_roots(namespace, service, roots) > 0;
}

bool namespace_reaches_root(const struct namespace *namespace, uint32_t service,
    uint64_t root)
{
    uint64_t roots[ROOTS_MAX];
    unsigned count = namespace_roots(namespace, service, roots);

    if (shows_services(namespace)) {
        return true;
    }
    for (unsigned i = 0; i < count; i++) {
        if (roots[i] == root) {
            return true;
        }
    }
    return false;
}

unsigned namespace_roots(const struct namespace *namespace, uint32_t service,
    uint64_t roots[ROOTS_MAX])
{
    unsigned count = 0;

    for (unsigned i = 0; i < ROOTS_MAX; i++) {
        roots[i] = ROOT_GONE;
    }
    for (unsigned i = 0; i < MOUNTS_MAX + 1; i++) {
        const struct root *root = &namespace->roots[i];

        if (root->uses && root->service == service) {
            roots[root->index] = root->node;
            count = root->index >= count ? root->index + 1u : count;
        }
    }
    if (shows_services(namespace) && service != SERVICE_PROC) {
        roots[0] = 0;
        count = count ? count : 1;
    }
    return count;
}
