/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /srv: the names of services. Looking one up leads to the service itself (tree.c: turn),
 * so these nodes are only listed and removed.
 */
#include <files/node.h>

#include <process/connection.h>
#include <util/errno.h>
#include <util/string.h>

static int lookup(struct tree_node *directory, const char *name, size_t length,
    struct tree_node **node);
static int entry(struct tree_node *directory, uint64_t cookie, struct uxrt_entry *entry,
    char name[256]);
static int remove_name(struct tree_node *node);

const struct node_kind kind_services = {
    .name = "srv", .code = 3, .mode = S_IFDIR | S_ISVTX | 0777,
    .lookup = lookup, .entry = entry,
};
static const struct node_kind kind_service = {
    .code = 1, .mode = S_IFSOCK | 0666, .remove = remove_name,
};

static void set_owner(struct tree_node *node, const struct service *service)
{
    const struct process_page *page = service->process ? service->process->page : NULL;

    node->server.uid = page ? page->euid : 0;
    node->server.gid = page ? page->egid : 0;
}

static int lookup(struct tree_node *directory, const char *name, size_t length,
    struct tree_node **node)
{
    struct service *service = service_named(name, length);

    (void)directory;
    if (!service || !service->number || !length) {
        return -ENOENT;
    }
    *node = tree_get(&kind_service, service->number, 0, 0);
    if (!*node) {
        return -ENOMEM;
    }
    set_owner(*node, service);
    return 0;
}

/* Cookies: the number of the service before. */
static int entry(struct tree_node *directory, uint64_t cookie, struct uxrt_entry *entry,
    char name[256])
{
    struct service *service;

    (void)directory;
    if (cookie >= UINT32_MAX) {
        return 0;
    }
    service = service_next((uint32_t)cookie);
    while (service && !service->name[0]) {
        service = service_next(service->number);
    }
    if (!service) {
        return 0;
    }
    return entry_fill(entry, name, &kind_service,
        tree_number(&kind_service, service->number, 0), service->number, service->name,
        strnlen(service->name, sizeof(service->name)));
}

/* Ends its being found; connections that there are go on. */
static int remove_name(struct tree_node *node)
{
    struct service *service = service_find(node->id);

    if (!service) {
        return -ENOENT;
    }
    if (files_caller()->uid && (!service->process
        || service->process->page->euid != files_caller()->uid)) {
        return -EPERM;
    }
    service_remove_name(service);
    return 0;
}
