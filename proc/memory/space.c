/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: the table of their regions, and what is done to ranges of addresses. */
#include <memory/region.h>

#include <memory/slot.h>
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

/* Takes up to so many pages apart; true when the space is gone. */
static bool destroy_step(struct reclaim *reclaim, size_t pages)
{
    struct space *space = list_entry(&reclaim->link, struct space, reclaim.link);

    while (space->count > 0) {
        struct region *region = space->regions[space->count - 1];

        pages -= region_shrink(region, pages);
        if (pages == 0) {
            return false;
        }
        region_destroy(region);
        space->count--;
    }
    table_free(&space->tables);
    pool_return(POOL_PML4, space->tables.vspace);
    list_remove(&space->link);
    heap_free(space->regions);
    heap_free(space);
    return true;
}

void space_destroy(struct space *space)
{
    reclaim_start(&space->reclaim, destroy_step);
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

bool space_reserve(struct space *space, unsigned more)
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

void space_insert(struct space *space, struct region *region)
{
    unsigned index = space_index(space, region->start);

    memmove(&space->regions[index + 1], &space->regions[index],
        (space->count - index) * sizeof(space->regions[0]));
    space->regions[index] = region;
    space->count++;
}

void space_remove(struct space *space, unsigned first, unsigned end)
{
    if (first == end) {
        return;
    }
    for (unsigned i = first; i < end; i++) {
        region_destroy(space->regions[i]);
    }
    memmove(&space->regions[first], &space->regions[end],
        (space->count - end) * sizeof(space->regions[0]));
    space->count -= end - first;
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

    if (!child || !space_reserve(child, parent->count)) {
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
        space_insert(child, region);
    }
    return child;
fail:
    if (child) {
        space_destroy(child);
    }
    return NULL;
}
