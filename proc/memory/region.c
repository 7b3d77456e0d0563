/* SPDX-License-Identifier: BSD-2-Clause */
/* Regions: what is mapped of them, and cutting them in two. */
#include <memory/region.h>

#include <transport/process.h>
#include <util/heap.h>
#include <util/string.h>

#define WRITABLE UINT32_C(0x80000000)

/* Pages of a region that fork copies at once; how often that is done before the region's
 * pages are made read-only, so that only what is written still counts. */
enum { WRITTEN_MAX = 8, FORKS_COPIED = 16 };

struct region *region_create(struct space *space, uint64_t start, uint64_t end)
{
    struct region *region = heap_zero(1, sizeof(*region));

    if (region) {
        region->space = space;
        region->origin = region->start = start;
        region->end = end;
        list_init(&region->object_link);
    }
    return region;
}

void region_set_object(struct region *region, struct object *object, size_t offset)
{
    if (object) {
        object_get(object);
        region->object = object;
        region->offset = offset;
        list_append(object_regions(object), &region->object_link);
    }
}

/* One mapping goes, in a batch. */
static void unmap(void *context, uint32_t entry)
{
    cptr mapping = entry & ~WRITABLE;

    table_batch_add(context, mapping, 0, 0);
    frame_release(mapping);
}

static uint64_t page_address(const struct region *region, size_t page)
{
    return region->origin + page * PAGE_SIZE;
}

/* Borrowers lose what they have mapped of these pages. */
static void revoke(const struct region *region, size_t from, size_t end)
{
    if (!list_empty(&region->space->borrowers)) {
        borrow_hide(region->space, page_address(region, from), page_address(region, end));
    }
}

void region_hide(struct region *region, size_t from, size_t end)
{
    struct table_batch batch;

    if (region->mapped_count == 0) {
        return;
    }
    revoke(region, from, end);
    table_batch_begin(&batch, &region->space->tables);
    for (size_t page = sparse_next(&region->mapped, from, end); page < end;
         page = sparse_next(&region->mapped, page + 1, end)) {
        uint32_t entry = sparse_clear(&region->mapped, page);

        unmap(&batch, entry);
        region->mapped_count--;
        region->writable_count -= (entry & WRITABLE) != 0;
    }
    (void)table_batch_end(&batch);
}

size_t region_unmap(struct table_batch *batch, struct region *region, size_t least)
{
    size_t done = sparse_drain(&region->mapped, least, unmap, batch);

    region->mapped_count -= done;
    region->writable_count = 0;         /* nobody asks any more */
    return done;
}

size_t region_shrink(struct region *region, size_t least)
{
    return region->amap && region->amap->references == 1
               ? amap_shrink(region->amap, least) : 0;
}

static void unmap_all(struct region *region)
{
    struct table_batch batch;

    if (region->mapped_count > 0) {
        revoke(region, 0, region_last(region));
        table_batch_begin(&batch, &region->space->tables);
        (void)region_unmap(&batch, region, SPARSE_END);
        (void)table_batch_end(&batch);
    }
}

void region_destroy(struct region *region)
{
    unmap_all(region);
    if (region->amap) {
        amap_put(region->amap);
    }
    if (region->object) {
        list_remove(&region->object_link);
        object_put(region->object);
    }
    heap_free(region);
}

bool region_own_amap(struct region *region)
{
    struct amap *old = region->amap, *new;

    if (old && old->references == 1) {
        return true;
    }
    new = old ? amap_copy(old, region_first(region), region_last(region)) : amap_create();
    if (!new) {
        return false;
    }
    if (old) {
        amap_put(old);
    }
    region->amap = new;
    return true;
}

static void map(struct table_batch *batch, const struct region *region, size_t page,
    cptr mapping, bool writable)
{
    table_batch_add(batch, mapping, page_address(region, page),
        writable ? RIGHTS_READ_WRITE : RIGHT_READ);
}

cptr region_mapping(const struct region *region, size_t page, bool *writable)
{
    uint32_t entry = sparse_get(&region->mapped, page);

    *writable = entry & WRITABLE;
    return entry & ~WRITABLE;
}

static uint32_t note(cptr mapping, bool writable)
{
    return (uint32_t)mapping | (writable ? WRITABLE : 0);
}

