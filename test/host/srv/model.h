/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file system that is simple enough to be right, to compare ramfs with: every node has
 * an array of names, all its bytes are in memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_NAMES = 12, MODEL_BYTES = 700 * 1024 };

struct model_node {
    uint32_t mode;              /* type only */
    uint32_t links;             /* names */
    uint32_t opened;            /* ids that stand for it */
    size_t size;
    unsigned char *bytes;       /* MODEL_BYTES; of files */
    char target[64];
    struct model_node *parent;  /* of directories */
    struct model_name {
        char name[8];           /* empty: none */
        struct model_node *node;
    } names[MODEL_NAMES];
};

struct model_node *model_create(uint32_t mode);
/* Frees the node if it has neither name nor id. */
void model_settle(struct model_node *node);

struct model_place {
    struct model_node *parent, *node;   /* node: null if there is no such name */
    const char *name;
};
/* Finds a path; 0 or an error as lib/server gives it. Does not follow a last link. */
int model_walk(struct model_node *root, const char *path, struct model_place *place);
struct model_name *model_name(struct model_node *directory, const char *name);
unsigned model_count(const struct model_node *directory);

/* Each returns 0 or the error that is expected. */
int model_add(struct model_place *place, struct model_node *node);
int model_remove(struct model_node *root, const char *path, bool directory);
int model_link(struct model_node *root, struct model_node *node, const char *path);
int model_rename(struct model_node *root, const char *old, const char *new);
