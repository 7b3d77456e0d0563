/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: the table of their regions, and what is done to ranges of addresses. */
#include <memory/region.h>

#include <memory/slot.h>
#include <transport/layout.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/string.h>

enum { ROOM_FIRST = 16 };

static struct list all = {&all, &all};

struct list *space_list(void)
{
    return &all;
}

struct space *space_create(void)
{
    struct space *space = heap_zero(1, sizeof(*space));

    if (!space) {
        return NULL;
    }
    space->tables.vspace = pool_take(POOL_PML4);
    if (!space->tables.vspace) {
        heap_free(space);
        return NULL;
    }
    list_append(&all, &space->link);
    return space;
}

void space_destroy(struct space *space)
{
    for (unsigned i = 0; i < space->count; i++) {
        region_destroy(space->regions[i]);
    }
    table_free(&space->tables);
    pool_return(POOL_PML4, space->tables.vspace);
    list_remove(&space->link);
    heap_free(space->regions);
    heap_free(space);
}

cptr space_vspace(const struct space *space)
{
    return space->tables.vspace;
}

unsigned space_index(const struct space *space, uint64_t address)
{
    unsigned low = 0, high = space->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (space->regions[middle]->end > address) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

struct region *space_region(const struct space *space, uint64_t address)
{
    unsigned index = space_index(space, address);

    return index < space->count && space->regions[index]->start <= address
               ? space->regions[index] : NULL;
}

/* Makes room for some more regions. */
static bool reserve(struct space *space, unsigned more)
{
    unsigned room = space->room ? space->room : ROOM_FIRST;
    struct region **regions;

    if (space->count + more > REGIONS_MAX) {
        return false;
    }
    while (room < space->count + more) {
        room *= 2;
    }
    if (room == space->room) {
        return true;
    }
    regions = heap_resize(space->regions, room * sizeof(*regions));
    if (regions) {
        space->regions = regions;
        space->room = room;
    }
    return regions;
}

/* There is room. */
static void insert(struct space *space, struct region *region)
{
    unsigned index = space_index(space, region->start);

    memmove(&space->regions[index + 1], &space->regions[index],
        (space->count - index) * sizeof(space->regions[0]));
    space->regions[index] = region;
    space->count++;
}

/* Takes regions [first, end) out and destroys them. */
static void remove_regions(struct space *space, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        region_destroy(space->regions[i]);
    }
    memmove(&space->regions[first], &space->regions[end],
        (space->count - end) * sizeof(space->regions[0]));
    space->count -= end - first;
}

/* Cuts the region that goes over an address, if there is one. */
static int cut(struct space *space, uint64_t at)
{
    struct region *region = space_region(space, at), *upper;

    if (!region || region->start == at) {
        return 0;
    }
    if (!reserve(space, 1)) {
        return -ENOMEM;
    }
    upper = region_split(region, at);
    if (!upper) {
        return -ENOMEM;
    }
    insert(space, upper);
    return 0;
}

static bool valid_range(uint64_t address, size_t pages)
{
    return address % PAGE_SIZE == 0 && pages > 0 && address < USER_TOP
           && pages <= (USER_TOP - address) / PAGE_SIZE;
}

/* True if a region of the system is in the range. */
static bool has_system(const struct space *space, uint64_t start, uint64_t end)
{
    for (unsigned i = space_index(space, start);
         i < space->count && space->regions[i]->start < end; i++) {
        if (space->regions[i]->flags & REGION_SYSTEM) {
            return true;
        }
    }
    return false;
}

/* Empties a range. Memory is needed only where one region is left on both sides. */
static int clear_range(struct space *space, uint64_t start, uint64_t end)
{
    struct region *region = space_region(space, start);

    if (region && region->start < start) {
        if (region->end > end && cut(space, end) != 0) {
            return -ENOMEM;
        }
        region_trim(region, region->start, start);
    }
    region = space_region(space, end);
    if (region && region->start < end) {
        region_trim(region, end, region->end);
    }
    remove_regions(space, space_index(space, start), space_index(space, end));
    return 0;
}

int space_unmap(struct space *space, uint64_t address, size_t pages, bool system)
{
    uint64_t end = address + pages * PAGE_SIZE;

    if (!valid_range(address, pages) || (!system && has_system(space, address, end))) {
        return -EINVAL;
    }
    return clear_range(space, address, end);
}

