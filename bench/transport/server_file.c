/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server as most are, with lib/server: /srv/file/data, a mebibyte of memory. To measure
 * what the library costs.
 */
#include <server/server.h>
#include <util/errno.h>
#include <util/string.h>

enum { SIZE = 1 << 20 };

static char memory[SIZE] __attribute__((aligned(4096)));

static struct server_node root = {.number = 1, .mode = 040755, .links = 2};
static struct server_node file = {.number = 2, .mode = 0100666, .links = 1, .size = SIZE};

static int lookup(struct server *server, struct server_node *parent, const char *name,
    size_t length, struct server_node **node)
{
    (void)server;
    (void)parent;
    if (length != 4 || memcmp(name, "data", 4) != 0) {
        return -ENOENT;
    }
    *node = &file;
    return 0;
}

/* How much of the file a request reaches. */
static uint64_t within(const struct server_request *r)
{
    if (r->offset >= SIZE) {
        return 0;
    }
    return r->count < SIZE - r->offset ? r->count : SIZE - r->offset;
}

static int64_t file_read(struct server_request *r)
{
    return server_put(r, 0, memory + r->offset, within(r));
}

static int64_t file_write(struct server_request *r)
{
    return server_get(r, 0, memory + r->offset, within(r));
}

static const struct server_operations operations = {
    .lookup = lookup, .read = file_read, .write = file_write,
};

int main(void)
{
    return server_run("file", &operations, &root) ? 1 : 0;
}
