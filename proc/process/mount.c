/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of mount tables. Processes read the table at the same time: while its sequence
 * count is odd, they wait. Connections have a new root before the table names it, and
 * lose an old one after.
 */
#include <process/mount.h>

#include <process/connection.h>
#include <util/errno.h>
#include <util/string.h>
#include <uxrt/transport.h>

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
    (void)object_write(namespace->paths, (uint64_t)(vacant - namespace->roots) * ROOT_PATH,
        "", 1);
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
        mount_get(namespace, i, &entry);
        if (same_prefix(&entry, prefix, length)) {
            mount_root(namespace, &entry)->uses--;
        } else {
            mount_put(namespace, kept++, &entry);
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
        mount_get(namespace, place - 1, &entry);
        if (entry.length > new->length || (after && entry.length == new->length)) {
            break;
        }
        mount_put(namespace, place, &entry);
    }
    mount_put(namespace, place, new);
}

/* How many entries have this prefix; -EEXIST if one of them is this root. */
static int count_entries(struct namespace *namespace, uint32_t service, uint64_t node,
    const char *prefix, size_t length)
{
    struct mount_entry entry;
    int count = 0;

    for (unsigned i = 0; i < namespace->count; i++) {
        mount_get(namespace, i, &entry);
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

static bool has_root(const struct namespace *namespace, uint32_t service)
{
    for (unsigned i = 0; i < MOUNTS_MAX + 1; i++) {
        const struct root *root = &namespace->roots[i];

        if (root->uses && root->service == service && !root->node) {
            return true;
        }
    }
    return false;
}

void namespace_follow(struct namespace *namespace, uint32_t old, uint32_t new)
{
    struct mount_entry entry;

    if (!has_root(namespace, old)) {
        return;
    }
    begin_change(namespace);
    for (unsigned i = 0; i < namespace->count; i++) {
        mount_get(namespace, i, &entry);
        if (entry.service == old && !namespace_node(namespace, &entry)) {
            entry.service = new;
            mount_put(namespace, i, &entry);
        }
    }
    end_change(namespace);
    for (unsigned i = 0; i < MOUNTS_MAX + 1; i++) {
        struct root *root = &namespace->roots[i];

        if (root->uses && root->service == old && !root->node) {
            root->service = new;
        }
    }
}

void namespace_name_ended(void)
{
    for (struct process *process = process_next(0); process;
         process = process_next(process->pid)) {
        if (process->namespace) {
            begin_change(process->namespace);
            end_change(process->namespace);
        }
    }
}
