/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls about a process's own space. Programs have the addresses below PROGRAM_END. A
 * shared mapping of an object that came by a token without PROC_WRITE never becomes
 * writable.
 */
#include <process/call.h>

#include <stddef.h>

#include <process/connection.h>
#include <process/usage.h>
#include <util/errno.h>

enum { ANY_PROTECTION = PROC_READ | PROC_WRITE | PROC_EXECUTE,
       ANY_FLAG = PROC_MAP_SHARED | PROC_MAP_FIXED | PROC_MAP_NOREPLACE };

static bool valid_range(uint64_t address, uint64_t size)
{
    return address % PAGE_SIZE == 0 && size % PAGE_SIZE == 0 && size > 0
           && address >= PROGRAM_BASE && address < PROGRAM_END
           && size <= PROGRAM_END - address;
}

/* What is to be mapped: an object with a reference, null for private memory alone. */
struct source {
    struct object *object;
    unsigned protection;        /* that a shared mapping may have */
};

static int find_source(struct call *call, struct source *source)
{
    uint64_t word = call->words[4], size = call->words[1];
    uint64_t number = word & ~PROC_SOURCE_KIND;

    *source = (struct source){.protection = ANY_PROTECTION};
    switch (word & PROC_SOURCE_KIND) {
    case PROC_SOURCE_NONE:
        if (call->words[3] & PROC_MAP_SHARED) {
            source->object = object_create(size / PAGE_SIZE);
            return source->object ? 0 : -ENOMEM;
        }
        return 0;
    case PROC_SOURCE_HANDLE:
        source->object = handle_object(call->process, number);
        if (source->object) {
            object_get(source->object);
        }
        break;
    case PROC_SOURCE_TOKEN:
        source->object = connection_take(call->process, number, &source->protection);
        break;
    }
    return source->object ? 0 : -EINVAL;
}

static bool valid_map(const struct call *call)
{
    uint64_t address = call->words[0], size = call->words[1], flags = call->words[3];
    bool placed = flags & (PROC_MAP_FIXED | PROC_MAP_NOREPLACE);

    return size > 0 && size % PAGE_SIZE == 0 && size < PROGRAM_END
           && call->words[2] <= ANY_PROTECTION && flags <= ANY_FLAG
           && call->words[5] % PAGE_SIZE == 0
           && (placed ? valid_range(address, size) : address % PAGE_SIZE == 0);
}

/* An address without FIXED is a wish: it is taken if that place is free. */
static int64_t map(struct call *call, const struct source *source)
{
    uint64_t address = call->words[0], flags = call->words[3];
    size_t pages = call->words[1] / PAGE_SIZE;
    unsigned protection = (unsigned)call->words[2];
    unsigned region = !(flags & PROC_MAP_SHARED) ? 0
        : source->protection & PROC_WRITE ? REGION_SHARED | REGION_MAY_WRITE
        : REGION_SHARED;
    bool fixed = flags & PROC_MAP_FIXED && !(flags & PROC_MAP_NOREPLACE);
    int64_t place;

    if (!(flags & (PROC_MAP_FIXED | PROC_MAP_NOREPLACE))
        && !valid_range(address, call->words[1])) {
        address = 0;
    }
    place = space_map(call->process->space, address, pages, protection, region,
        source->object, call->words[5] / PAGE_SIZE, fixed);
    if (place == -EEXIST && !(flags & PROC_MAP_NOREPLACE)) {
        place = space_map(call->process->space, 0, pages, protection, region,
            source->object, call->words[5] / PAGE_SIZE, false);
    }
    return place;
}

/* Is there room for so many bytes more in what the process may map? */
static bool within_limit(const struct process *process, uint64_t bytes)
{
    uint64_t most = process->page->limits[LIMIT_MEMORY].soft;

    return most == LIMIT_NONE
           || (bytes <= most && usage_bytes(process) <= most - bytes);
}

