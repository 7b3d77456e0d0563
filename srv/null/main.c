/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * null: serves /srv/null, a directory of devices that have no hardware: null, zero, full,
 * random and urandom; of names where terminals are mounted, and links to them. Manual:
 * null(4).
 */
#include <program/heap.h>
#include <program/time.h>
#include <server/server.h>
#include <util/errno.h>
#include <util/mode.h>
#include <util/string.h>

#include "random.h"

struct device {
    struct server_node node;    /* first: the library's */
    const char *name;
    const char *target;         /* of a link */
    int64_t (*read)(struct server_request *request);
    int64_t (*write)(struct server_request *request);
};

static char page[4096];         /* zero, or the random bytes on their way */

static int64_t read_end(struct server_request *request)
{
    request->end = true;
    return 0;
}

/* Fills the client's memory part by part with what `make` puts into the page. */
static int64_t read_pages(struct server_request *request, void (*make)(void *, size_t))
{
    uint64_t done = 0;

    while (done < request->count) {
        uint64_t part = request->count - done;

        part = part < sizeof(page) ? part : sizeof(page);
        make(page, part);

        int64_t put = server_put(request, done, page, part);

        if (put <= 0)
            return done ? (int64_t)done : put;
        done += (uint64_t)put;
    }
    return (int64_t)done;
}

static void make_zero(void *data, size_t count)
{
    memset(data, 0, count);
}

static int64_t read_zero(struct server_request *request)
{
    return read_pages(request, make_zero);
}

static int64_t read_random(struct server_request *request)
{
    return read_pages(request, random_bytes);
}

static int64_t write_nothing(struct server_request *request)
{
    return request->count;
}

static int64_t write_full(struct server_request *request)
{
    return request->count ? -ENOSPC : 0;
}

static int64_t write_random(struct server_request *request)
{
    size_t count = request->count < sizeof(page) ? request->count : sizeof(page);
    int64_t got = server_get(request, 0, page, count);

    if (got > 0)
        random_stir(page, (size_t)got);
    return got;
}

/* Numbers as on Linux: memory devices have major number 1. */
#define DEVICE(number_, name_, minor, read_, write_) { \
    .node = {.number = number_, .mode = S_IFCHR | 0666, .links = 1, .references = 1, \
             .device = 1 << 8 | minor}, \
    .name = name_, .read = read_, .write = write_ }

/* A name for something to be mounted on, so that it is listed. */
#define PLACE(number_, name_, mode_) { \
    .node = {.number = number_, .mode = mode_, .links = 1, .references = 1}, \
    .name = name_ }

#define LINK(number_, name_, target_) { \
    .node = {.number = number_, .mode = S_IFLNK | 0777, .links = 1, .references = 1, \
             .size = sizeof(target_) - 1}, \
    .name = name_, .target = target_ }

static struct device devices[] = {
    DEVICE(2, "null", 3, read_end, write_nothing),
    DEVICE(3, "zero", 5, read_zero, write_nothing),
    DEVICE(4, "full", 7, read_zero, write_full),
    DEVICE(5, "random", 8, read_random, write_random),
    DEVICE(6, "urandom", 9, read_random, write_random),
    PLACE(7, "console", S_IFCHR | 0666), PLACE(8, "pts", S_IFDIR | 0755),
    LINK(9, "ptmx", "pts/ptmx"), LINK(10, "tty", "/proc/self/tty"),
    LINK(11, "fd", "/proc/self/fd"), LINK(12, "stdin", "/proc/self/fd/0"),
    LINK(13, "stdout", "/proc/self/fd/1"), LINK(14, "stderr", "/proc/self/fd/2"),
};
enum { DEVICES = sizeof(devices) / sizeof(*devices) };

static struct server_node root = {
    .number = 1, .mode = S_IFDIR | 0755, .links = 2, .references = 1};

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server, (void)parent;
    for (unsigned i = 0; i < DEVICES; i++) {
        if (strlen(devices[i].name) == length && !memcmp(devices[i].name, name, length)) {
            *node = &devices[i].node;
            return 0;
        }
    }
    return -ENOENT;
}

static int entry(struct server *server, struct server_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    (void)server, (void)directory;
    if (cookie >= DEVICES)
        return 0;

    const struct device *device = &devices[cookie];

    entry->node = device->node.number;
    entry->next = cookie + 1;
    entry->type = (uint8_t)(device->node.mode >> 12);
    entry->name_length = (uint8_t)strlen(device->name);
    memcpy(name, device->name, entry->name_length);
    return 1;
}

static int64_t readlink(struct server *server, struct server_node *node, char *target,
    size_t size)
{
    const char *text = ((struct device *)node)->target;
    size_t length = strlen(text);

    (void)server;
    length = length < size ? length : size;
    memcpy(target, text, length);
    return (int64_t)length;
}

static struct device *device_of(struct server_request *request)
{
    return (struct device *)request->file->node;
}

static int open(struct server *server, struct server_file *file,
    const struct server_caller *caller)
{
    (void)server, (void)caller;
    if (S_ISDIR(file->node->mode))
        return 0;
    return ((struct device *)file->node)->read ? 0 : -ENXIO;
}

static int64_t read(struct server_request *request)
{
    return device_of(request)->read(request);
}

static int64_t write(struct server_request *request)
{
    return device_of(request)->write(request);
}

static const struct server_operations operations = {
    .lookup = lookup, .entry = entry, .readlink = readlink, .open = open, .read = read, .write = write};

int main(void)
{
    program_heap();
    random_begin();
    root.accessed = root.modified = root.changed = program_time();
    for (unsigned i = 0; i < DEVICES; i++) {
        struct server_node *node = &devices[i].node;

        node->accessed = node->modified = node->changed = root.changed;
    }
    server_run("null", &operations, &root);
    return 1;
}
