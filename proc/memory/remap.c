/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings that move, grow and shrink, and memory that is emptied. */
#include <memory/region.h>

#include <transport/layout.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/string.h>

/* Without a hole? */
static bool is_mapped(const struct space *space, uint64_t start, uint64_t end)
{
    for (unsigned i = space_index(space, start); start < end; i++) {
        const struct region *region = i < space->count ? space->regions[i] : NULL;

        if (!region || region->start > start) {
            return false;
        }
        start = region->end;
    }
    return true;
}

static bool is_free(const struct space *space, uint64_t start, uint64_t end)
{
    unsigned first = space_index(space, start);

    return end <= PROGRAM_END
           && (first == space->count || space->regions[first]->start >= end);
}

/* What ends at an address can grow by so much: it shares no pages of its own. False: no
 * memory. */
static bool prepare_growth(struct space *space, uint64_t end, size_t more)
{
    struct region *region = space_region(space, end - 1);

    return region_page(region, end) + more <= REGION_PAGES_MAX
           && (!region->amap || region_own_amap(region));
}

/* Makes it longer; nothing is behind it. */
static void grow(struct space *space, uint64_t end, size_t more)
{
    struct region *region = space_region(space, end - 1);

    if (region->amap) {
        amap_drop(region->amap, region_last(region), SPARSE_END);
    }
    region->end += more * PAGE_SIZE;
}

/* The region is somewhere else; what was mapped of it comes back by faults. */
static void move_region(struct space *space, unsigned index, uint64_t distance)
{
    struct region *region = space->regions[index];

    region_hide(region, 0, SPARSE_END);
    space->count--;
    memmove(&space->regions[index], &space->regions[index + 1],
        (space->count - index) * sizeof(space->regions[0]));
    region->origin += distance;
    region->start += distance;
    region->end += distance;
    space_insert(space, region);
}

/* Moves all regions of a range to where nothing is. */
static void move_regions(struct space *space, uint64_t start, uint64_t end, uint64_t to)
{
    uint64_t next;

    for (uint64_t at = start; at < end; at = next) {
        unsigned index = space_index(space, at);

        next = space->regions[index]->end;
        move_region(space, index, to - start);
    }
}

/* Regions begin and end where the old and the new place do. */
static int cut_all(struct space *space, const struct remap *remap, uint64_t end)
{
    int error = range_cut(space, remap->from);

    if (!error) {
        error = range_cut(space, end);
    }
    if (!error && remap->flags & PROC_REMAP_FIXED) {
        error = range_cut(space, remap->to);
        if (!error) {
            error = range_cut(space, remap->to + remap->wanted * PAGE_SIZE);
        }
    }
    return error;
}

/* What needs memory comes first, so that a failure leaves everything as it was. */
static int64_t move(struct space *space, const struct remap *remap, size_t keep)
{
    uint64_t end = remap->from + keep * PAGE_SIZE;
    uint64_t old_end = remap->from + remap->pages * PAGE_SIZE;
    bool fixed = remap->flags & PROC_REMAP_FIXED, more = keep < remap->wanted;
    uint64_t to = fixed ? remap->to : space_find_place(space, remap->wanted);

    if (!to || cut_all(space, remap, end) != 0
        || (more && !prepare_growth(space, end, remap->wanted - keep))) {
        return -ENOMEM;
    }
    if (fixed) {
        (void)range_clear(space, to, to + remap->wanted * PAGE_SIZE);
    }
    if (end < old_end) {
        (void)range_clear(space, end, old_end);
    }
    move_regions(space, remap->from, end, to);
    if (more) {
        grow(space, to + keep * PAGE_SIZE, remap->wanted - keep);
    }
    return (int64_t)to;
}

static bool overlap(uint64_t a, size_t a_pages, uint64_t b, size_t b_pages)
{
    return a < b + b_pages * PAGE_SIZE && b < a + a_pages * PAGE_SIZE;
}

static bool is_valid(const struct space *space, const struct remap *remap)
{
    uint64_t end = remap->from + remap->pages * PAGE_SIZE;

    if (!range_valid(remap->from, remap->pages) || remap->wanted == 0
        || range_has_system(space, remap->from, end)) {
        return false;
    }
    return !(remap->flags & PROC_REMAP_FIXED)
           || (range_valid(remap->to, remap->wanted)
               && !overlap(remap->from, remap->pages, remap->to, remap->wanted)
               && !range_has_system(space, remap->to,
                      remap->to + remap->wanted * PAGE_SIZE));
}

int64_t space_remap(struct space *space, const struct remap *remap)
{
    size_t keep = remap->pages < remap->wanted ? remap->pages : remap->wanted;
    uint64_t end = remap->from + keep * PAGE_SIZE;
    uint64_t old_end = remap->from + remap->pages * PAGE_SIZE;
    uint64_t new_end = remap->from + remap->wanted * PAGE_SIZE;
    int error = 0;

    space = space_of(space, remap->from);
    if (!is_valid(space, remap)) {
        return -EINVAL;
    }
    if (!is_mapped(space, remap->from, old_end)) {
        return -EFAULT;
    }
    if (remap->flags & PROC_REMAP_FIXED) {
        return move(space, remap, keep);
    }
    if (end == new_end) {
        error = end < old_end ? range_clear(space, end, old_end) : 0;
        return error ? error : (int64_t)remap->from;
    }
    if (!is_free(space, end, new_end)) {
        return remap->flags & PROC_REMAP_MOVE ? move(space, remap, keep) : -ENOMEM;
    }
    if (!prepare_growth(space, end, remap->wanted - keep)) {
        return -ENOMEM;
    }
    grow(space, end, remap->wanted - keep);
    return (int64_t)remap->from;
}

/* The first page of a region that lies in a range, and the end of them. */
static size_t first_page(const struct region *region, uint64_t start)
{
    return start > region->start ? region_page(region, start) : region_first(region);
}

static size_t last_page(const struct region *region, uint64_t end)
{
    return end < region->end ? region_page(region, end) : region_last(region);
}

static bool has_own(const struct region *region)
{
    return !(region->flags & REGION_SHARED) && region->amap;
}

int space_empty(struct space *space, uint64_t address, size_t pages)
{
    uint64_t end = address + pages * PAGE_SIZE;
    unsigned first, last;

    space = space_of(space, address);
    if (!range_valid(address, pages) || range_has_system(space, address, end)) {
        return -EINVAL;
    }
    first = space_index(space, address);
    for (last = first; last < space->count && space->regions[last]->start < end; last++) {
        if (has_own(space->regions[last]) && !region_own_amap(space->regions[last])) {
            return -ENOMEM;
        }
    }
    for (unsigned i = first; i < last; i++) {
        struct region *region = space->regions[i];

        if (has_own(region)) {
            size_t from = first_page(region, address), to = last_page(region, end);

            region_hide(region, from, to);
            amap_drop(region->amap, from, to);
        }
    }
    return is_mapped(space, address, end) ? 0 : -ENOMEM;
}
