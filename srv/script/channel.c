/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree .serve: a file for each script. Who opens it for reading and writing begins the
 * service; its end is the last close, or that of all who opened it or have read from it
 * none has it open any more: their children may have it much longer.
 */
#include <program/time.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/string.h>

#include "script.h"

enum { CHUNK = 4096 };

struct list scripts = {&scripts, &scripts};     /* by number */
struct server_node channel_root = {
    .number = 1, .mode = S_IFDIR | S_ISVTX | 0777, .links = 2, .references = 1};

static struct server *control;
static int service;
static uint64_t last_number = 1;
static char chunk[CHUNK];

void channel_begin(struct server *server, int descriptor)
{
    control = server;
    service = descriptor;
}

static struct script *channel_of(struct server_node *node)
{
    return (struct script *)node;
}

struct script *script_of(const struct server *server)
{
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        struct script *script = list_entry(link, struct script, link);

        if (script->server == server)
            return script;
    }
    return NULL;
}

struct script *script_numbered(uint32_t number)
{
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        struct script *script = list_entry(link, struct script, link);

        if (script->server && server_number(script->server) == number)
            return script;
    }
    return NULL;
}

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server, (void)parent;
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        struct script *script = list_entry(link, struct script, link);

        if (script->channel.links && strlen(script->name) == length
            && !memcmp(script->name, name, length)) {
            *node = &script->channel;
            return 0;
        }
    }
    return -ENOENT;
}

static int entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    (void)server, (void)directory;
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        const struct script *script = list_entry(link, struct script, link);

        if (script->channel.number < cookie || !script->channel.links)
            continue;
        entry->node = script->channel.number;
        entry->next = entry->node + 1;
        entry->type = S_IFCHR >> 12;
        entry->name_length = (uint8_t)strlen(script->name);
        memcpy(name, script->name, entry->name_length);
        return 1;
    }
    return 0;
}

static bool too_many(uint32_t uid)
{
    unsigned all = 0, own = 0;

    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        all++;
        own += list_entry(link, struct script, link)->channel.uid == uid;
    }
    return all >= SCRIPTS_MAX || (uid && own >= SCRIPTS_OF_USER);
}

static int create(struct server *server, const struct server_caller *caller,
    struct server_node *parent, const char *name, size_t length, uint32_t mode,
    struct server_node **node)
{
    (void)server, (void)parent;
    struct script *script;

    if (!S_ISREG(mode))
        return -EPERM;
    if (length >= NAME_MAX_BYTES)
        return -ENAMETOOLONG;
    script = too_many(caller->uid) ? NULL : heap_zero(1, sizeof(*script));
    if (!script)
        return -ENFILE;
    script->channel.number = ++last_number;
    script->channel.mode = S_IFCHR | 0600;
    script->channel.uid = caller->uid;
    script->channel.gid = caller->gid;
    script->channel.links = 1;
    script->channel.accessed = script->channel.modified = script->channel.changed
        = program_time();
    memcpy(script->name, name, length);
    list_init(&script->asks);
    list_init(&script->nodes);
    list_append(&scripts, &script->link);
    *node = &script->channel;
    return 0;
}

static void forget(struct server *server, struct server_node *node)
{
    struct script *script = channel_of(node);

    (void)server;
    list_remove(&script->link);
    heap_free(script);
}

/* Begins the service of the script that has opened its channel. */
static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    struct script *script = channel_of(file->node);
    int error = -EINVAL;

    (void)server;
    if (S_ISDIR(file->node->mode))
        return 0;
    if (script->server)
        return -EBUSY;
    if (file->flags & UXRT_READ && file->flags & UXRT_WRITE) {
        node_begin(script, caller->uid, caller->gid);
        script->opener = caller->badge;
        script->server = server_create_name(&tree_operations, &script->root.node, service,
            script->name, &error);
    }
    if (!script->server) {
        script->channel.links = 0;      /* so that it is forgotten */
        return error;
    }
    ask_root(script);
    return 0;
}

static void close(struct server *server, struct server_file *file)
{
    (void)server;
    if (!S_ISDIR(file->node->mode))
        channel_of(file->node)->dead = true;
}

/* Remembers who reads, in place of one that has ended, or of the last. */
static void note_reader(struct script *script, uint64_t badge)
{
    unsigned place = READERS_MAX - 1;

    for (unsigned i = READERS_MAX; i-- > 0;) {
        if (script->readers[i] == badge)
            return;
        if (!script->readers[i] || !uxrt_identity(script->readers[i]))
            place = i;
    }
    script->readers[place] = badge;
}

static int64_t read(struct server_request *request)
{
    struct script *script = channel_of(request->file->node);
    size_t left = script->output.used - script->taken;
    int64_t put;

    if (request->count == 0)
        return 0;
    if (script->dead) {
        request->end = true;
        return 0;
    }
    note_reader(script, request->request.badge);
    if (left == 0)
        return -EAGAIN;
    put = server_put(request, 0, script->output.data + script->taken,
        left < request->count ? left : request->count);
    if (put > 0)
        script->taken += (size_t)put;
    if (script->taken == script->output.used) {
        script->taken = script->output.used = 0;
        if (script->output.room > CHUNK)
            bytes_free(&script->output);
    }
    return put;
}

static int64_t write(struct server_request *request)
{
    struct script *script = channel_of(request->file->node);
    uint64_t done = 0;

    while (done < request->count) {
        uint64_t part = request->count - done;
        int64_t got = script->dead ? -EPIPE
            : server_get(request, done, chunk, part < CHUNK ? part : CHUNK);

        if (got <= 0)
            return done ? (int64_t)done : got;
        answer_take(script, chunk, (size_t)got);
        done += (uint64_t)got;
    }
    return (int64_t)done;
}

static uint32_t ready(struct server_file *file)
{
    const struct script *script = channel_of(file->node);

    return UXRT_READY_WRITE
           | (script->dead || script->output.used > script->taken ? UXRT_READY_READ : 0);
}

const struct server_operations channel_operations = {
    .lookup = lookup, .entry = entry, .create = create, .forget = forget,
    .open = open, .close = close, .read = read, .write = write, .ready = ready};

/* Has one of the processes that matter the channel open? */
static bool is_held(const struct script *script)
{
    bool held = server_has_open(control, script->opener, &script->channel);

    for (unsigned i = 0; i < READERS_MAX && !held; i++)
        held = script->readers[i]
               && server_has_open(control, script->readers[i], &script->channel);
    return held;
}

void scripts_look(void)
{
    for (struct list *link = scripts.next; link != &scripts; link = link->next) {
        struct script *script = list_entry(link, struct script, link);

        if (script->server && script->readers[0] && !is_held(script))
            script->dead = true;
    }
    asks_settle();
}

void channel_changed(struct script *script)
{
    server_changed(control, &script->channel, UXRT_READY_READ);
}

void script_end(struct script *script)
{
    struct server *server = script->server;

    server_destroy(server);
    script->server = NULL;
    while (!list_empty(&script->asks))
        ask_free(script, list_entry(script->asks.next, struct ask, link));
    nodes_trim(script, true);
    bytes_free(&script->output);
    bytes_free(&script->input.line);
    script->taken = 0;
    server_changed(control, &script->channel, UXRT_READY_READ | UXRT_READY_HANGUP);
    script->channel.links = 0;
    server_unlinked(control, &script->channel);
}