/* Whether all of a range is mapped, by regions that may get this protection. */
static int check_protect(const struct space *space, uint64_t start, uint64_t end,
    unsigned protection)
{
    for (unsigned i = space_index(space, start); start < end; i++) {
        const struct region *region = i < space->count ? space->regions[i] : NULL;

        if (!region || region->start > start) {
            return -ENOMEM;
        }
        if (region->flags & REGION_SYSTEM) {
            return -EINVAL;
        }
        if (protection & PROC_WRITE && region->flags & REGION_READ_ONLY) {
            return -EACCES;
        }
        start = region->end;
    }
    return 0;
}

int space_protect(struct space *space, uint64_t address, size_t pages, unsigned protection)
{
    uint64_t end = address + pages * PAGE_SIZE;
    int error = valid_range(address, pages)
                    ? check_protect(space, address, end, protection) : -EINVAL;

    if (error || cut(space, address) != 0 || cut(space, end) != 0) {
        return error ? error : -ENOMEM;
    }
    for (unsigned i = space_index(space, address), last = space_index(space, end); i < last;
         i++) {
        struct region *region = space->regions[i];

        region->protection = (uint8_t)protection;
        if (!protection) {
            region_hide(region, 0, SPARSE_END);
        } else if (!(protection & PROC_WRITE)) {
            region_seal(region);
        }
    }
    return 0;
}

/* The highest free place below PROGRAM_END, or 0. */
static uint64_t find_place(const struct space *space, size_t pages)
{
    uint64_t end = PROGRAM_END;
    unsigned i = space_index(space, PROGRAM_END - 1);

    if (pages > PROGRAM_END / PAGE_SIZE) {
        return 0;
    }
    i += i < space->count && space->regions[i]->start < PROGRAM_END;
    for (;; i--) {
        uint64_t low = i > 0 ? space->regions[i - 1]->end : 0;

        low = low > PROGRAM_BASE ? low : PROGRAM_BASE;
        if (end > low && end - low >= pages * PAGE_SIZE) {
            return end - pages * PAGE_SIZE;
        }
        if (i == 0) {
            return 0;
        }
        if (space->regions[i - 1]->start < end) {
            end = space->regions[i - 1]->start;
        }
    }
}

/* A region with everything it needs; shared memory without an object gets one. */
static struct region *make_region(struct space *space, uint64_t start, size_t pages,
    unsigned protection, unsigned flags, struct object *object, size_t offset)
{
    struct region *region = region_create(space, start, start + pages * PAGE_SIZE);
    struct object *fresh = NULL;

    if (!region) {
        return NULL;
    }
    region->protection = (uint8_t)protection;
    region->flags = (uint8_t)flags;
    if (!object && flags & REGION_SHARED) {
        object = fresh = object_create(pages);
        offset = 0;
        if (!object) {
            region_destroy(region);
            return NULL;
        }
    }
    region_set_object(region, object, offset);
    if (fresh) {
        object_put(fresh);
    }
    return region;
}

/* New anonymous memory right after other such memory makes that larger: a heap that grows
 * in small steps stays one region. */
static bool extend(struct space *space, uint64_t start, uint64_t end, unsigned protection)
{
    struct region *region = space_region(space, start - 1);

    if (!region || region->end != start || region->object || region->flags
        || region->protection != protection
        || (region->amap && region->amap->references > 1)) {
        return false;
    }
    if (region->amap) {
        amap_drop(region->amap, region_last(region), SPARSE_END);
    }
    region->end = end;
    return true;
}

