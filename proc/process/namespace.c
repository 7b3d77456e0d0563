/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Namespaces. The table itself lives in a memory object, which processes read while it
 * changes: hence the sequence count. What only the process server needs is in a page of
 * its own: which root node of a service each index in identity.roots stands for. An index
 * is kept as long as an entry uses it, so a client that still looks at an old table names
 * a root that has gone, and never another one. Index 0 is that of "/" alone, to which a
 * path through /srv leads: whoever has /srv has it of every service.
 */
#include <process/namespace.h>

#include <stddef.h>

#include <files/files.h>
#include <process/connection.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

enum { TABLE_PAGES = (sizeof(struct mount_table) + PAGE_SIZE - 1) / PAGE_SIZE };

struct root {
    uint32_t service;
    uint16_t index;         /* in identity.roots */
    uint16_t uses;          /* entries; 0: the record is free */
    uint64_t node;
};

struct namespace {
    uint32_t frame;         /* where this is */
    uint32_t references;
    uint32_t count;         /* entries */
    uint32_t sequence;
    struct object *object;
    struct mount_table *shared; /* its first page only: sequence and count */
    struct root roots[MOUNTS_MAX + 1];
};
_Static_assert(sizeof(struct namespace) <= PAGE_SIZE, "it has one page");

static uint64_t entry_offset(unsigned index)
{
    return offsetof(struct mount_table, entries) + index * sizeof(struct mount_entry);
}

/* The pages are there from the beginning, so neither can fail. */
static void get_entry(struct namespace *namespace, unsigned index,
    struct mount_entry *entry)
{
    object_read(namespace->object, entry_offset(index), entry, sizeof(*entry));
}

static void put_entry(struct namespace *namespace, unsigned index,
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
    if (!make_table(namespace)) {
        frame_put(frame);
        return NULL;
    }
    return namespace;
}

struct namespace *namespace_copy(struct namespace *from)
{
    struct namespace *copy = namespace_create();
    struct mount_entry entry;

    if (!copy) {
        return NULL;
    }
    for (unsigned i = 0; i < from->count; i++) {
        get_entry(from, i, &entry);
        put_entry(copy, i, &entry);
    }
    memcpy(copy->roots, from->roots, sizeof(copy->roots));
    copy->count = from->count;
    copy->shared->count = from->count;
    return copy;
}

void namespace_get(struct namespace *namespace)
{
    namespace->references++;
}

void namespace_put(struct namespace *namespace)
{
    if (--namespace->references == 0) {
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
    get_entry(namespace, index, entry);
    return true;
}

static struct root *root_of(struct namespace *namespace, const struct mount_entry *entry)
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
    return root_of((struct namespace *)namespace, entry)->node;
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

/* Finds or makes the record of a root, used once more; null: no index is free. */
static struct root *root_take(struct namespace *namespace, uint32_t service,
    uint64_t node)
{
    struct root *vacant = NULL;
    unsigned taken = node ? 1 : 0;      /* 0 is for "/" alone */

    for (unsigned i = 0; i < MOUNTS_MAX + 1; i++) {
        struct root *root = &namespace->roots[i];

        if (!root->uses) {
            vacant = root;
        } else if (root->service == service) {
            if (root->node == node) {
                root->uses++;
                return root;
            }
            taken |= 1u << root->index;
        }
    }
    if (!vacant || (node && taken == (1u << ROOTS_MAX) - 1)) {
        return NULL;
    }
    *vacant = (struct root){
        .service = service, .node = node, .uses = 1,
        .index = node ? (uint16_t)__builtin_ctz(~taken) : 0,
    };
    return vacant;
}

/* Connections get the roots of their namespace anew. */
static void update_processes(const struct namespace *namespace)
{
    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        if (process->namespace == namespace && !process->zombie) {
            connection_update(process);
        }
    }
}

static void set_sequence(struct namespace *namespace)
{
    __atomic_store_n(&namespace->shared->sequence, ++namespace->sequence,
        __ATOMIC_SEQ_CST);
}

