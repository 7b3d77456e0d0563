/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that nobody has used yet: see untyped.h. */
#include <memory/untyped.h>

#include <memory/slot.h>

/* Of so many parts of memory, one is for kernel objects alone; and they get one at most, as
 * what has become one is never a frame again. */
enum { RESERVE_SHARE = 16, OBJECT_SHARE = 8 };

struct source {
    cptr cap;
    uint64_t size;
    uint64_t used;
};

static struct source sources[256];
static unsigned source_count;
static uint64_t total, left, objects;

void untyped_add(cptr cap, unsigned bits, uint64_t used)
{
    uint64_t size = UINT64_C(1) << bits;

    if (source_count == sizeof(sources) / sizeof(sources[0]) || used >= size) {
        return;
    }
    sources[source_count++] = (struct source){cap, size, used};
    total += size;
    left += size - used;
}

/* The kernel puts objects at the next multiple of their size. */
static uint64_t next_place(const struct source *source, unsigned bits)
{
    uint64_t size = UINT64_C(1) << bits;

    return (source->used + size - 1) & ~(size - 1);
}

/* The smallest source with room, so that large ones stay for large objects. */
static struct source *choose(unsigned bits, unsigned count)
{
    struct source *best = 0;

    for (unsigned i = 0; i < source_count; i++) {
        struct source *source = &sources[i];

        if (next_place(source, bits) + ((uint64_t)count << bits) <= source->size
            && (!best || source->size < best->size)) {
            best = source;
        }
    }
    return best;
}

bool untyped_retype(enum untyped_use use, enum object_type type, unsigned size_bits,
    unsigned bits, cptr first, unsigned count)
{
    struct source *source = choose(bits, count);
    uint64_t bytes = (uint64_t)count << bits, end;

    if (!source) {
        return false;
    }
    if (use == USE_FRAMES ? left < total / RESERVE_SHARE + bytes
                          : objects + bytes > total / OBJECT_SHARE) {
        return false;
    }
    if (kc_untyped_retype(source->cap, type, size_bits, slot_cnode, 0, 0, first, count)
        != ERROR_NONE) {
        return false;
    }
    end = next_place(source, bits) + bytes;
    left -= end - source->used;
    objects += use == USE_OBJECTS ? bytes : 0;
    source->used = end;
    return true;
}

uint64_t untyped_left(void)
{
    return left;
}

uint64_t untyped_room(enum untyped_use use)
{
    uint64_t reserve = total / RESERVE_SHARE, limit = total / OBJECT_SHARE;

    if (use == USE_FRAMES) {
        return left > reserve ? left - reserve : 0;
    }
    return limit <= objects ? 0 : limit - objects < left ? limit - objects : left;
}
