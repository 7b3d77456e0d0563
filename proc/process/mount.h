/* SPDX-License-Identifier: BSD-2-Clause */
/* What namespace.c and mount.c share: the inside of a namespace. */
#pragma once

#include <process/namespace.h>

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
    struct object *paths;       /* of roots: ROOT_PATH bytes for each, ending in NUL */
    struct root roots[MOUNTS_MAX + 1];
};
_Static_assert(sizeof(struct namespace) <= PAGE_SIZE, "it has one page");

/* Entries of the table. Its pages are there from the beginning, so neither can fail. */
void mount_get(const struct namespace *namespace, unsigned index,
    struct mount_entry *entry);
void mount_put(struct namespace *namespace, unsigned index,
    const struct mount_entry *entry);

enum { ROOT_PATH = 256 };

/* The record of the root that an entry stands for. */
struct root *mount_root(struct namespace *namespace, const struct mount_entry *entry);