int64_t space_map(struct space *space, uint64_t address, size_t pages, unsigned protection,
    unsigned flags, struct object *object, size_t offset, bool replace)
{
    struct region *region;
    unsigned first;
    uint64_t end;
    bool taken;
    int error;

    if (address == 0) {
        address = find_place(space, pages);
        if (address == 0) {
            return -ENOMEM;
        }
    }
    if (!valid_range(address, pages) || (object && offset > OBJECT_PAGES_MAX)) {
        return -EINVAL;
    }
    end = address + pages * PAGE_SIZE;
    if (has_system(space, address, end)) {
        return replace ? -EINVAL : -EEXIST;
    }
    first = space_index(space, address);
    taken = first < space->count && space->regions[first]->start < end;
    if (taken && !replace) {
        return -EEXIST;
    }
    if (!taken && !object && !flags && extend(space, address, end, protection)) {
        return (int64_t)address;
    }
    region = make_region(space, address, pages, protection, flags, object, offset);
    if (!region) {
        return -ENOMEM;
    }
    error = reserve(space, 2) ? clear_range(space, address, end) : -ENOMEM;
    if (error) {
        region_destroy(region);
        return error;
    }
    insert(space, region);
    return (int64_t)address;
}

/* Takes a page of a region along into an amap. */
static bool take_page(struct region *region, size_t page, struct amap *amap, size_t to)
{
    uint32_t frame = region->amap ? amap_frame(region->amap, page) : 0;
    bool writable;

    if (!frame && !region->object) {
        return true;
    }
    if (!frame && region_frame(region, page, true, &frame, &writable) != 0) {
        return false;
    }
    frame_get(frame);
    if (!amap_set(amap, to, frame)) {
        frame_put(frame);
        return false;
    }
    return true;
}

static int take_pages(struct space *from, uint64_t address, size_t pages,
    struct amap *amap)
{
    for (size_t i = 0; i < pages; i++) {
        uint64_t at = address + i * PAGE_SIZE;
        struct region *region = space_region(from, at);

        if (!region || region->flags & REGION_SHARED) {
            return -EINVAL;
        }
        if (!take_page(region, region_page(region, at), amap, i)) {
            return -ENOMEM;
        }
    }
    return 0;
}

/* Adds a private region that has these pages; takes over the amap. */
static int add_pages(struct space *space, uint64_t address, size_t pages, struct amap *amap)
{
    unsigned first = space_index(space, address);
    struct region *region;

    if (first < space->count
        && space->regions[first]->start < address + pages * PAGE_SIZE) {
        return -EEXIST;
    }
    region = reserve(space, 1) ? make_region(space, address, pages, PROC_READ | PROC_WRITE,
                                     0, NULL, 0) : NULL;
    if (!region) {
        return -ENOMEM;
    }
    region->amap = amap;
    insert(space, region);
    return 0;
}

int space_move(struct space *from, struct space *to, uint64_t address, size_t pages)
{
    struct amap *amap;
    int error;

    if (!valid_range(address, pages)
        || has_system(from, address, address + pages * PAGE_SIZE)) {
        return -EINVAL;
    }
    amap = amap_create();
    if (!amap) {
        return -ENOMEM;
    }
    error = take_pages(from, address, pages, amap);
    if (!error) {
        error = add_pages(to, address, pages, amap);
    }
    if (error) {
        amap_put(amap);
        return error;
    }
    return space_unmap(from, address, pages, false);
}

bool space_next_region(const struct space *space, uint64_t address,
    struct region_info *info)
{
    unsigned index = space_index(space, address);
    const struct region *region;
    size_t held;

    if (index == space->count) {
        return false;
    }
    region = space->regions[index];
    held = region->amap ? region->amap->count : 0;
    *info = (struct region_info){
        .start = region->start,
        .end = region->end,
        .protection = region->protection,
        .flags = region->flags,
        .object = region->object,
        .offset = region->offset + region_first(region),
        .resident = region->mapped_count > held ? region->mapped_count : held,
    };
    return true;
}

size_t space_resident(const struct space *space)
{
    size_t count = 0;

    for (unsigned i = 0; i < space->count; i++) {
        const struct amap *amap = space->regions[i]->amap;

        count += amap && amap->references == 1 ? amap->count : 0;
    }
    return count;
}

struct space *space_fork(struct space *parent)
{
    struct space *child = space_create();

    if (!child || !reserve(child, parent->count)) {
        goto fail;
    }
    for (unsigned i = 0; i < parent->count; i++) {
        struct region *region;

        if (parent->regions[i]->flags & REGION_NO_FORK) {
            continue;
        }
        region = region_fork(parent->regions[i], child);
        if (!region) {
            goto fail;
        }
        insert(child, region);
    }
    return child;
fail:
    if (child) {
        space_destroy(child);
    }
    return NULL;
}
