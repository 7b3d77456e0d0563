/* SPDX-License-Identifier: BSD-2-Clause */
/* New regions: where they go, and pages that move from one space to another. */
#include <memory/region.h>

#include <transport/layout.h>
#include <transport/process.h>
#include <util/errno.h>


uint64_t space_find_place(const struct space *space, size_t pages)
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
        || region_page(region, end) > REGION_PAGES_MAX
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

    space = space_of(space, address);
    if (address == 0) {
        address = space_find_place(space, pages);
        if (address == 0) {
            return -ENOMEM;
        }
    }
    if (!range_valid(address, pages) || (object && offset > OBJECT_PAGES_MAX)) {
        return -EINVAL;
    }
    end = address + pages * PAGE_SIZE;
    if (range_has_system(space, address, end)) {
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
    error = space_reserve(space, 2) ? range_clear(space, address, end) : -ENOMEM;
    if (error) {
        region_destroy(region);
        return error;
    }
    space_insert(space, region);
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

/* Whether nothing is mapped in a range, and there is room for one more region. */
static int check_free(struct space *space, uint64_t start, uint64_t end)
{
    unsigned first = space_index(space, start);

    if (first < space->count && space->regions[first]->start < end) {
        return -EEXIST;
    }
    return space_reserve(space, 1) ? 0 : -ENOMEM;
}

int space_move(struct space *from, struct space *to, uint64_t address, size_t pages)
{
    uint64_t end = address + pages * PAGE_SIZE;
    struct region *region;
    int error;

    from = space_of(from, address);
    if (!range_valid(address, pages) || range_has_system(from, address, end)) {
        return -EINVAL;
    }
    error = check_free(to, address, end);
    if (error) {
        return error;
    }
    region = make_region(to, address, pages, PROC_READ | PROC_WRITE, 0, NULL, 0);
    if (!region) {
        return -ENOMEM;
    }
    error = region_own_amap(region) ? take_pages(from, address, pages, region->amap)
                                    : -ENOMEM;
    if (!error) {
        error = range_clear(from, address, end);
    }
    if (error) {
        region_destroy(region);
        return error;
    }
    space_insert(to, region);
    return 0;
}

