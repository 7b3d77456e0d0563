/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done to ranges of addresses, which may begin and end inside of regions. */
#include <memory/region.h>

#include <transport/process.h>
#include <util/errno.h>

int range_cut(struct space *space, uint64_t at)
{
    struct region *region = space_region(space, at), *upper;

    if (!region || region->start == at) {
        return 0;
    }
    if (!space_reserve(space, 1)) {
        return -ENOMEM;
    }
    upper = region_split(region, at);
    if (!upper) {
        return -ENOMEM;
    }
    space_insert(space, upper);
    return 0;
}

bool range_valid(uint64_t address, size_t pages)
{
    return address % PAGE_SIZE == 0 && pages > 0 && address < USER_TOP
           && pages <= (USER_TOP - address) / PAGE_SIZE;
}

bool range_has_system(const struct space *space, uint64_t start, uint64_t end)
{
    for (unsigned i = space_index(space, start);
         i < space->count && space->regions[i]->start < end; i++) {
        if (space->regions[i]->flags & REGION_SYSTEM) {
            return true;
        }
    }
    return false;
}

int range_clear(struct space *space, uint64_t start, uint64_t end)
{
    struct region *region = space_region(space, start);

    if (region && region->start < start) {
        if (region->end > end && range_cut(space, end) != 0) {
            return -ENOMEM;
        }
        region_trim(region, region->start, start);
    }
    region = space_region(space, end);
    if (region && region->start < end) {
        region_trim(region, end, region->end);
    }
    space_remove(space, space_index(space, start), space_index(space, end));
    return 0;
}

int space_unmap(struct space *space, uint64_t address, size_t pages, bool system)
{
    uint64_t end = address + pages * PAGE_SIZE;

    space = space_of(space, address);
    if (!range_valid(address, pages) || (!system && range_has_system(space, address, end))) {
        return -EINVAL;
    }
    return range_clear(space, address, end);
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
    int error;

    space = space_of(space, address);
    error = range_valid(address, pages)
                ? check_protect(space, address, end, protection) : -EINVAL;
    if (error || range_cut(space, address) != 0 || range_cut(space, end) != 0) {
        return error ? error : -ENOMEM;
    }
    for (unsigned i = space_index(space, address); i < space_index(space, end); i++) {
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
