/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory objects: a sparse array of frames, and the regions that show them. */
#include <memory/object.h>

#include <memory/region.h>
#include <memory/sparse.h>
#include <util/errno.h>
#include <util/heap.h>
#include <util/list.h>
#include <util/string.h>

struct object {
    struct list link;           /* of all objects */
    struct list regions;
    struct reclaim reclaim;     /* once it is not used any more */
    uint32_t references;
    size_t pages, resident;
    struct sparse frames;
};

static struct list all = {&all, &all};

struct list *object_list(void)
{
    return &all;
}

struct object *object_entry(struct list *link)
{
    return list_entry(link, struct object, link);
}

struct list *object_regions(struct object *object)
{
    return &object->regions;
}

struct object *object_create(size_t pages)
{
    struct object *object = pages <= OBJECT_PAGES_MAX ? heap_zero(1, sizeof(*object))
                                                      : NULL;

    if (object) {
        object->references = 1;
        object->pages = pages;
        list_init(&object->regions);
        list_append(&all, &object->link);
    }
    return object;
}

struct object *object_create_from(const void *data, size_t bytes)
{
    size_t pages = bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
    struct object *object = object_create(pages);

    if (object && bytes > 0
        && object_write(object, 0, data, bytes) != (int64_t)bytes) {
        object_put(object);
        return NULL;
    }
    return object;
}

void object_get(struct object *object)
{
    object->references++;
}

/* Drops the frames of pages [from, end), which no region shows any more. */
static void drop_frames(struct object *object, size_t from, size_t end)
{
    for (size_t page = sparse_next(&object->frames, from, end); page < end;
         page = sparse_next(&object->frames, page + 1, end)) {
        frame_put(sparse_clear(&object->frames, page));
        object->resident--;
    }
}

/* Drops up to so many pages; true when the object is gone. */
static bool destroy_step(struct reclaim *reclaim, size_t pages)
{
    struct object *object = list_entry(&reclaim->link, struct object, reclaim.link);

    for (; object->resident > 0; pages--) {
        size_t page = sparse_next(&object->frames, 0, SPARSE_END);

        if (pages == 0) {
            return false;
        }
        drop_frames(object, page, page + 1);
    }
    list_remove(&object->link);
    heap_free(object);
    return true;
}

void object_put(struct object *object)
{
    if (--object->references == 0) {
        reclaim_start(&object->reclaim, destroy_step);
    }
}

size_t object_pages(const struct object *object)
{
    return object->pages;
}

size_t object_resident(const struct object *object)
{
    return object->resident;
}

const struct sparse *object_frames(const struct object *object)
{
    return &object->frames;
}

size_t object_next(const struct object *object, size_t page, size_t end)
{
    return sparse_next(&object->frames, page, end);
}

uint32_t object_frame(struct object *object, size_t page, bool create)
{
    uint32_t frame;

    if (page >= object->pages) {
        return 0;
    }
    frame = sparse_get(&object->frames, page);
    if (frame || !create) {
        return frame;
    }
    frame = frame_alloc(true);
    if (!frame) {
        return 0;
    }
    if (!sparse_set(&object->frames, page, frame)) {
        frame_put(frame);
        return 0;
    }
    object->resident++;
    return frame;
}

void object_discard(struct object *object, size_t page, size_t count)
{
    size_t end = page + count < page ? SPARSE_END : page + count;

    for (struct list *link = object->regions.next; link != &object->regions;
         link = link->next) {
        region_hide_object(list_entry(link, struct region, object_link), page, end);
    }
    drop_frames(object, page, end);
}

int object_resize(struct object *object, size_t pages)
{
    if (pages > OBJECT_PAGES_MAX) {
        return -ENOMEM;
    }
    if (pages < object->pages) {
        object_discard(object, pages, object->pages - pages);
    }
    object->pages = pages;
    return 0;
}

/* Bytes from `offset` to the end of its page, of the object, and of the request. */
static size_t piece(const struct object *object, uint64_t offset, size_t bytes)
{
    uint64_t size = (uint64_t)object->pages * PAGE_SIZE;
    size_t room = PAGE_SIZE - offset % PAGE_SIZE;

    if (offset >= size) {
        return 0;
    }
    return bytes < room ? bytes : room;
}

int64_t object_read(struct object *object, uint64_t offset, void *data, size_t bytes)
{
    size_t done = 0, count;

    for (; (count = piece(object, offset + done, bytes - done)) > 0; done += count) {
        uint64_t at = offset + done;
        uint32_t frame = object_frame(object, at / PAGE_SIZE, false);

        if (frame) {
            memcpy((char *)data + done, (char *)frame_memory(frame) + at % PAGE_SIZE,
                count);
        } else {
            memset((char *)data + done, 0, count);
        }
    }
    return (int64_t)done;
}

int64_t object_write(struct object *object, uint64_t offset, const void *data,
    size_t bytes)
{
    size_t done = 0, count;

    for (; (count = piece(object, offset + done, bytes - done)) > 0; done += count) {
        uint64_t at = offset + done;
        uint32_t frame = object_frame(object, at / PAGE_SIZE, true);

        if (!frame) {
            return done > 0 ? (int64_t)done : -ENOMEM;
        }
        memcpy((char *)frame_memory(frame) + at % PAGE_SIZE, (const char *)data + done,
            count);
    }
    return (int64_t)done;
}