/* While the sequence count is odd, readers wait. */
static void begin_change(struct namespace *namespace)
{
    set_sequence(namespace);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void end_change(struct namespace *namespace)
{
    __atomic_store_n(&namespace->shared->count, namespace->count, __ATOMIC_RELEASE);
    set_sequence(namespace);
}

static bool same_prefix(const struct mount_entry *entry, const char *prefix,
    size_t length)
{
    return entry->length == length && !memcmp(entry->prefix, prefix, length);
}

/* Removes the entries of a prefix and their uses of roots; returns how many. */
static unsigned remove_entries(struct namespace *namespace, const char *prefix,
    size_t length)
{
    struct mount_entry entry;
    unsigned kept = 0, before = namespace->count;

    for (unsigned i = 0; i < before; i++) {
        get_entry(namespace, i, &entry);
        if (same_prefix(&entry, prefix, length)) {
            root_of(namespace, &entry)->uses--;
        } else {
            put_entry(namespace, kept++, &entry);
        }
    }
    namespace->count = kept;
    return before - kept;
}

/* Longest prefix first; `after` others of this length, or before them. */
static void insert_entry(struct namespace *namespace, const struct mount_entry *new,
    bool after)
{
    struct mount_entry entry;
    unsigned place = namespace->count++;

    for (; place > 0; place--) {
        get_entry(namespace, place - 1, &entry);
        if (entry.length > new->length || (after && entry.length == new->length)) {
            break;
        }
        put_entry(namespace, place, &entry);
    }
    put_entry(namespace, place, new);
}

/* How many entries have this prefix; -EEXIST if one of them is this root. */
static int count_entries(struct namespace *namespace, uint32_t service, uint64_t node,
    const char *prefix, size_t length)
{
    struct mount_entry entry;
    int count = 0;

    for (unsigned i = 0; i < namespace->count; i++) {
        get_entry(namespace, i, &entry);
        if (same_prefix(&entry, prefix, length)) {
            if (entry.service == service && namespace_node(namespace, &entry) == node) {
                return -EEXIST;
            }
            count++;
        }
    }
    return count;
}

static bool component_fits(const char *name, size_t length)
{
    return length > 0 && !(length == 1 && name[0] == '.')
           && !(length == 2 && name[0] == '.' && name[1] == '.')
           && !memchr(name, 0, length);
}

/* Checks a prefix, and makes that of "/" empty. */
static bool check_prefix(const char *prefix, size_t *length)
{
    size_t start = 1;

    if (*length == 1 && prefix[0] == '/') {
        *length = 0;
    }
    if (*length == 0) {
        return true;
    }
    if (*length > MOUNT_PREFIX || prefix[0] != '/') {
        return false;
    }
    for (size_t i = 1; i <= *length; i++) {
        if (i == *length || prefix[i] == '/') {
            if (!component_fits(prefix + start, i - start)) {
                return false;
            }
            start = i + 1;
        }
    }
    return true;
}

static bool check_flags(unsigned flags)
{
    unsigned order = flags & (UXRT_MOUNT_BEFORE | UXRT_MOUNT_AFTER);

    return !(flags & ~(unsigned)(order | UXRT_MOUNT_CREATE))
           && order != (UXRT_MOUNT_BEFORE | UXRT_MOUNT_AFTER);
}

int namespace_mount(struct namespace *namespace, uint32_t service, uint64_t node,
    unsigned flags, const char *prefix, size_t length)
{
    bool replace = !(flags & (UXRT_MOUNT_BEFORE | UXRT_MOUNT_AFTER));
    struct mount_entry entry = {.service = service, .flags = (uint16_t)flags};
    struct root *root;
    int count;

    if (!check_flags(flags) || node == ROOT_GONE || !check_prefix(prefix, &length)) {
        return -EINVAL;
    }
    count = count_entries(namespace, service, node, prefix, length);
    if (count == -EEXIST && !replace) {
        return -EEXIST;
    }
    if (namespace->count == MOUNTS_MAX && !(replace && count)) {
        return -ENOSPC;
    }
    root = root_take(namespace, service, node);
    if (!root) {
        return -ENOSPC;
    }
    entry.root = root->index;
    entry.length = (uint8_t)length;
    memcpy(entry.prefix, prefix, length);

    /* Connections have the new root before the table names it, lose old ones after. */
    update_processes(namespace);
    begin_change(namespace);
    if (replace) {
        remove_entries(namespace, prefix, length);
    }
    insert_entry(namespace, &entry, flags & UXRT_MOUNT_AFTER);
    end_change(namespace);
    if (replace && count) {
        update_processes(namespace);
    }
    return 0;
}

int namespace_unmount(struct namespace *namespace, const char *prefix, size_t length)
{
    unsigned removed;

    if (!check_prefix(prefix, &length)) {
        return -EINVAL;
    }
    begin_change(namespace);
    removed = remove_entries(namespace, prefix, length);
    end_change(namespace);
    if (!removed) {
        return -ENOENT;
    }
    update_processes(namespace);
    return 0;
}
