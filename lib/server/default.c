/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations that a server leaves out: the error that Unix has for each. */
#include <server/internal.h>

#define UNUSED __attribute__((unused))

static int no_lookup(UNUSED struct server *server, UNUSED struct server_node *parent,
    UNUSED const char *name, UNUSED size_t length, UNUSED struct server_node **node)
{
    return -ENOENT;
}

static int no_create(UNUSED struct server *server,
    UNUSED const struct server_caller *caller, UNUSED struct server_node *parent,
    UNUSED const char *name, UNUSED size_t length,
    UNUSED uint32_t mode, UNUSED struct server_node **node)
{
    return -EPERM;
}

static int no_symlink(UNUSED struct server *server,
    UNUSED const struct server_caller *caller, UNUSED struct server_node *parent,
    UNUSED const char *name, UNUSED size_t length,
    UNUSED const char *target, UNUSED size_t target_length)
{
    return -EPERM;
}

static int64_t no_readlink(UNUSED struct server *server, UNUSED struct server_node *node,
    UNUSED char *target, UNUSED size_t size)
{
    return -EINVAL;
}

static int no_link(UNUSED struct server *server, UNUSED struct server_node *parent,
    UNUSED const char *name, UNUSED size_t length, UNUSED struct server_node *node)
{
    return -EPERM;
}

static int no_rename(UNUSED struct server *server, UNUSED struct server_node *from,
    UNUSED const char *old, UNUSED size_t old_length, UNUSED struct server_node *to,
    UNUSED const char *new, UNUSED size_t new_length, UNUSED struct server_node *node,
    UNUSED struct server_node *replaced)
{
    return -EPERM;
}

static int no_entry(UNUSED struct server *server, UNUSED struct server_node *directory,
    UNUSED uint64_t cookie, UNUSED struct uxrt_entry *entry, UNUSED char name[256])
{
    return 0;
}

static int64_t no_data(UNUSED struct server_request *request)
{
    return S_ISDIR(request->file->node->mode) ? -EISDIR : -EINVAL;
}

static uint32_t always_ready(UNUSED struct server_file *file)
{
    return UXRT_READY_READ | UXRT_READY_WRITE;
}

static int no_resize(UNUSED struct server *server, UNUSED struct server_node *node,
    UNUSED uint64_t size)
{
    return -EPERM;
}

static int64_t no_get(UNUSED struct server_request *request, UNUSED unsigned attribute,
    UNUSED uint64_t argument, UNUSED void *record, UNUSED size_t size)
{
    return -ENOTTY;
}

static int64_t no_set(UNUSED struct server_request *request, UNUSED unsigned attribute,
    UNUSED uint64_t argument, UNUSED const void *record, UNUSED size_t size)
{
    return -ENOTTY;
}

static int64_t no_rpc(UNUSED struct server_request *request, UNUSED const void *data,
    UNUSED size_t count, UNUSED void *answer, UNUSED size_t size)
{
    return -ENOTTY;
}

static int64_t no_object(UNUSED struct server_request *request,
    UNUSED unsigned protection)
{
    return -ENODEV;
}

#define COMPLETE(name, with) \
    do { \
        if (!operations->name) \
            operations->name = (with); \
    } while (0)

void fs_operations_complete(struct server_operations *operations)
{
    COMPLETE(lookup, no_lookup);
    COMPLETE(create, no_create);
    COMPLETE(symlink, no_symlink);
    COMPLETE(readlink, no_readlink);
    COMPLETE(link, no_link);
    COMPLETE(remove, no_link);
    COMPLETE(rename, no_rename);
    COMPLETE(entry, no_entry);
    COMPLETE(read, no_data);
    COMPLETE(write, no_data);
    COMPLETE(ready, always_ready);
    COMPLETE(resize, no_resize);
    COMPLETE(get, no_get);
    COMPLETE(set, no_set);
    COMPLETE(rpc, no_rpc);
    COMPLETE(object, no_object);
}
