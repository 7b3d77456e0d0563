/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of a script's files. What was found since the client's request came is right for
 * it; what is older is asked again.
 */
#include <program/time.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

#include "script.h"

/* The path of a name in a directory: its length, or -ENAMETOOLONG. */
static int64_t join(const struct node *parent, const char *name, size_t length,
    char path[PATH_MAX_BYTES])
{
    size_t used = parent->length;

    if (used + 1 + length > PATH_MAX_BYTES)
        return -ENAMETOOLONG;
    memcpy(path, parent->path, used);
    if (used)
        path[used++] = '/';
    memcpy(path + used, name, length);
    return (int64_t)(used + length);
}

/* Until the script has said what its root is, everything waits. */
static int begin(struct server *server)
{
    static const struct question wait = {.op = OP_WAIT, .path = ""};
    struct script *script = script_of(server);

    return script->known ? 0 : (int)ask(script, NULL, &wait);
}

static bool is_absent(const struct script *script, const char *path, size_t length)
{
    const struct ask *ask = script->current;

    return ask && ask->absent && ask->absent_length == length
           && !memcmp(ask->absent, path, length);
}

/* The script has no such file: so it is for the whole request. */
static void note_absent(struct script *script)
{
    struct ask *ask = script->current;
    struct node *node = node_find(script, ask->question.path, ask->question.length);

    if (node)
        node_lose(script, node);
    heap_free(ask->absent);
    ask->absent = (char *)ask->question.path;
    ask->absent_length = ask->question.length;
    ask->question.path = NULL;
    ask->question.length = 0;
}

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **found)
{
    struct script *script = script_of(server);
    char path[PATH_MAX_BYTES];
    int64_t bytes = join(node_of(parent), name, length, path), result;
    struct node *node = bytes < 0 ? NULL : node_find(script, path, (size_t)bytes);
    const struct question stat = {.op = OP_STAT, .path = path, .length = (size_t)bytes};

    if (bytes < 0)
        return (int)bytes;
    if (is_absent(script, path, (size_t)bytes))
        return -ENOENT;
    if (node && node->found >= script->began) {
        *found = &node->node;
        return 0;
    }
    result = ask(script, NULL, &stat);
    if (result == -ENOENT && script->current)
        note_absent(script);
    if (result)
        return (int)result;
    node = node_get(script, path, (size_t)bytes, script->current);
    if (!node)
        return -ENOMEM;
    *found = &node->node;
    return 0;
}

static int create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **made)
{
    struct script *script = script_of(server);
    char path[PATH_MAX_BYTES];
    int64_t bytes = join(node_of(parent), name, length, path), result;
    const struct question new = {.op = OP_NEW, .path = path, .length = (size_t)bytes,
        .mode = mode};
    struct ask stat = {.mode = mode & (S_IFMT | 0777), .has_size = true};
    struct node *node;

    (void)caller;
    if (bytes < 0)
        return (int)bytes;
    if (!S_ISREG(mode) && !S_ISDIR(mode))
        return -EPERM;
    result = ask(script, NULL, &new);
    if (result)
        return (int)result;
    node = node_get(script, path, (size_t)bytes, &stat);
    if (!node)
        return -ENOMEM;
    node->node.modified = node->node.changed = program_time();
    node->sized = script_clock;
    *made = &node->node;
    return 0;
}

static int remove(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node *node)
{
    struct script *script = script_of(server);
    const struct node *gone = node_of(node);
    const struct question del = {.op = OP_DEL, .path = gone->path,
        .length = gone->length};
    int64_t result = ask(script, NULL, &del);

    (void)parent, (void)name, (void)length;
    if (!result)
        node_lose(script, node_of(node));
    return (int)result;
}

static int rename(struct server *server, struct server_node *from, const char *old,
    size_t old_length, struct server_node *to, const char *new, size_t new_length,
    struct server_node *node, struct server_node *replaced)
{
    struct script *script = script_of(server);
    const struct node *moved = node_of(node);
    char path[PATH_MAX_BYTES];
    int64_t bytes = join(node_of(to), new, new_length, path), result;
    const struct question move = {.op = OP_MOVE, .path = moved->path,
        .length = moved->length, .other = path, .other_length = (size_t)bytes};

    (void)from, (void)old, (void)old_length;
    if (bytes < 0)
        return (int)bytes;
    if (!(script->features & CAN_MOVE))
        return -EXDEV;
    result = ask(script, NULL, &move);
    if (result)
        return (int)result;
    if (replaced)
        node_lose(script, node_of(replaced));
    node_move(script, node_of(node), path, (size_t)bytes);
    return 0;
}

/* Directories that are bound to other places are found while they are known. */
static struct server_node *root(struct server *server, uint64_t number)
{
    struct script *script = script_of(server);

    for (struct list *link = script->nodes.next; link != &script->nodes;
        link = link->next) {
        struct node *node = list_entry(link, struct node, link);

        if (node->node.number == number && !node->gone)
            return &node->node;
    }
    return NULL;
}

static struct server_node *parent(struct server *server, struct server_node *directory)
{
    struct script *script = script_of(server);
    const struct node *node = node_of(directory);
    const struct ask stat = {.mode = S_IFDIR | 0755};
    size_t length = node->length;
    struct node *above;

    while (length && node->path[length - 1] != '/')
        length--;
    length -= length > 0;
    above = node_find(script, node->path, length);
    if (!above) {
        above = node_get(script, node->path, length, &stat);
        if (above)
            above->found = 0;       /* not really */
    }
    return above ? &above->node : NULL;
}

static size_t name_of(struct server *server, struct server_node *directory, char name[256])
{
    const struct node *node = node_of(directory);
    size_t start = node->length;

    (void)server;
    while (start && node->path[start - 1] != '/')
        start--;
    memcpy(name, node->path + start, node->length - start);
    return node->gone ? 0 : node->length - start;
}

const struct server_operations tree_operations = {
    .begin = begin, .lookup = lookup, .create = create, .remove = remove,
    .rename = rename, .entry = list_entry_of, .root = root, .parent = parent, .name = name_of,
    .open = data_open, .close = data_close, .read = data_read, .write = data_write,
    .ready = data_ready, .resize = data_resize, .stat = data_stat, .stay = ask_stays};
