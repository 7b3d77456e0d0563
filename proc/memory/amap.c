/* SPDX-License-Identifier: BSD-2-Clause */
/* Anonymous pages: see amap.h. */
#include <memory/amap.h>

#include <util/heap.h>

static struct list all = {&all, &all};

struct list *amap_list(void)
{
    return &all;
}

struct amap *amap_create(void)
{
    struct amap *amap = heap_zero(1, sizeof(*amap));

    if (amap) {
        amap->references = 1;
        list_append(&all, &amap->link);
    }
    return amap;
}

uint32_t amap_frame(const struct amap *amap, size_t page)
{
    return sparse_get(&amap->frames, page);
}

bool amap_set(struct amap *amap, size_t page, uint32_t frame)
{
    uint32_t old = sparse_get(&amap->frames, page);

    if (!sparse_set(&amap->frames, page, frame)) {
        return false;
    }
    if (old) {
        frame_put(old);
    } else {
        amap->count++;
    }
    return true;
}

void amap_drop(struct amap *amap, size_t from, size_t end)
{
    for (size_t page = sparse_next(&amap->frames, from, end); page < end;
         page = sparse_next(&amap->frames, page + 1, end)) {
        frame_put(sparse_clear(&amap->frames, page));
        amap->count--;
    }
}

static void give_back(void *context, uint32_t frame)
{
    (void)context;
    frame_put(frame);
}

size_t amap_shrink(struct amap *amap, size_t least)
{
    size_t done = sparse_drain(&amap->frames, least, give_back, NULL);

    amap->count -= done;
    return done;
}

void amap_put(struct amap *amap)
{
    if (--amap->references > 0) {
        return;
    }
    (void)amap_shrink(amap, SPARSE_END);
    list_remove(&amap->link);
    heap_free(amap);
}

struct amap *amap_copy(const struct amap *amap, size_t from, size_t end)
{
    struct amap *new = amap_create();

    if (!new) {
        return NULL;
    }
    for (size_t page = sparse_next(&amap->frames, from, end); page < end;
         page = sparse_next(&amap->frames, page + 1, end)) {
        uint32_t frame = amap_frame(amap, page);

        frame_get(frame);
        if (!amap_set(new, page, frame)) {
            frame_put(frame);
            amap_put(new);
            return NULL;
        }
    }
    return new;
}
