/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects and untyped memory; see invariants.h. The memory of objects that are gone is
 * filled with rubbish, so that whoever still uses them is found out.
 */
#include <stdlib.h>
#include <string.h>

#include <core/arch.h>

#include "invariants.h"
#include "machine.h"

enum { RUBBISH = 0xa5, CLEAN_EVERY = 32 };

struct range {
    paddr base, end;
    bool untyped;
};

static struct range ranges[2 * MAX_OBJECTS];
static unsigned range_count;
static struct object last[MAX_OBJECTS];         /* what there was at the last check */
static unsigned last_count;

static int compare(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->base != y->base)
        return x->base < y->base ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return y->untyped - x->untyped;
}

static struct range untyped_range(struct cap cap)
{
    paddr base = cap_paddr(cap);
    return (struct range){base, base + BIT(cap_untyped_bits(cap)), true};
}

static struct range object_range(const struct object *o)
{
    return (struct range){o->base, o->base + BIT(o->bits), false};
}

/* Objects do not overlap, and only untyped memory contains others. */
static void check_overlap(void)
{
    paddr end = 0;

    range_count = 0;
    for (unsigned i = 0; i < objects_count(); i++)
        ranges[range_count++] = object_range(objects_get(i));
    for (unsigned i = 0; i < untypeds_count(); i++)
        ranges[range_count++] = untyped_range(untypeds_get(i));
    qsort(ranges, range_count, sizeof(ranges[0]), compare);
    for (unsigned i = 0; i < range_count; i++) {
        CHECK(ranges[i].base >= end, phys_to_virt(ranges[i].base));
        if (!ranges[i].untyped)
            end = ranges[i].end;
    }
}

/* What an untyped capability has not given out yet is clear. */
static void check_clean(void)
{
    for (unsigned i = 0; i < untypeds_count(); i++) {
        struct cap cap = untypeds_get(i);
        struct range r = untyped_range(cap);
        word clean = max_word(cap_untyped_used(cap), cap_untyped_dirty(cap));
        CHECK(clean <= r.end - r.base, phys_to_virt(r.base));
        if (cap_untyped_device(cap))
            continue;
        const word *at = phys_to_virt(ALIGN_UP(r.base + clean, 3));
        for (; at < (const word *)phys_to_virt(r.end); at++)
            CHECK(*at == 0, at);
    }
}

/* --- rubbish ----------------------------------------------------------------------- */

static bool is_used(struct range r)
{
    for (unsigned i = 0; i < objects_count(); i++) {
        struct range o = object_range(objects_get(i));
        if (o.base < r.end && r.base < o.end)
            return true;
    }
    return false;
}

/* The end of the part of `r` that must be cleared before it is used again. */
static paddr dirty_end(struct range r)
{
    struct range inner = {0, ~(paddr)0, true};
    paddr end = r.base;

    for (unsigned i = 0; i < untypeds_count(); i++) {
        struct cap cap = untypeds_get(i);
        struct range u = untyped_range(cap);
        if (u.base > r.base || u.end < r.end || u.end - u.base > inner.end - inner.base)
            continue;
        bool same = u.base == inner.base && u.end == inner.end;
        word used = max_word(cap_untyped_used(cap), cap_untyped_dirty(cap));
        paddr dirty = min_word(r.end, u.base + used);
        end = same ? min_word(end, dirty) : dirty;
        inner = u;
    }
    return end;
}

static void fill(const struct object *o)
{
    struct range r = object_range(o);
    paddr end = dirty_end(r);

    if (end > r.base && !is_used(r))
        memset(phys_to_virt(r.base), RUBBISH, end - r.base);
}

static bool still_there(const struct object *o)
{
    for (unsigned i = 0; i < objects_count(); i++) {
        if (objects_get(i)->base == o->base && objects_get(i)->type == o->type)
            return true;
    }
    return false;
}

static void fill_gone(void)
{
    for (unsigned i = 0; i < last_count; i++) {
        if (!still_there(&last[i]))
            fill(&last[i]);
    }
    last_count = objects_count();
    for (unsigned i = 0; i < last_count; i++)
        last[i] = *objects_get(i);
}

void memory_check(void)
{
    static unsigned turn;

    check_overlap();
    if (turn++ % CLEAN_EVERY == 0)
        check_clean();
    fill_gone();
}

void memory_forget(void)
{
    last_count = 0;
}
