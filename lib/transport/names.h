/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the functions on names are made of, with a directory in front of each name: the
 * descriptor of one, or UXRT_AT_CURRENT. Results are as in <uxrt/transport.h>.
 */
#pragma once

#include <stdbool.h>

#include <transport/descriptor.h>
#include <transport/resolve.h>

/* Opens a name as a new file without a descriptor. The walk is where it led. */
int name_open(struct uxrt_thread *t, int directory, const char *name, unsigned flags,
    uint32_t mode, struct walk *walk, struct file **opened);

/* flags: UXRT_NOFOLLOW or 0. */
int name_stat(struct uxrt_thread *t, int directory, const char *name, unsigned flags,
    struct uxrt_stat *stat);
int name_mkdir(struct uxrt_thread *t, int directory, const char *name, uint32_t mode);
int name_remove(struct uxrt_thread *t, int directory, const char *name,
    bool is_directory);
int name_symlink(struct uxrt_thread *t, const char *target, int directory,
    const char *name);
int64_t name_readlink(struct uxrt_thread *t, int directory, const char *name,
    char *target, size_t size);
/* `follow`: of what a symbolic link leads to. */
int name_link(struct uxrt_thread *t, int old_directory, const char *old, int directory,
    const char *name, bool follow);
int name_rename(struct uxrt_thread *t, int from_directory, const char *from,
    int to_directory, const char *to, unsigned flags);

/* For these: opens where the walk leads as this file. */
int64_t name_open_walk(struct uxrt_thread *t, struct walk *walk, struct file *file,
    unsigned flags, uint32_t mode);
/* Does one operation on a name. */
int name_do(struct uxrt_thread *t, int directory, const char *name,
    struct name_operation *operation);
/* An error if the name ends in dots: rmdir(".") and the like have their own. */
int name_check_last(const char *name);

/* union.c: opens the other directories of the place that the walk is at, and joins them
 * to the first. */
void union_open(struct uxrt_thread *t, const struct walk *walk, struct file *first);
int64_t union_readdir(struct uxrt_thread *t, struct file *first, void *data, size_t count,
    uint64_t cookie);
