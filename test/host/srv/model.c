/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <transport/protocol.h>
#include <util/errno.h>
#include <util/mode.h>

struct model_node *model_create(uint32_t mode)
{
    struct model_node *node = calloc(1, sizeof(*node));

    assert(node);
    node->mode = mode;
    if (S_ISREG(mode))
        node->bytes = calloc(1, MODEL_BYTES);
    return node;
}

void model_settle(struct model_node *node)
{
    if (node->links || node->opened)
        return;
    free(node->bytes);
    free(node);
}

struct model_name *model_name(struct model_node *directory, const char *name)
{
    for (unsigned i = 0; i < MODEL_NAMES; i++) {
        if (!strcmp(directory->names[i].name, name))
            return &directory->names[i];
    }
    return NULL;
}

unsigned model_count(const struct model_node *directory)
{
    unsigned count = 0;

    for (unsigned i = 0; i < MODEL_NAMES; i++)
        count += directory->names[i].name[0] != 0;
    return count;
}

int model_walk(struct model_node *root, const char *path, struct model_place *place)
{
    static char copy[1024];
    char *rest = NULL;

    assert(strlen(path) < sizeof(copy));
    strcpy(copy, path);
    *place = (struct model_place){.node = root};
    for (char *name = strtok_r(copy, "/", &rest); name;
         name = strtok_r(NULL, "/", &rest)) {
        if (!place->node)
            return -ENOENT;
        if (S_ISLNK(place->node->mode))
            return -ERROR_LINK;
        if (!S_ISDIR(place->node->mode))
            return -ENOTDIR;

        struct model_name *found = model_name(place->node, name);

        place->parent = place->node;
        place->node = found ? found->node : NULL;
        place->name = name;
    }
    return 0;
}

int model_add(struct model_place *place, struct model_node *node)
{
    struct model_name *free = model_name(place->parent, "");

    if (place->parent->links == 0 && place->parent->parent != place->parent)
        return -ENOENT;
    assert(free);
    strcpy(free->name, place->name);
    free->node = node;
    node->links++;
    if (S_ISDIR(node->mode))
        node->parent = place->parent;
    return 0;
}

static void take_away(struct model_place *place)
{
    struct model_name *name = model_name(place->parent, place->name);

    name->name[0] = 0;
    place->node->links--;
}

int model_remove(struct model_node *root, const char *path, bool directory)
{
    struct model_place place;
    int error = model_walk(root, path, &place);

    if (error)
        return error;
    if (!place.node)
        return -ENOENT;
    if (S_ISDIR(place.node->mode) != directory)
        return directory ? -ENOTDIR : -EISDIR;
    if (directory && model_count(place.node))
        return -ENOTEMPTY;
    take_away(&place);
    model_settle(place.node);
    return 0;
}

int model_link(struct model_node *root, struct model_node *node, const char *path)
{
    struct model_place place;
    int error = model_walk(root, path, &place);

    if (error || place.node)
        return error ? error : -EEXIST;
    if (S_ISDIR(node->mode))
        return -EPERM;
    return node->links ? model_add(&place, node) : -ENOENT;
}

static bool is_within(const struct model_node *node, const struct model_node *directory)
{
    while (node != directory && node->parent != node)
        node = node->parent;
    return node == directory;
}

int model_rename(struct model_node *root, const char *old, const char *new)
{
    struct model_place from, to;
    char name[8];
    int error = model_walk(root, old, &from);

    if (!error)
        strcpy(name, from.name);
    from.name = name;
    if (!error)
        error = model_walk(root, new, &to);
    if (error || !from.node)
        return error ? error : -ENOENT;
    if (S_ISDIR(from.node->mode) && is_within(to.parent, from.node))
        return -EINVAL;
    if (to.node && S_ISDIR(from.node->mode) != S_ISDIR(to.node->mode))
        return S_ISDIR(from.node->mode) ? -ENOTDIR : -EISDIR;
    if (from.node == to.node)
        return 0;
    if (to.node && S_ISDIR(to.node->mode) && model_count(to.node))
        return -ENOTEMPTY;
    if (to.node) {
        take_away(&to);
        model_settle(to.node);
    }
    take_away(&from);
    return model_add(&to, from.node);
}
