/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes: what is known of a script's files, by path. Those that nobody has open are kept
 * for a while, as clients come back with numbers that must be the same. Nodes are freed
 * between requests only.
 */
#include <program/time.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

#include "script.h"

enum { ROOT_NUMBER = 1 };

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
uint64_t node_number(const char *path, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)path[i]) * UINT64_C(0x100000001b3);
    return hash > ROOT_NUMBER ? hash : ROOT_NUMBER + 1;
}

static void set_times(struct server_node *node, int64_t time)
{
    node->accessed = node->modified = node->changed = time;
}

void node_begin(struct script *script, uint32_t uid, uint32_t gid)
{
    struct server_node *root = &script->root.node;

    root->number = ROOT_NUMBER;
    root->mode = S_IFDIR | 0755;
    root->links = 2;
    root->uid = uid;
    root->gid = gid;
    set_times(root, program_time());
    script->root.path = script->name + strlen(script->name);    /* empty */
}

struct node *node_find(const struct script *script, const char *path, size_t length)
{
    uint64_t number = node_number(path, length);

    if (!length)
        return (struct node *)&script->root;
    for (struct list *link = script->nodes.previous; link != &script->nodes;
        link = link->previous) {
        struct node *node = list_entry(link, struct node, link);

        if (node->node.number == number && node->length == length && !node->gone
            && !memcmp(node->path, path, length))
            return node;
    }
    return NULL;
}

static char *copy(const char *path, size_t length)
{
    char *own = heap_alloc(length + 1);

    if (own)
        memcpy(own, path, length);
    return own;
}

static struct node *create(struct script *script, const char *path, size_t length)
{
    struct node *node = heap_zero(1, sizeof(*node));

    if (!node)
        return NULL;
    node->path = copy(path, length);
    if (!node->path) {
        heap_free(node);
        return NULL;
    }
    node->length = length;
    node->node.number = node_number(path, length);
    node->node.uid = script->root.node.uid;
    node->node.gid = script->root.node.gid;
    set_times(&node->node, script->root.node.changed);
    list_append(&script->nodes, &node->link);
    return node;
}

static void learn(struct node *node, const struct ask *stat)
{
    node->node.mode = stat->mode;
    node->node.links = S_ISDIR(stat->mode) ? 2 : 1;
    node->found = script_clock;
    if (stat->has_size) {
        node->node.size = stat->size;
        node->sized = UINT64_MAX;
    } else if (node->sized == UINT64_MAX) {
        node->sized = 0;
    }
    if (S_ISCHR(stat->mode) && stat->has_ready) {
        node->live = true;
        node->ready = stat->ready;
    }
    if (stat->has_time)
        set_times(&node->node, stat->time);
}

struct node *node_get(struct script *script, const char *path, size_t length,
    const struct ask *stat)
{
    struct node *node = node_find(script, path, length);

    if (node && length && (node->node.mode ^ stat->mode) & S_IFMT) {
        node_lose(script, node);
        node = NULL;
    }
    if (!node)
        node = create(script, path, length);
    if (!node)
        return NULL;
    learn(node, stat);
    if (length) {
        list_remove(&node->link);
        list_append(&script->nodes, &node->link);
    }
    return node;
}

void node_lose(struct script *script, struct node *node)
{
    if (node == &script->root)
        return;
    node->gone = true;
    node->flush = false;
    node->node.links = 0;
}

static bool below(const struct node *node, const char *path, size_t length)
{
    return node->length > length && node->path[length] == '/'
           && !memcmp(node->path, path, length);
}

/* Another path for a node; without memory for it, the node is lost. */
static void set_path(struct script *script, struct node *node, size_t cut,
    const char *path, size_t length)
{
    size_t rest = node->length - cut;
    char *own = heap_alloc(length + rest + 1);

    if (!own) {
        node_lose(script, node);
        return;
    }
    memcpy(own, path, length);
    memcpy(own + length, node->path + cut, rest);
    heap_free(node->path);
    node->path = own;
    node->length = length + rest;
    node->node.number = node_number(own, node->length);
}

void node_move(struct script *script, struct node *node, const char *path, size_t length)
{
    size_t cut = node->length;
    char *old = copy(node->path, cut);

    for (struct list *link = script->nodes.next; link != &script->nodes;
        link = link->next) {
        struct node *other = list_entry(link, struct node, link);

        if (!old && (other == node || below(other, node->path, cut)))
            node_lose(script, other);
        else if (old && !other->gone && (other == node || below(other, old, cut)))
            set_path(script, other, cut, path, length);
    }
    heap_free(old);
}

static void destroy(struct node *node)
{
    list_remove(&node->link);
    bytes_free(&node->list);
    heap_free(node->path);
    heap_free(node);
}

void nodes_trim(struct script *script, bool all)
{
    unsigned unused = 0;
    struct list *previous;

    for (struct list *link = script->nodes.previous; link != &script->nodes;
        link = previous) {
        struct node *node = list_entry(link, struct node, link);
        bool used = node->node.references || node->writer || node->flush;

        previous = link->previous;
        if (!node->node.references)
            bytes_free(&node->list);
        if (all || (!used && (node->gone || ++unused > NODES_KEPT)))
            destroy(node);
    }
    if (all || !script->root.node.references)
        bytes_free(&script->root.list);
}
