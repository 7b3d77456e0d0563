/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contents. A script gives and takes whole files unless it can do parts: a read has its
 * part of what `get` said when the client began at 0; a write gets the contents, changes
 * its part and puts them, with the file to itself meanwhile. A file of type `c` is not
 * changed but told what is written.
 */
#include <program/time.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

#include "script.h"

int data_open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    const struct node *node = node_of(file->node);
    struct open_data *open = heap_zero(1, sizeof(*open));

    (void)caller;
    file->data = open;
    script_of(server)->opening = file;
    if (open)
        open->seen = node->version - node->ready;
    return open ? 0 : -ENOMEM;
}

void data_close(struct server *server, struct server_file *file)
{
    struct open_data *open = file->data;
    struct node *node = node_of(file->node);

    (void)server;
    if (open->empty && !node->gone)
        node->flush = true;
    heap_free(open->data);
    heap_free(open);
}

static struct question about(const struct node *node, enum op op)
{
    return (struct question){.op = op, .path = node->path, .length = node->length};
}

/* Contents that the script has told go to the open file. */
static void take_contents(struct open_data *open, struct node *node, struct ask *ask)
{
    heap_free(open->data);
    open->data = ask->question.data ? ask->question.data : heap_alloc(1);
    open->size = ask->question.size;
    open->fresh = true;
    ask->question.data = NULL;
    if (S_ISREG(node->node.mode)) {
        node->node.size = open->size;
        node->sized = script_clock;
    }
}

/* Gives bytes from an offset on. */
static int64_t give(struct server_request *request, const char *data, size_t size,
    uint64_t from)
{
    size_t left = from < size ? size - (size_t)from : 0;
    size_t count = left < request->count ? left : request->count;

    request->end = count == left;
    return count ? server_put(request, 0, data + from, count) : 0;
}

static int64_t read_whole(struct script *script, struct server_request *request)
{
    struct open_data *open = request->file->data;
    struct node *node = node_of(request->file->node);
    struct question get = about(node, OP_GET);
    int64_t result;

    if (open->empty) {
        request->end = true;
        return 0;
    }
    if (!open->data || (request->offset == 0 && !open->fresh)) {
        result = ask(script, request, &get);
        if (result)
            return result;
        take_contents(open, node, script->current);
        if (!open->data)
            return -ENOMEM;
    }
    result = give(request, open->data, open->size, request->offset);
    if (result >= 0)
        open->fresh = false;
    return result;
}

/* Is this offset in what the script has said last? */
static bool has_rest(const struct open_data *open, uint64_t offset)
{
    return open->data && offset - open->base < open->size;
}

/* Asks about a live file, if it is ready: -EAGAIN makes who reads wait. Whoever is
 * interrupted meanwhile has seen nothing. */
static int64_t ask_live(struct script *script, struct server_request *request,
    struct question *question)
{
    struct open_data *open = request->file->data;
    struct node *node = node_of(request->file->node);
    const struct ask *answer = script->current;
    int64_t result;

    question->version = node->version;
    if (!answer && open->seen == node->version)
        return -EAGAIN;
    result = ask(script, request, question);
    if (answer && (result == -EAGAIN || question->op == OP_GET))
        open->seen = answer->question.version;
    if (result == -EAGAIN && open->seen == node->version)
        node->ready = false;
    return result;
}

/* What the script says is behind what it said before. */
static int64_t read_live(struct script *script, struct server_request *request)
{
    struct open_data *open = request->file->data;
    struct question get = about(node_of(request->file->node), OP_GET);
    int64_t result = has_rest(open, request->offset) ? 0 : ask_live(script, request, &get);

    if (result)
        return result;
    if (!has_rest(open, request->offset)) {
        take_contents(open, node_of(request->file->node), script->current);
        open->base = request->offset;
    }
    return open->data ? give(request, open->data, open->size, request->offset - open->base)
                      : -ENOMEM;
}