bool region_show_with(struct table_batch *batch, struct region *region, size_t page,
    uint32_t frame, bool writable)
{
    bool now_writable;
    cptr mapping = region_mapping(region, page, &now_writable);

    if (mapping && frame_mapped(mapping) == frame) {
        if (writable != now_writable) {
            map(batch, region, page, mapping, writable);
            (void)sparse_set(&region->mapped, page, note(mapping, writable));
            region->writable_count += writable ? 1 : SIZE_MAX;
        }
        return true;
    }
    if (mapping) {
        region_hide(region, page, page + 1);
    }
    return region_show_new(batch, region, page, frame, writable);
}

bool region_show_new(struct table_batch *batch, struct region *region, size_t page,
    uint32_t frame, bool writable)
{
    cptr mapping = frame_mapping(frame);

    if (!mapping) {
        return false;
    }
    if (!sparse_set(&region->mapped, page, note(mapping, writable))) {
        frame_unmap(mapping);
        return false;
    }
    region->mapped_count++;
    region->writable_count += writable;
    map(batch, region, page, mapping, writable);
    return true;
}

bool region_show(struct region *region, size_t page, uint32_t frame, bool writable)
{
    struct table_batch batch;
    bool noted;

    table_batch_begin(&batch, &region->space->tables);
    noted = region_show_with(&batch, region, page, frame, writable);
    if (table_batch_end(&batch)) {
        return noted;
    }
    region_hide(region, page, page + 1);
    return false;
}

void region_hide_object(struct region *region, size_t from, size_t end)
{
    from = from > region->offset ? from - region->offset : 0;
    end = end > region->offset ? end - region->offset : 0;
    for (size_t page = sparse_next(&region->mapped, from, end); page < end;
         page = sparse_next(&region->mapped, page + 1, end)) {
        if (!region->amap || !amap_frame(region->amap, page)) {
            region_hide(region, page, page + 1);
        }
    }
}

void region_seal(struct region *region)
{
    struct table_batch batch;

    revoke(region, 0, region_last(region));
    table_batch_begin(&batch, &region->space->tables);
    for (size_t page = sparse_next(&region->mapped, 0, SPARSE_END); page < SPARSE_END;
         page = sparse_next(&region->mapped, page + 1, SPARSE_END)) {
        uint32_t entry = sparse_get(&region->mapped, page);

        if (entry & WRITABLE) {
            map(&batch, region, page, entry & ~WRITABLE, false);
            (void)sparse_set(&region->mapped, page, entry & ~WRITABLE);
        }
    }
    region->writable_count = 0;
    (void)table_batch_end(&batch);
}

/* What is mapped of the part goes along; if there is no memory to remember it, it is
 * unmapped and comes back by faults. */
static void move_mappings(struct region *from, struct region *to, size_t first)
{
    for (size_t page = sparse_next(&from->mapped, first, SPARSE_END); page < SPARSE_END;
         page = sparse_next(&from->mapped, page + 1, SPARSE_END)) {
        uint32_t entry = sparse_clear(&from->mapped, page);

        from->mapped_count--;
        from->writable_count -= (entry & WRITABLE) != 0;
        if (sparse_set(&to->mapped, page, entry)) {
            to->mapped_count++;
            to->writable_count += (entry & WRITABLE) != 0;
        } else {
            revoke(to, page, page + 1);
            frame_unmap(entry & ~WRITABLE);
        }
    }
}

void region_trim(struct region *region, uint64_t start, uint64_t end)
{
    region->start = start;
    region->end = end;
    region_hide(region, 0, region_first(region));
    region_hide(region, region_last(region), SPARSE_END);
    if (region->amap && region->amap->references == 1) {
        amap_drop(region->amap, 0, region_first(region));
        amap_drop(region->amap, region_last(region), SPARSE_END);
    }
}

struct region *region_split(struct region *region, uint64_t at)
{
    size_t first = region_page(region, at);
    struct region *upper = region_create(region->space, at, region->end);

