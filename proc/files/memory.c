/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of a process as files: `mem`, in which offsets are addresses, and map/START-END,
 * one for each region. Only who may control the process opens them, and is asked again at
 * each use, as a process may get other rights. What the system keeps in a process, and
 * shared memory that it may only read, cannot be written.
 */
#include <files/node.h>

#include <util/errno.h>
#include <util/print.h>
#include <util/string.h>

enum { PART = 4096, MOST = 16 * PART };
#define SPACE_END (UINT64_C(1) << 47)

static char part[PART];

/* Its space if the caller may use it; null: *error says why not. */
static struct space *space_of(const struct tree_node *node, int64_t *error)
{
    struct process *process = tree_process(node);

    if (!process || process->zombie || !process->space) {
        *error = -ESRCH;
        return NULL;
    }
    *error = -EPERM;
    return files_may_control(process) ? process->space : NULL;
}

/* The region at an address. */
static bool region_at(const struct space *space, uint64_t address,
    struct region_info *region)
{
    return space_next_region(space, address, region) && region->start <= address;
}

/* Bytes from an address on that may be written. */
static uint64_t writable(const struct space *space, uint64_t address)
{
    struct region_info region;

    if (!region_at(space, address, &region) || region.flags & REGION_SYSTEM
        || (region.flags & REGION_SHARED && !(region.protection & PROC_WRITE))) {
        return 0;
    }
    return region.end - address;
}

/* Memory from `address` on, below `end`: part by part, as far as it goes. */
static int64_t read_memory(struct tree_node *node, struct server_request *request,
    uint64_t address, uint64_t end)
{
    int64_t got = 0, error;
    struct space *space = space_of(node, &error);
    size_t done = 0, want = request->count < MOST ? request->count : MOST;

    if (!space || address >= end) {
        return space ? 0 : error;
    }
    want = want < end - address ? want : (size_t)(end - address);
    while (done < want) {
        size_t next = want - done < PART ? want - done : PART;

        got = space_read(space, address + done, part, next);
        got = got > 0 ? server_put(request, done, part, (size_t)got) : -EIO;
        if (got <= 0) {
            break;
        }
        done += (size_t)got;
    }
    return done || !want ? (int64_t)done : got;
}

static int64_t write_memory(struct tree_node *node, struct server_request *request,
    uint64_t address, uint64_t end)
{
    int64_t got = 0, error;
    struct space *space = space_of(node, &error);
    size_t done = 0, want = request->count < MOST ? request->count : MOST;

    if (!space || address >= end) {
        return space ? -ENOSPC : error;
    }
    want = want < end - address ? want : (size_t)(end - address);
    while (done < want) {
        size_t next = want - done < PART ? want - done : PART;
        uint64_t room = writable(space, address + done);

        next = next < room ? next : (size_t)room;
        got = next ? server_get(request, done, part, next) : -EIO;
        if (got > 0) {
            got = space_write(space, address + done, part, (size_t)got);
            got = got > 0 ? got : -EIO;
        }
        if (got <= 0) {
            break;
        }
        done += (size_t)got;
    }
    return done || !want ? (int64_t)done : got;
}

static int64_t read_mem(struct tree_node *node, struct server_request *request)
{
    return read_memory(node, request, request->offset, SPACE_END);
}

static int64_t write_mem(struct tree_node *node, struct server_request *request)
{
    return write_memory(node, request, request->offset, SPACE_END);
}

const struct node_kind kind_memory = {
    .name = "mem", .code = 6, .mode = S_IFREG | 0600, .of_process = true,
    .read = read_mem, .write = write_mem,
};

/* Regions. */

static int64_t read_region(struct tree_node *node, struct server_request *request)
{
    if (request->offset >= node->end - node->start) {
        return 0;
    }
    return read_memory(node, request, node->start + request->offset, node->end);
}

static int64_t write_region(struct tree_node *node, struct server_request *request)
{
    if (request->offset >= node->end - node->start) {
        return -ENOSPC;
    }
    return write_memory(node, request, node->start + request->offset, node->end);
}

/* Copies what is not zero. */
static int64_t copy_pages(struct space *space, uint64_t start, size_t pages,
    struct object *object)
{
    int64_t result = 0;

