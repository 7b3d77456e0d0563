/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Namespaces: mount tables shared with their processes (layout.h: struct mount_table).
 * Counted; shared over fork, copied by PROC_UNSHARE.
 */
#pragma once

#include <process/process.h>

struct namespace *namespace_create(void);
struct namespace *namespace_copy(struct namespace *from);
void namespace_get(struct namespace *namespace);
void namespace_put(struct namespace *namespace);

/* Memory of its mount table, to map at MOUNT_TABLE. */
struct object *namespace_object(struct namespace *namespace);
/* Copies entry number `index`, in the order of the table; false: there are no more. */
bool namespace_entry(struct namespace *namespace, unsigned index,
    struct mount_entry *entry);
/* The root node of the service that the entry stands for. */
uint64_t namespace_node(const struct namespace *namespace,
    const struct mount_entry *entry);

/* The path of that node from the service's root on, into path[256]; "" if it is not known,
 * or the root itself. */
void namespace_path(struct namespace *namespace, const struct mount_entry *entry,
    char *path);
/* Tells the path of a node that is mounted: `path` below the root with this index. */
void namespace_set_path(struct namespace *namespace, uint32_t service, uint64_t node,
    unsigned below, const char *path, size_t length);

/*
 * As PROC_MOUNT and PROC_UNMOUNT. A prefix is absolute, "/" at most 239 bytes without
 * empty components, "." and "..". With flags 0 (UXRT_MOUNT_REPLACE) the new entry takes
 * the place of all those of its prefix; BEFORE and AFTER add to them. UXRT_MOUNT_CREATE
 * may be added: new files of a union go there. Removing removes all of a prefix.
 * Connections of all its processes are brought up to date (connection_update).
 * 0, -EEXIST (in the union already), -ENOSPC, -ENOENT or -EINVAL.
 */
int namespace_mount(struct namespace *namespace, uint32_t service, uint64_t root,
    unsigned flags, const char *prefix, size_t length);
int namespace_unmount(struct namespace *namespace, const char *prefix, size_t length);

/* All mounts of the root of service `old` become mounts of that of `new`. */
void namespace_follow(struct namespace *namespace, uint32_t old, uint32_t new);

/* A name in /srv has ended: all tables' sequence counts tell those who keep what it led
 * to. */
void namespace_name_ended(void);

/*
 * May its processes connect to a service, and mount this root of it? Through /srv every
 * service can be reached; where that is not mounted, only what is mounted already.
 */
bool namespace_reaches(const struct namespace *namespace, uint32_t service);
bool namespace_reaches_root(const struct namespace *namespace, uint32_t service,
    uint64_t root);

/* The roots that it gives connections to a service: count, nodes in order. The
 * first is "/" or, as others that are not there, ROOT_GONE. */
#define ROOT_GONE UINT64_MAX
unsigned namespace_roots(const struct namespace *namespace, uint32_t service,
    uint64_t roots[ROOTS_MAX]);
