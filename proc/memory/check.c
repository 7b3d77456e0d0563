/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Self-check of memory. A frame may have more references than are found here, since other
 * parts of the process server take frames for themselves, but never fewer.
 */
#include <memory/check.h>

#include <memory/region.h>
#include <memory/source.h>
#include <util/heap.h>

static size_t length(struct list *head)
{
    size_t count = 0;

    for (struct list *link = head->next; link != head; link = link->next) {
        count++;
    }
    return count;
}

void memory_count(struct memory_counts *counts)
{
    while (space_drop_spare()) {
    }
    counts->frames = frame_total() - frame_unused() - source_pages();
    counts->mappings = frame_mappings() - source_pages();
    counts->spaces = length(space_list());
    counts->objects = length(object_list());
    counts->amaps = length(amap_list());
    counts->heap = heap_used();
    for (unsigned i = 0; i < POOL_KINDS; i++) {
        counts->pools[i] = pool_in_use(i) - frame_tables(i);
    }
}

/* What is borrowed is mapped as the lender has it mapped. */
static const char *check_borrowed(const struct region *region, size_t *mapped)
{
    for (size_t page = sparse_next(&region->mapped, 0, SPARSE_END); page < SPARSE_END;
         page = sparse_next(&region->mapped, page + 1, SPARSE_END)) {
        uint64_t address = region->origin + page * PAGE_SIZE;
        const struct region *lent = space_region(region->space->lender, address);
        bool writable, lent_writable = false;
        cptr own = region_mapping(region, page, &writable), other;

        other = lent ? region_mapping(lent, region_page(lent, address), &lent_writable) : 0;
        if (!other || frame_mapped(own) != frame_mapped(other) || writable > lent_writable) {
            return "a borrowed page is not what its lender shows";
        }
        ++*mapped;
    }
    return NULL;
}

static const char *check_region(struct region *region, size_t *mapped)
{
    size_t count = 0;

    if (region->flags & REGION_BORROWED) {
        return check_borrowed(region, mapped);
    }

    for (size_t page = sparse_next(&region->mapped, 0, SPARSE_END); page < SPARSE_END;
         page = sparse_next(&region->mapped, page + 1, SPARSE_END)) {
        bool writable;
        uint32_t frame = frame_mapped(region_mapping(region, page, &writable));
        uint32_t own = region->amap ? amap_frame(region->amap, page) : 0;

        if (page < region_first(region) || page >= region_last(region)) {
            return "a page beyond its region is mapped";
        }
        if (!own && region->object) {
            own = object_frame(region->object, region->offset + page, false);
        }
        if (own != frame) {
            return "a page shows another frame than it should";
        }
        if (writable && !(region->flags & REGION_SHARED)
            && (region->amap->references > 1 || frame_references(frame) > 1)) {
            return "a shared frame is writable";
        }
        count++;
    }
    *mapped += count;
    return count == region->mapped_count ? NULL : "a region has miscounted its mappings";
}

static const char *check_space(struct space *space, size_t *mapped)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < space->count; i++) {
        const char *wrong = check_region(space->regions[i], mapped);

        if (wrong) {
            return wrong;
        }
        if (space->regions[i]->start < end
            || space->regions[i]->start >= space->regions[i]->end) {
            return "regions overlap";
        }
        end = space->regions[i]->end;
    }
    return NULL;
}

/* Counts the references that amaps and objects have into the frames. */
static void tally(void)
{
    for (struct list *link = amap_list()->next; link != amap_list(); link = link->next) {
        const struct amap *amap = list_entry(link, struct amap, link);

        for (size_t page = sparse_next(&amap->frames, 0, SPARSE_END); page < SPARSE_END;
             page = sparse_next(&amap->frames, page + 1, SPARSE_END)) {
            frame_tally(amap_frame(amap, page));
        }
    }
    for (struct list *link = object_list()->next; link != object_list();
         link = link->next) {
        struct object *object = object_entry(link);

        for (size_t page = object_next(object, 0, SPARSE_END); page < SPARSE_END;
             page = object_next(object, page + 1, SPARSE_END)) {
            frame_tally(object_frame(object, page, false));
        }
    }
}

const char *memory_check(void)
{
    size_t mapped = 0;

    for (struct list *link = space_list()->next; link != space_list(); link = link->next) {
        const char *wrong = check_space(list_entry(link, struct space, link), &mapped);

        if (wrong) {
            return wrong;
        }
    }
    if (mapped + source_pages() != frame_mappings()) {
        return "mappings are lost";
    }
    tally();
    return frame_check() ? NULL : "frames have too few references";
}