    for (size_t page = 0; result >= 0 && page < pages; page++) {
        uint64_t offset = (uint64_t)page << PAGE_BITS;

        result = space_read(space, start + offset, part, PAGE_SIZE);
        if (result > 0 && (part[0] || memcmp(part, part + 1, (size_t)result - 1))) {
            result = object_write(object, offset, part, (size_t)result);
        }
    }
    return result;
}

/*
 * Private memory that others want to map becomes shared memory: of an object, to which
 * the pages are copied. It is read-only meanwhile, so what its threads write waits
 * here until it is done. A child of the process still gets a copy.
 */
static int64_t make_shared(struct space *space, const struct region_info *region)
{
    size_t pages = (region->end - region->start) >> PAGE_BITS;
    unsigned flags = region->flags & REGION_NO_FORK ? REGION_NO_FORK : REGION_FORK_COPY;
    struct object *object = object_create(pages);
    int64_t result;

    if (!object) {
        return -ENOMEM;
    }
    result = space_protect(space, region->start, pages, PROC_READ);
    if (result >= 0) {
        result = copy_pages(space, region->start, pages, object);
    }
    if (result >= 0) {
        result = space_map(space, region->start, pages, region->protection,
            REGION_SHARED | REGION_MAY_WRITE | flags, object, 0, true);
    }
    if (result < 0) {
        (void)space_protect(space, region->start, pages, region->protection);
    }
    object_put(object);
    return result < 0 ? result : 0;
}

/* One request copies no more. */
enum { SHARED_MOST = 16 << (20 - PAGE_BITS) };

/* A token with which the region's memory can be mapped elsewhere. */
static int64_t region_object(struct tree_node *node, unsigned protection)
{
    int64_t error;
    struct space *space = space_of(node, &error);
    struct region_info region;

    if (!space) {
        return error;
    }
    if (!region_at(space, node->start, &region) || region.start != node->start
        || region.end != node->end || region.flags & REGION_SYSTEM) {
        return -ENODEV;
    }
    if (protection & ~region.protection) {
        return -EACCES;
    }
    if (!(region.flags & REGION_SHARED)) {
        if ((region.end - region.start) >> PAGE_BITS > SHARED_MOST) {
            return -ENOMEM;
        }
        error = make_shared(space, &region);
        if (error < 0) {
            return error;
        }
        region_at(space, node->start, &region);
    }
    return region.object && !region.offset ? files_token(region.object, protection)
                                           : -ENODEV;
}

static const struct node_kind kind_region = {
    .code = 8, .mode = S_IFREG | 0600, .of_process = true,
    .read = read_region, .write = write_region, .object = region_object,
};

static int find_region(struct tree_node *directory, const char *name, size_t length,
    struct tree_node **node)
{
    const char *dash = memchr(name, '-', length);
    struct process *process = tree_process(directory);
    struct region_info region;
    uint64_t start, end;

    if (!dash || !process->space
        || !parse_number(name, (size_t)(dash - name), 16, &start)
        || !parse_number(dash + 1, length - (size_t)(dash + 1 - name), 16, &end)
        || !region_at(process->space, start, &region) || region.start != start
        || region.end != end) {
        return -ENOENT;
    }
    *node = tree_get(&kind_region, directory->id, start, end);
    if (!*node) {
        return -ENOMEM;
    }
    (*node)->server.size = end - start;
    return 0;
}

/* Cookies: the end of the region before. */
static int next_region(struct tree_node *directory, uint64_t cookie,
    struct uxrt_entry *entry, char name[256])
{
    struct process *process = tree_process(directory);
    struct region_info region;
    char text[64];
    size_t length;

    if (!process->space || !space_next_region(process->space, cookie, &region)) {
        return 0;
    }
    length = print(text, sizeof(text), "%lx-%lx", (unsigned long)region.start,
        (unsigned long)region.end);
    return entry_fill(entry, name, &kind_region,
        tree_number(&kind_region, directory->id, region.start), region.end, text, length);
}

const struct node_kind kind_map = {
    .name = "map", .code = 7, .mode = S_IFDIR | 0500, .of_process = true,
    .lookup = find_region, .entry = next_region,
};