static int64_t read_part(struct script *script, struct server_request *request)
{
    struct node *node = node_of(request->file->node);
    struct question read = about(node, OP_READ);
    int64_t result;

    read.offset = request->offset;
    read.count = request->count < TEXT_DATA ? request->count : TEXT_DATA;
    result = node->live ? ask_live(script, request, &read) : ask(script, request, &read);
    if (result)
        return result;
    if (script->current->question.size > request->count)
        return -EIO;
    result = give(request, script->current->question.data, script->current->question.size,
        0);
    request->end = result == 0;
    return result;
}

int64_t data_read(struct server_request *request)
{
    struct script *script = script_of(request->server);

    if (request->count == 0)
        return 0;
    if (script->features & CAN_READ)
        return read_part(script, request);
    return node_of(request->file->node)->live ? read_live(script, request)
                                              : read_whole(script, request);
}

uint32_t data_ready(struct server_file *file)
{
    const struct open_data *open = file->data;
    const struct node *node = node_of(file->node);
    bool waits = node->live && open->seen == node->version
                 && !has_rest(open, (uint64_t)file->position);

    return UXRT_READY_WRITE | (waits ? 0 : UXRT_READY_READ);
}

void data_changed(struct script *script, const char *path, size_t length)
{
    struct node *node = node_find(script, path, length);

    if (!node || !node->live)
        return;
    node->version++;
    node->ready = true;
    server_changed(script->server, &node->node, UXRT_READY_READ);
}

/* The contents with the client's bytes in them, as a question. `base` is null: there are
 * none before. */
static int64_t splice(struct server_request *request, const struct question *base,
    struct question *put)
{
    size_t before = base ? base->size : 0, size;
    uint64_t at = request->append ? before : request->offset;
    size_t count = request->count;
    int64_t got;

    if (at >= TEXT_DATA)
        return -EFBIG;
    count = count < TEXT_DATA - at ? count : (size_t)(TEXT_DATA - at);
    size = before > at + count ? before : (size_t)at + count;
    put->data = heap_zero(1, size);
    if (!put->data)
        return -ENOMEM;
    if (before)
        memcpy(put->data, base->data, before);
    got = server_get(request, 0, put->data + at, count);
    if (got <= 0) {
        heap_free(put->data);
        return got < 0 ? got : -EFAULT;
    }
    put->size = before > at + (uint64_t)got ? before : (size_t)at + (size_t)got;
    put->offset = at;
    put->count = (uint32_t)got;
    return 0;
}

/* The script has answered a put: the write is done. */
static int64_t put_done(struct server_request *request, const struct ask *put)
{
    struct open_data *open = request->file->data;
    struct node *node = node_of(request->file->node);

    if (put->error)
        return -put->error;
    if (S_ISREG(node->node.mode)) {
        node->node.size = put->question.size;
        node->sized = script_clock;
        if (request->append)
            request->offset = put->question.offset;
    } else {
        request->offset = -(uint64_t)put->question.count;   /* the position becomes 0 */
        open->size = node->live ? 0 : open->size;
    }
    node->node.modified = node->node.changed = program_time();
    open->empty = false;
    open->fresh = false;
    return put->question.count;
}

/* Asks for what changes contents: the node is this ask's until it ends. */
static int64_t ask_locked(struct script *script, const struct server_request *request,
    struct node *node, const struct question *question)
{
    int64_t result = ask(script, request, question);

    if (result == SERVER_PARKED && !node->writer)
        ask_lock(script, node);
    return result;
}

static bool is_locked(const struct script *script, const struct node *node)
{
    return node->flush || (node->writer && node->writer != script->current);
}

static int64_t write_whole(struct script *script, struct server_request *request)
{
    const struct open_data *open = request->file->data;
    struct node *node = node_of(request->file->node);
    struct question get = about(node, OP_GET), put = about(node, OP_PUT);
    struct question wait = about(node, OP_WAIT);
    const struct ask *answer = ask_answer(script, OP_PUT, node->path, node->length);
    bool whole = open->empty || !S_ISREG(node->node.mode);
    int64_t result = 0;

    if (answer)
        return put_done(request, answer);
    if (is_locked(script, node))
        return ask(script, request, &wait);
    if (!S_ISREG(node->node.mode))
        request->offset = 0;
    if (!whole)
        result = ask_locked(script, request, node, &get);
    if (!result)
        result = splice(request, whole ? NULL : &script->current->question, &put);
    return result ? result : ask_locked(script, request, node, &put);
}