/* The same for data: private memory that can be written, the stack with it. */
static bool within_data_limit(const struct process *process, uint64_t bytes)
{
    uint64_t most = process->page->limits[LIMIT_DATA].soft;

    return most == LIMIT_NONE || !bytes
           || (bytes <= most
               && usage_data(process, PROGRAM_BASE, PROGRAM_END, true) <= most - bytes);
}

/* address, size, protection, flags, source, offset -> address */
int call_map(struct call *call)
{
    struct source source;
    unsigned needed = PROC_READ;
    int64_t place;
    int error;

    if (!valid_map(call)) {
        return -EINVAL;
    }
    if (!within_limit(call->process, call->words[1])) {
        return -ENOMEM;
    }
    if (!(call->words[3] & PROC_MAP_SHARED) && call->words[2] & PROC_WRITE
        && !within_data_limit(call->process, call->words[1])) {
        return -ENOMEM;
    }
    error = find_source(call, &source);
    if (error < 0) {
        return error;
    }
    if (call->words[3] & PROC_MAP_SHARED) {
        needed |= (unsigned)call->words[2] & PROC_WRITE;
    }
    place = (source.protection & needed) == needed ? map(call, &source) : -EACCES;
    if (source.object) {
        object_put(source.object);
    }
    if (place < 0) {
        return (int)place;
    }
    call->result[0] = (uint64_t)place;
    return 0;
}

/* address, size */
int call_unmap(struct call *call)
{
    if (!valid_range(call->words[0], call->words[1])) {
        return -EINVAL;
    }
    return space_unmap(call->process->space, call->words[0], call->words[1] / PAGE_SIZE,
        false);
}

/* address, size, place, new size, flags -> address */
int call_remap(struct call *call)
{
    const struct remap remap = {
        .from = call->words[0], .pages = call->words[1] / PAGE_SIZE,
        .to = call->words[2], .wanted = call->words[3] / PAGE_SIZE,
        .flags = (unsigned)call->words[4],
    };
    uint64_t size = call->words[1], wanted = call->words[3];
    int64_t place;

    if (!valid_range(remap.from, size) || wanted % PAGE_SIZE || wanted >= PROGRAM_END
        || call->words[4] > (PROC_REMAP_MOVE | PROC_REMAP_FIXED)
        || call->words[4] == PROC_REMAP_FIXED
        || (call->words[4] & PROC_REMAP_FIXED && !valid_range(remap.to, wanted))) {
        return -EINVAL;
    }
    if (wanted > size && !within_limit(call->process, wanted - size)) {
        return -ENOMEM;
    }
    place = space_remap(call->process->space, &remap);
    if (place < 0) {
        return (int)place;
    }
    call->result[0] = (uint64_t)place;
    return 0;
}

/* address, size */
int call_empty(struct call *call)
{
    if (!valid_range(call->words[0], call->words[1])) {
        return -EINVAL;
    }
    return space_empty(call->process->space, call->words[0],
        call->words[1] / PAGE_SIZE);
}

/* Would this make memory writable that others said is not? */
static bool may_write(struct process *process, uint64_t address, uint64_t end)
{
    struct region_info info;

    while (address < end && space_next_region(process->space, address, &info)
           && info.start < end) {
        if (info.flags & REGION_SHARED && !(info.flags & REGION_MAY_WRITE)) {
            return false;
        }
        address = info.end;
    }
    return true;
}

/* address, size, protection */
int call_protect(struct call *call)
{
    uint64_t address = call->words[0], size = call->words[1], protection = call->words[2];

    if (!valid_range(address, size) || protection > ANY_PROTECTION) {
        return -EINVAL;
    }
    if (protection & PROC_WRITE && !may_write(call->process, address, address + size)) {
        return -EACCES;
    }
    if (protection & PROC_WRITE && !within_data_limit(call->process,
            usage_data(call->process, address, address + size, false))) {
        return -ENOMEM;
    }
    return space_protect(call->process->space, address, size / PAGE_SIZE,
        (unsigned)protection);
}