    if (!upper) {
        return NULL;
    }
    upper->protection = region->protection;
    upper->flags = region->flags;
    upper->origin = region->origin;
    upper->forked = region->forked;
    if (region->amap) {
        upper->amap = amap_copy(region->amap, first, region_last(region));
        if (!upper->amap) {
            heap_free(upper);
            return NULL;
        }
        if (region->amap->references == 1) {
            amap_drop(region->amap, first, SPARSE_END);
        }
    }
    region_set_object(upper, region->object, region->offset);
    move_mappings(region, upper, first);
    region->end = at;
    return upper;
}

/* An object of the copy's own, with the same bytes. */
static bool copy_object(const struct region *region, struct region *copy)
{
    struct object *object = object_create(region_last(region));
    bool good = object;

    for (size_t page = region_first(region); good && page < region_last(region); page++) {
        uint32_t frame = object_frame(region->object, region->offset + page, false);

        good = !frame || object_write(object, (uint64_t)page * PAGE_SIZE,
            frame_memory(frame), PAGE_SIZE) == PAGE_SIZE;
    }
    if (good) {
        region_set_object(copy, object, 0);
    }
    if (object) {
        object_put(object);
    }
    return good;
}

/* It is mapped as well, as the child will use it. */
static bool copy_page(struct fork *fork, struct region *copy, size_t page, uint32_t from)
{
    uint32_t frame = frame_alloc(false);

    if (!frame) {
        return false;
    }
    memcpy(frame_memory(frame), frame_memory(from), PAGE_SIZE);
    if (!amap_set(copy->amap, page, frame)) {
        frame_put(frame);
        return false;
    }
    (void)region_show_with(&fork->batch, copy, page, frame, copy->protection & PROC_WRITE);
    return true;
}

/* Copies of pages that the parent can write now; of the others, the same frames. */
static bool copy_written(struct fork *fork, struct region *region, struct region *copy)
{
    const struct sparse *frames = &region->amap->frames;
    bool good;

    fork->left -= region->writable_count;
    copy->amap = amap_create();
    good = copy->amap;
    for (size_t page = sparse_next(frames, region_first(region), region_last(region));
         page < region_last(region) && good;
         page = sparse_next(frames, page + 1, region_last(region))) {
        uint32_t frame = sparse_get(frames, page);
        bool writable;

        if (region_mapping(region, page, &writable) && writable) {
            good = copy_page(fork, copy, page, frame);
        } else {
            frame_get(frame);
            good = amap_set(copy->amap, page, frame);
            if (!good) {
                frame_put(frame);
            }
        }
    }
    return good;
}

/* Copies of all pages, or of those from the stack pointer on. */
static bool copy_all(struct fork *fork, struct region *region, struct region *copy)
{
    const struct sparse *frames = &region->amap->frames;
    size_t first = region_page(region, fork->stack ? fork->stack : region->start);
    size_t end = region_last(region);
    bool good;

    copy->amap = amap_create();
    good = copy->amap;
    for (size_t page = sparse_next(frames, first, end); page < end && good;
         page = sparse_next(frames, page + 1, end)) {
        good = copy_page(fork, copy, page, sparse_get(frames, page));
    }
    return good;
}

static bool copy_amap(struct fork *fork, struct region *region, struct region *copy)
{
    if (!region->amap) {
        return true;
    }
    if (region->flags & REGION_FORK_COPY) {
        return copy_all(fork, region, copy);
    }
    if (region->forks++ % FORKS_COPIED != 0 && region->amap->references == 1
        && region->writable_count <= WRITTEN_MAX && region->writable_count <= fork->left) {
        return copy_written(fork, region, copy);
    }
    region_seal(region);
    region->amap->references++;
    copy->amap = region->amap;
    return true;
}

struct region *region_fork(struct fork *fork, struct region *region)
{
    bool own_object = region->object && region->flags & REGION_SHARED
                      && region->flags & REGION_FORK_COPY;
    struct region *copy = region_create(fork->child, region->start, region->end);

    if (!copy) {
        return NULL;
    }
    copy->protection = region->protection;
    copy->flags = region->flags;
    copy->origin = region->origin;
    copy->forked = true;
    if (!own_object) {
        region_set_object(copy, region->object, region->offset);
    }
    if ((own_object && !copy_object(region, copy)) || !copy_amap(fork, region, copy)) {
        (void)table_batch_end(&fork->batch);
        region_destroy(copy);
        return NULL;
    }
    return copy;
}
