/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes and their ends: made, opened, closed, and the directory of names. */
#include "node.h"

#include <program/time.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

enum { ROOT_NUMBER = 1, NEW_NUMBER = 2, FIRST_NUMBER = 16 };

struct server_node pipe_root = {
    .number = ROOT_NUMBER, .mode = S_IFDIR | S_ISVTX | 0777, .links = 2, .references = 1};
static struct server_node new_pipe = {
    .number = NEW_NUMBER, .mode = S_IFIFO | 0666, .links = 1, .references = 1};

static uint64_t next_number = FIRST_NUMBER;
static uint32_t pipes;

struct pipe_node *pipe_create(uint32_t mode, const struct server_caller *owner)
{
    struct pipe_node *pipe = pipes < PIPES_MAX ? heap_zero(1, sizeof(*pipe)) : NULL;

    if (!pipe)
        return NULL;
    pipes++;
    pipe->node.number = next_number++;
    pipe->node.mode = mode;
    pipe->node.uid = owner->uid;
    pipe->node.gid = owner->gid;
    pipe->node.accessed = pipe->node.modified = pipe->node.changed = program_time();
    list_init(&pipe->link);
    pipe_begin(&pipe->pipe, &pipe->node);
    return pipe;
}

static void forget(struct server *server, struct server_node *node)
{
    (void)server;
    pipe_end(&pipe_node(node)->pipe);
    heap_free(node);
    pipes--;
}

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server, (void)parent;
    if (length == 3 && !memcmp(name, "new", 3)) {
        *node = &new_pipe;
        return 0;
    }
    return fifo_lookup(name, length, node);
}

static int entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    (void)server, (void)directory;
    const struct pipe_node *pipe = fifo_next(cookie);
    const char *text = cookie <= NEW_NUMBER ? "new" : pipe ? pipe->name : NULL;

    if (!text)
        return 0;
    entry->node = cookie <= NEW_NUMBER ? NEW_NUMBER : pipe->node.number;
    entry->next = entry->node + 1;
    entry->type = S_IFIFO >> 12;
    entry->name_length = cookie <= NEW_NUMBER ? 3 : pipe->length;
    memcpy(name, text, entry->name_length);
    return 1;
}

/* The open file is one of a fresh pipe instead of `new`: its reference moves there. */
static int open_new(struct server_file *file, const struct server_caller *caller)
{
    struct pipe_node *pipe;

    if (file->flags & UXRT_WRITE)
        return -EINVAL;
    pipe = pipe_create(S_IFIFO | 0600, caller);
    if (!pipe)
        return -ENFILE;
    file->node->references--;
    file->node = &pipe->node;
    pipe->node.references++;
    return 0;
}

static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    int error = 0;

    if (S_ISDIR(file->node->mode))
        return 0;
    if (file->node == &new_pipe)
        error = open_new(file, caller);
    else if (pipe_node(file->node)->length)
        error = pipe_meet(server, &pipe_node(file->node)->pipe, file, caller);
    if (!error)
        pipe_opened(&pipe_node(file->node)->pipe, file);
    return error;
}

static void close(struct server *server, struct server_file *file)
{
    if (!S_ISDIR(file->node->mode))
        pipe_close(server, file);
}

/* Of the directory there is nothing. */
static uint32_t ready(struct server_file *file)
{
    return S_ISDIR(file->node->mode) ? UXRT_READY_READ : pipe_ready(file);
}

static int64_t get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    return S_ISDIR(request->file->node->mode)
           ? -ENOTTY : pipe_get(request, attribute, argument, record, size);
}

static int64_t set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    return S_ISDIR(request->file->node->mode)
           ? -ENOTTY : pipe_set(request, attribute, argument, record, size);
}

const struct server_operations pipe_operations = {
    .lookup = lookup, .entry = entry, .create = fifo_create, .remove = fifo_remove,
    .open = open, .close = close, .give_up = pipe_give_up, .read = pipe_read, .write = pipe_write,
    .ready = ready, .get = get, .set = set, .forget = forget};
