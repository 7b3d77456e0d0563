/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults: which frame a page shows, and which neighbours are mapped along with it
 * because they will be wanted next.
 */
#include <memory/region.h>

#include <transport/process.h>
#include <util/errno.h>
#include <util/string.h>

enum { ZERO_AROUND = 4 };       /* new pages are made in such groups */

/* A new frame with the contents of another one, or zero. */
static uint32_t copy_frame(uint32_t from)
{
    uint32_t frame = frame_alloc(from == 0);

    if (frame && from) {
        memcpy(frame_memory(frame), frame_memory(from), PAGE_SIZE);
    }
    return frame;
}

/* Puts a copy of a frame (0: a zero page) into the amap, which is the region's own. */
static int make_page(struct region *region, size_t page, uint32_t from, uint32_t *frame)
{
    *frame = copy_frame(from);
    if (!*frame) {
        return -ENOMEM;
    }
    region_hide(region, page, page + 1);
    if (!amap_set(region->amap, page, *frame)) {
        frame_put(*frame);
        return -ENOMEM;
    }
    return 0;
}

static uint32_t own_frame(const struct region *region, size_t page)
{
    return region->amap ? amap_frame(region->amap, page) : 0;
}

/* True if a frame of the amap belongs to this region alone. */
static bool sole(const struct region *region, uint32_t frame)
{
    return region->amap->references == 1 && frame_references(frame) == 1;
}

static bool in_object(const struct region *region, size_t page)
{
    return region->offset + page < object_pages(region->object);
}

static int shared_frame(struct region *region, size_t page, uint32_t *frame)
{
    if (!in_object(region, page)) {
        return -ENXIO;
    }
    *frame = object_frame(region->object, region->offset + page, true);
    return *frame ? 0 : -ENOMEM;
}

/* The private page is to be read, and there is none of the region's own. */
static int read_frame(struct region *region, size_t page, uint32_t *frame)
{
    if (region->object) {
        return shared_frame(region, page, frame);
    }
    return region_own_amap(region) ? make_page(region, page, 0, frame) : -ENOMEM;
}

static int write_frame(struct region *region, size_t page, uint32_t *frame)
{
    uint32_t from = own_frame(region, page);

    if (!from && region->object && !in_object(region, page)) {
        return -ENXIO;
    }
    if (!region_own_amap(region)) {
        return -ENOMEM;
    }
    if (from && sole(region, from)) {
        *frame = from;
        return 0;
    }
    if (!from && region->object) {
        from = object_frame(region->object, region->offset + page, false);
    }
    return make_page(region, page, from, frame);
}

int region_frame(struct region *region, size_t page, bool write, uint32_t *frame,
    bool *writable)
{
    int error = 0;

    *writable = region->protection & PROC_WRITE;
    if (region->flags & REGION_SHARED) {
        return shared_frame(region, page, frame);
    }
    if (write) {
        return write_frame(region, page, frame);
    }
    *frame = own_frame(region, page);
    if (!*frame) {
        error = read_frame(region, page, frame);
    }
    if (!error) {
        *writable = *writable && own_frame(region, page) && sole(region, *frame);
    }
    return error;
}

/* The group of pages around one, as far as the region goes. */
static size_t group(const struct region *region, size_t page, size_t size, size_t *end)
{
    size_t first = page & ~(size - 1), low = region_first(region);
    size_t last = region_last(region);

    *end = first + size < last ? first + size : last;
    return first > low ? first : low;
}

/* Nothing of the group is there yet: all its pages are made. What cannot be made now is
 * made when it is touched. */
static void make_around(struct table_batch *batch, struct region *region, size_t page)
{
    bool writable = region->protection & PROC_WRITE;
    size_t end, first = group(region, page, ZERO_AROUND, &end);
    uint32_t frame;

    for (size_t i = first; i < end; i++) {
        if (i != page
            && (make_page(region, i, 0, &frame) < 0
                || !region_show_new(batch, region, i, frame, writable))) {
            return;
        }
    }
}

/* The frame that a page shows already, or 0. */
static uint32_t present_frame(const struct region *region, size_t page, bool *writable)
{
    uint32_t frame = 0;

    *writable = region->protection & PROC_WRITE;
    if (!(region->flags & REGION_SHARED)) {
        frame = own_frame(region, page);
        *writable = *writable && frame && sole(region, frame);
    }
    if (!frame && region->object) {
        frame = object_frame(region->object, region->offset + page, false);
    }
    return frame;
}

/* Maps what is there of the group and not mapped. A private page can be written only after a
 * fault of its own, so that it is known which are (region_fork). */
static void show_around(struct table_batch *batch, struct region *region, size_t page)
{
    static const struct sparse none;
    bool shared = region->flags & REGION_SHARED;
    const struct sparse *own = shared || !region->amap ? &none : &region->amap->frames;
    const struct sparse *object = region->object ? object_frames(region->object) : &none;
    size_t around = region->forked ? AROUND_FORKED : AROUND;
    size_t end, first = group(region, page, around, &end);
    struct sparse_row row = sparse_row(own, first);
    struct sparse_row objects = sparse_row(object, region->offset + first);
    uint64_t mapped = sparse_row(&region->mapped, first).present;

    for (size_t i = first; i < end; i++) {
        uint32_t frame;

        if (i == page || mapped >> i % SPARSE_ROW & 1) {
            continue;
        }
        frame = sparse_at(own, &row, i);
        if (!frame) {
            frame = sparse_at(object, &objects, region->offset + i);
        }
        if (frame && !region_show_new(batch, region, i, frame,
                         shared && region->protection & PROC_WRITE)) {
            return;
        }
    }
}

