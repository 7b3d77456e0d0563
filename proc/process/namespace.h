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

/* Memory of its mount table, to map at MOUNT_TABLE; and the table. */
struct object *namespace_object(struct namespace *namespace);
const struct mount_table *namespace_table(const struct namespace *namespace);

/* As PROC_MOUNT and PROC_UNMOUNT; -EEXIST, -ENOSPC, -ENOENT, -EINVAL. */
int namespace_mount(struct namespace *namespace, uint32_t service, uint64_t root,
    unsigned flags, const char *prefix, size_t length);
int namespace_unmount(struct namespace *namespace, const char *prefix, size_t length);

/* The roots that it gives connections to a service: count, nodes in order. */
unsigned namespace_roots(const struct namespace *namespace, uint32_t service,
    uint64_t roots[ROOTS_MAX]);