static int64_t write_part(struct script *script, struct server_request *request)
{
    struct node *node = node_of(request->file->node);
    struct question write = about(node, OP_WRITE);
    const struct ask *answer = ask_answer(script, OP_WRITE, node->path, node->length);
    size_t count = request->count < TEXT_DATA ? request->count : TEXT_DATA;
    int64_t got;

    if (answer && !answer->error)
        node->node.modified = node->node.changed = program_time();
    if (answer)
        return answer->error ? -answer->error : (int64_t)answer->question.count;
    write.data = heap_alloc(count);
    if (!write.data)
        return -ENOMEM;
    got = server_get(request, 0, write.data, count);
    if (got <= 0) {
        heap_free(write.data);
        return got < 0 ? got : -EFAULT;
    }
    write.size = (size_t)got;
    write.count = (uint32_t)got;
    write.offset = request->append ? UINT64_MAX : request->offset;
    return ask(script, request, &write);
}

int64_t data_write(struct server_request *request)
{
    struct script *script = script_of(request->server);

    if (request->count == 0)
        return 0;
    return script->features & CAN_WRITE ? write_part(script, request)
                                        : write_whole(script, request);
}

/* The contents that were got, cut or with zeros at their end. */
static int64_t cut(const struct question *base, uint64_t size, struct question *put)
{
    size_t kept = base->size < size ? base->size : (size_t)size;

    put->data = heap_zero(1, (size_t)size + 1);
    if (!put->data)
        return -ENOMEM;
    if (kept)
        memcpy(put->data, base->data, kept);
    put->size = (size_t)size;
    return 0;
}

static int64_t resize_whole(struct script *script, struct node *node, uint64_t size)
{
    struct question get = about(node, OP_GET), put = about(node, OP_PUT);
    struct question wait = about(node, OP_WAIT);
    const struct ask *answer = ask_answer(script, OP_PUT, node->path, node->length);
    int64_t result;

    if (answer)
        return -answer->error;
    if (size > TEXT_DATA)
        return -EFBIG;
    if (is_locked(script, node))
        return ask(script, NULL, &wait);
    result = ask_locked(script, NULL, node, &get);
    if (!result)
        result = cut(&script->current->question, size, &put);
    return result ? result : ask_locked(script, NULL, node, &put);
}

/* A file that is opened to be emptied is so with the first write, or when it is closed:
 * a script is not told of two changes where a shell means one. */
int data_resize(struct server *server, struct server_node *node, uint64_t size)
{
    struct script *script = script_of(server);
    struct server_file *file = script->opening;
    struct question question = about(node_of(node), OP_TRUNC);
    int64_t result = 0;

    question.offset = size;
    if (script->features & CAN_TRUNC)
        result = ask(script, NULL, &question);
    else if (file && file->node == node && !(script->features & CAN_WRITE))
        ((struct open_data *)file->data)->empty = true;
    else
        result = resize_whole(script, node_of(node), size);
    if (!result) {
        node->size = size;
        node_of(node)->sized = script_clock;
        node->modified = node->changed = program_time();
    }
    return (int)result;
}

/* The size of a file, if the script has not told it: that of its contents. */
int data_stat(struct server *server, struct server_node *node, struct uxrt_stat *stat)
{
    struct script *script = script_of(server);
    struct question get = about(node_of(node), OP_GET);
    int64_t result = 0;

    if (S_ISREG(node->mode) && node_of(node)->sized < script->began && !node_of(node)->gone
        && !node_of(node)->flush && !(script->features & CAN_READ)) {
        result = ask(script, NULL, &get);
        if (!result) {
            node->size = script->current->question.size;
            node_of(node)->sized = script_clock;
        }
    }
    stat->size = node->size;
    stat->blocks = (node->size + 511) / 512;
    return (int)result;
}