/* True if a fault here should make new pages around it. */
static bool untouched(const struct region *region, size_t page)
{
    size_t end, first = group(region, page, ZERO_AROUND, &end);

    return !region->object
           && (!region->amap || sparse_next(&region->amap->frames, first, end) == end);
}

static int find_page(struct space *space, uint64_t address, unsigned access,
    struct region **region, size_t *page)
{
    *region = space_region(space, address);
    if (!*region) {
        return -EFAULT;
    }
    if (((*region)->protection & access) != access || !(*region)->protection) {
        return -EACCES;
    }
    *page = region_page(*region, address);
    return 0;
}

/* Maps the page, and others along with it: 0 or -ENOMEM. */
static int show_group(struct region *region, size_t page, uint32_t frame, bool writable,
    bool fresh)
{
    struct table_batch batch;
    bool noted;

    table_batch_begin(&batch, &region->space->tables);
    noted = region_show_with(&batch, region, page, frame, writable);
    if (noted && fresh) {
        make_around(&batch, region, page);
    } else if (noted) {
        show_around(&batch, region, page);
    }
    if (!table_batch_end(&batch)) {
        size_t end, first = group(region, page, AROUND, &end);

        region_hide(region, first, end);
        return -ENOMEM;
    }
    return noted ? 0 : -ENOMEM;
}

int space_fault(struct space *space, uint64_t address, unsigned access)
{
    struct region *region;
    uint32_t frame;
    size_t page;
    bool writable, fresh;
    int error;

    if (space_of(space, address) != space) {
        return borrow_fault(space, address, access);
    }
    error = find_page(space, address, access, &region, &page);
    if (error) {
        return error;
    }
    fresh = untouched(region, page);
    error = region_frame(region, page, access & PROC_WRITE, &frame, &writable);
    return error ? error : show_group(region, page, frame, writable, fresh);
}

/* False: it and what follows has to wait for a fault. */
static bool show_page(struct table_batch *batch, struct space *space, uint64_t address,
    const struct space_range *range)
{
    struct region *region;
    uint32_t frame;
    bool writable;
    size_t page;

    if (find_page(space, address, range->access, &region, &page) != 0
        || (range->make && region_frame(region, page, range->access & PROC_WRITE, &frame,
                               &writable) != 0)) {
        return false;
    }
    frame = present_frame(region, page, &writable);
    return !frame || region_show_with(batch, region, page, frame, writable);
}

void space_show(struct space *space, const struct space_range *ranges, unsigned count)
{
    struct table_batch batch;

    table_batch_begin(&batch, &space->tables);
    for (const struct space_range *range = ranges; range < ranges + count; range++) {
        uint64_t end = range->address + range->pages * PAGE_SIZE;

        for (uint64_t at = range->address; at < end; at += PAGE_SIZE) {
            if (!show_page(&batch, space, at, range)) {
                break;
            }
        }
    }
    if (!table_batch_end(&batch)) {
        for (unsigned i = 0; i < space->count; i++) {
            region_hide(space->regions[i], 0, SPARSE_END);
        }
    }
}

int space_page(struct space *space, uint64_t address, unsigned access, uint32_t *frame,
    cptr *cap)
{
    struct region *region;
    size_t page;
    bool writable;
    int error = find_page(space, address, access, &region, &page);

    if (!error) {
        error = region_frame(region, page, access & PROC_WRITE, frame, &writable);
    }
    if (!error && !region_show(region, page, *frame, writable)) {
        error = -ENOMEM;
    }
    if (!error) {
        *cap = region_mapping(region, page, &writable);
    }
    return error;
}

/* The memory at an address up to the end of its page or null. */
static char *reach(struct space *space, uint64_t address, bool write, size_t *room)
{
    struct region *region = space_region(space_of(space, address), address);
    uint32_t frame;
    bool writable;

    if (!region || region_frame(region, region_page(region, address), write, &frame,
                       &writable) != 0) {
        return NULL;
    }
    *room = PAGE_SIZE - address % PAGE_SIZE;
    return (char *)frame_memory(frame) + address % PAGE_SIZE;
}

int64_t space_read(struct space *space, uint64_t address, void *data, size_t bytes)
{
    size_t done = 0, count;

    for (; done < bytes; done += count) {
        char *from = reach(space, address + done, false, &count);

        if (!from) {
            break;
        }
        count = count < bytes - done ? count : bytes - done;
        memcpy((char *)data + done, from, count);
    }
    return done > 0 || bytes == 0 ? (int64_t)done : -EFAULT;
}

int64_t space_write(struct space *space, uint64_t address, const void *data, size_t bytes)
{
    size_t done = 0, count;

    for (; done < bytes; done += count) {
        char *to = reach(space, address + done, true, &count);

        if (!to) {
            break;
        }
        count = count < bytes - done ? count : bytes - done;
        memcpy(to, (const char *)data + done, count);
    }
    return done > 0 || bytes == 0 ? (int64_t)done : -EFAULT;
}
