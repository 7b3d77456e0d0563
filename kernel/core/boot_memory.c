/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorted lists of regions; see boot_memory.h. */
#include <core/boot_memory.h>

#include <abi/object.h>
#include <core/arch.h>

#define MAX_REGIONS   64
#define ALLOC_LIMIT   BIT(32)

struct regions {
    unsigned count;
    struct region list[MAX_REGIONS];
};

static struct regions ram;      /* all RAM */
static struct regions unused;   /* RAM to be had */
static struct regions known;    /* RAM and excluded registers: no device for users */

static void remove_at(struct regions *r, unsigned i)
{
    for (r->count--; i < r->count; i++)
        r->list[i] = r->list[i + 1];
}

/* Insert a region in order, and merge it with those that it touches. */
static void insert(struct regions *r, struct region new)
{
    unsigned i = 0;

    if (new.start >= new.end)
        return;
    while (i < r->count && r->list[i].end < new.start)
        i++;
    while (i < r->count && r->list[i].start <= new.end) {
        new.start = min_word(new.start, r->list[i].start);
        new.end = max_word(new.end, r->list[i].end);
        remove_at(r, i);
    }
    if (r->count == MAX_REGIONS)
        kpanic("too many regions of physical memory");
    for (unsigned j = r->count++; j > i; j--)
        r->list[j] = r->list[j - 1];
    r->list[i] = new;
}

static void cut(struct regions *r, struct region hole)
{
    for (unsigned i = 0; i < r->count;) {
        struct region old = r->list[i];
        if (hole.end <= old.start || hole.start >= old.end) {
            i++;
            continue;
        }
        remove_at(r, i);
        insert(r, (struct region){old.start, hole.start});
        insert(r, (struct region){hole.end, old.end});
        i = 0;
    }
}

static struct region outward(struct region r)
{
    return (struct region){ALIGN_DOWN(r.start, PAGE_BITS), ALIGN_UP(r.end, PAGE_BITS)};
}

void boot_memory_add(struct region r)
{
    r = (struct region){ALIGN_UP(r.start, PAGE_BITS), ALIGN_DOWN(r.end, PAGE_BITS)};
    insert(&ram, r);
    insert(&unused, r);
    insert(&known, r);
}

void boot_memory_reserve(struct region used)
{
    cut(&unused, outward(used));
}

void boot_memory_release(struct region r)
{
    insert(&unused, outward(r));
}

void boot_memory_exclude_device(struct region registers)
{
    insert(&known, outward(registers));
}

const struct region *boot_memory_ram(unsigned i)
{
    return i < ram.count ? &ram.list[i] : NULL;
}

/* From the top down, so that low memory stays in large pieces. */
paddr boot_alloc(word size, word align_bits)
{
    size = ALIGN_UP(size, PAGE_BITS);
    for (unsigned i = unused.count; i-- > 0;) {
        struct region r = unused.list[i];
        paddr end = min_word(r.end, ALLOC_LIMIT);
        if (end < r.start || end - r.start < size)
            continue;
        paddr base = ALIGN_DOWN(end - size, max_word(align_bits, PAGE_BITS));
        if (base < r.start)
            continue;
        boot_memory_reserve((struct region){base, base + size});
        __builtin_memset(phys_to_virt(base), 0, size);
        return base;
    }
    kpanic("out of memory while booting");
}

/* --- what is left ---------------------------------------- */

static void give_region(struct region r, bool device,
                        void (*give)(paddr base, word bits, bool device))
{
    while (r.start < r.end) {
        word bits = 63 - (word)__builtin_clzll(r.end - r.start);
        if (r.start)
            bits = min_word(bits, (word)__builtin_ctzll(r.start));
        bits = min_word(bits, UNTYPED_MAX_BITS);
        give(r.start, bits, device);
        r.start += BIT(bits);
    }
}

void boot_memory_give(paddr top, void (*give)(paddr base, word bits, bool device))
{
    paddr at = 0;

    for (unsigned i = 0; i < known.count; i++) {
        struct region r = known.list[i];
        give_region((struct region){at, min_word(r.start, top)}, true, give);
        at = r.end;
    }
    give_region((struct region){at, top}, true, give);
    for (unsigned i = 0; i < unused.count; i++)
        give_region(unused.list[i], false, give);
}
