/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: the table of their regions, and what is done to ranges of addresses. */
#include <memory/region.h>

#include <util/heap.h>
#include <util/string.h>

/* COPIES_MAX: pages that one fork copies at once. */
enum { ROOM_FIRST = 16, COPIES_MAX = 32 };

static struct list all = {&all, &all};

struct list *space_list(void)
{
    return &all;
}

/* The last region that other spaces have not. */
static unsigned last_own(const struct space *space)
{
    unsigned index = space->count - 1;

    while (space->regions[index]->flags & REGION_STANDARD) {
        index--;
    }
    return index;
}

/* Unmaps about so many pages, all at once; returns how many. */
static size_t unmap_some(struct space *space, size_t pages)
{
    struct table_batch batch;
    size_t done = 0;

    table_batch_begin(&batch, &space->tables);
    for (unsigned i = space->count; i-- > 0 && done < pages;) {
        if (!(space->regions[i]->flags & REGION_STANDARD)) {
            done += region_unmap(&batch, space->regions[i], pages - done);
        }
    }
    (void)table_batch_end(&batch);
    return done;
}

/* Takes about so many pages apart; true when the space is gone. */
static bool destroy_step(struct reclaim *reclaim, size_t pages)
{
    struct space *space = list_entry(&reclaim->link, struct space, reclaim.link);
    size_t done = unmap_some(space, pages);

    while (done < pages && space->count > space->standard) {
        unsigned index = last_own(space);

        done += region_shrink(space->regions[index], pages - done);
        if (done < pages) {
            space_remove(space, index, index + 1);
        }
    }
    if (done >= pages) {
        return false;
    }
    if (space->lender) {
        borrow_end(space);
    }
    space_release(space);
    return true;
}

void space_destroy(struct space *space)
{
    if (!list_empty(&space->borrowers)) {
        space->ended = true;
        return;
    }
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

static const struct region *next_region(const struct space *space, uint64_t address)
{
    const struct space *lender = space->lender;
    unsigned index = space_index(lender ? lender : space, address);

    if (lender && (index == lender->count || lender->regions[index]->start >= PROGRAM_END)) {
        lender = NULL;
        index = space_index(space, address > PROGRAM_END ? address : PROGRAM_END);
    }
    space = lender ? lender : space;
    return index < space->count ? space->regions[index] : NULL;
}

bool space_next_region(const struct space *space, uint64_t address,
    struct region_info *info)
{
    const struct region *region = next_region(space, address);
    size_t held;

    if (!region) {
        return false;
    }
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

/* What its lender has counts as its own once that is the only use of it. */
size_t space_resident(const struct space *space)
{
    size_t count = space->lender && space->lender->ended ? space_resident(space->lender) : 0;

    for (unsigned i = 0; i < space->count; i++) {
        const struct amap *amap = space->regions[i]->amap;

        count += amap && amap->references == 1 ? amap->count : 0;
    }
    return count;
}

static size_t region_held(const struct region *region)
{
    const struct amap *amap = region->amap;
    size_t pages = amap ? (amap->count + amap->references - 1) / amap->references : 0;

    if (region->object && region->flags & REGION_SHARED
        && !(region->flags & REGION_SYSTEM)) {
        size_t own = region_last(region) - region_first(region);
        size_t there = object_resident(region->object);

        pages += own < there ? own : there;
    }
    return pages;
}

size_t space_held(const struct space *space)
{
    size_t count = space->lender && space->lender->ended ? space_held(space->lender) : 0;

    for (unsigned i = 0; i < space->count; i++) {
        count += region_held(space->regions[i]);
    }
    return count + space->count * sizeof(struct region) / PAGE_SIZE;
}

static bool inherited(const struct fork *fork, const struct region *region)
{
    bool holds_stack = fork->stack >= region->start && fork->stack < region->end;

    return !(region->flags & (REGION_NO_FORK | REGION_STANDARD))
           && (!(region->flags & REGION_FORK_COPY) || !fork->stack || holds_stack);
}

/* The regions from one address on to another. */
static bool fork_regions(struct fork *fork, struct space *parent, uint64_t from, uint64_t to)
{
    if (!space_reserve(fork->child, parent->count)) {
        return false;
    }
    for (unsigned i = space_index(parent, from);
         i < parent->count && parent->regions[i]->start < to; i++) {
        struct region *region;

        if (!inherited(fork, parent->regions[i])) {
            continue;
        }
        region = region_fork(fork, parent->regions[i]);
        if (!region) {
            return false;
        }
        space_insert(fork->child, region);
    }
    return true;
}

/* The child has its program already. Pages noted as mapped are mapped, or it is given up. */
static struct space *fork_into(struct space *child, struct space *parent, uint64_t stack,
    bool program)
{
    struct fork fork = {.child = child, .stack = stack, .left = COPIES_MAX};
    bool good = true;

    table_batch_begin(&fork.batch, &child->tables);
    if (program) {
        good = fork_regions(&fork, space_of(parent, PROGRAM_BASE), 0, PROGRAM_END);
    }
    good = good && fork_regions(&fork, parent, PROGRAM_END, USER_TOP);
    if (!table_batch_end(&fork.batch) || !good) {
        space_destroy(child);
        return NULL;
    }
    return child;
}

struct space *space_fork(struct space *parent, uint64_t stack)
{
    struct space *child = space_create();

    return child ? fork_into(child, parent, stack, true) : NULL;
}

struct space *space_borrow(struct space *parent, uint64_t stack)
{
    struct space *child = space_create();

    if (child && !borrow_begin(child, space_of(parent, PROGRAM_BASE))) {
        space_destroy(child);
        return NULL;
    }
    return child ? fork_into(child, parent, stack, false) : NULL;
}
