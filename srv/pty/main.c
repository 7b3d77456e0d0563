/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pty: serves /srv/pty, a directory with `ptmx` and a slave for each pty that there is.
 * Each open of ptmx makes a new one. Manual: pty(4).
 */
#include "pty.h"

#include <program/heap.h>
#include <program/time.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/mode.h>
#include <util/print.h>
#include <util/string.h>

static struct server_node root = {
    .number = 1, .mode = S_IFDIR | 0755, .links = 2, .references = 1};
static struct server_node ptmx = {
    .number = PTMX_NUMBER, .mode = S_IFCHR | 0666, .links = 1, .references = 1,
    .device = MASTER_MAJOR << 8 | PTMX_MINOR};
static struct pty *ptys[PTYS_MAX];

/* Numbers of masters are odd (and the root's, which is a directory). */
static bool is_master(const struct server_node *node)
{
    return (node->number & 1) != 0;
}

/* Names are numbers without leading zeros. */
static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    unsigned index = 0;

    (void)server, (void)parent;
    if (length == 4 && !memcmp(name, "ptmx", 4)) {
        *node = &ptmx;
        return 0;
    }
    if (length > 3 || (length > 1 && name[0] == '0'))
        return -ENOENT;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -ENOENT;
        index = index * 10 + (unsigned)(name[i] - '0');
    }
    if (index >= PTYS_MAX || !ptys[index])
        return -ENOENT;
    *node = &ptys[index]->tty.node;
    return 0;
}

/* Cookies: 0 is ptmx, others are indices + 1. */
static int entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    uint64_t index = cookie ? cookie - 1 : 0;

    (void)server, (void)directory;
    while (cookie && index < PTYS_MAX && !ptys[index])
        index++;
    if (index >= PTYS_MAX)
        return 0;
    entry->node = cookie ? ptys[index]->tty.node.number : PTMX_NUMBER;
    entry->next = cookie ? index + 2 : 1;
    entry->type = S_IFCHR >> 12;
    entry->name_length = (uint8_t)(cookie ? print(name, 256, "%u", (unsigned)index)
                                          : print(name, 256, "ptmx"));
    return 1;
}

static struct pty *create(const struct server_caller *owner)
{
    static uint64_t next_number = SLAVE_FIRST;  /* even; a master's is the next one */
    unsigned index = 0;
    struct pty *pty;

    while (index < PTYS_MAX && ptys[index])
        index++;
    pty = index < PTYS_MAX ? heap_zero(1, sizeof(*pty)) : NULL;
    if (!pty)
        return NULL;
    ptys[index] = pty;
    pty->index = index;
    pty->locked = true;
    print(pty->name, sizeof(pty->name), "/dev/pts/%u", index);
    pty->tty.node = (struct server_node){
        .number = next_number, .mode = S_IFCHR | 0620, .links = 1, .uid = owner->uid,
        .gid = TTY_GROUP, .device = SLAVE_MAJOR << 8 | index,
    };
    pty->tty.node.accessed = pty->tty.node.modified = pty->tty.node.changed =
        program_time();
    pty->master = ptmx;
    pty->master.number = next_number + 1;
    pty->master.links = pty->master.references = 0;
    pty->master.waiting = NULL;
    next_number += 2;
    master_begin(pty);
    return pty;
}

/* Both nodes are in one piece of memory. */
static void forget(struct server *server, struct server_node *node)
{
    struct pty *pty = is_master(node) ? (struct pty *)((char *)node
                          - offsetof(struct pty, master)) : (struct pty *)node;

    (void)server;
    if (pty->closed && !pty->master.references && !pty->tty.node.references)
        heap_free(pty);
}

/* The open file is the master of a new pty instead of ptmx, or of another master, as on
 * Linux: its reference moves there. */
static int open_master(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    struct pty *pty = create(caller);

    if (!pty)
        return -ENOSPC;
    pty->tty.server = server;
    file->node->references--;
    file->node = &pty->master;
    pty->master.references++;
    return 0;
}

static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    struct pty *pty = (struct pty *)file->node;

    if (S_ISDIR(file->node->mode))
        return 0;
    if (file->node == &ptmx || is_master(file->node))
        return open_master(server, file, caller);
    if (pty->locked || pty->closed)
        return -EIO;
    pty->slaves++;
    pty->left = false;
    tty_open(server, file, caller);
    return 0;
}

/* With the last one, the master learns that nobody is at the other end. */
static void close_slave(struct server *server, struct server_file *file)
{
    struct pty *pty = (struct pty *)file->node;

    if (tty_is_hung_up(file) || --pty->slaves > 0)
        return;
    pty->left = true;
    server_changed(server, &pty->master, UXRT_READY_READ | UXRT_READY_HANGUP);
}

static void close(struct server *server, struct server_file *file)
{
    if (S_ISDIR(file->node->mode))
        return;
    if (is_master(file->node)) {
        struct pty *pty = pty_of_master(file);

        ptys[pty->index] = NULL;
        master_close(pty);
    } else {
        close_slave(server, file);
    }
}

static int64_t read(struct server_request *request)
{
    return is_master(request->file->node) ? master_read(request) : tty_read(request);
}

static int64_t write(struct server_request *request)
{
    return is_master(request->file->node) ? master_write(request)
                                              : tty_write(request);
}

static uint32_t ready(struct server_file *file)
{
    return S_ISDIR(file->node->mode) ? UXRT_READY_READ
        : is_master(file->node) ? master_ready(file) : tty_ready(file);
}

static int64_t get(struct server_request *request, unsigned attribute, uint64_t argument,
    void *record, size_t size)
{
    struct server_file *file = request->file;

    return S_ISDIR(file->node->mode) ? -ENOTTY
        : is_master(file->node)
        ? master_get(request, attribute, argument, record, size)
        : tty_get(tty_of(file), request, false, attribute, argument, record, size);
}

static int64_t set(struct server_request *request, unsigned attribute, uint64_t argument,
    const void *record, size_t size)
{
    struct server_file *file = request->file;

    return S_ISDIR(file->node->mode) ? -ENOTTY
        : is_master(file->node)
        ? master_set(request, attribute, argument, record, size)
        : tty_set(tty_of(file), request, false, attribute, argument, record, size);
}

static const struct server_operations operations = {
    .lookup = lookup, .entry = entry, .open = open, .close = close, .read = read,
    .write = write, .ready = ready, .get = get, .set = set, .forget = forget,
    .alarm = tty_alarm};

int main(void)
{
    program_heap();
    root.accessed = root.modified = root.changed = program_time();
    ptmx.accessed = ptmx.modified = ptmx.changed = root.accessed;
    server_run("pty", &operations, &root);
    return 1;
}
