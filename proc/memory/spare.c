/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every space has, and spaces that are kept for it: making page tables and mapping the
 * same pages again is most of what a new space costs. One that is kept has no region but the
 * standard ones; its other page tables are empty.
 */
#include <memory/region.h>

#include <memory/slot.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/heap.h>

enum { STANDARD_MAX = 4, SPARES_MAX = 8, TABLES_MAX = 24 };

static struct standard {
    uint64_t address;
    unsigned protection;
    struct object *object;
} standards[STANDARD_MAX];
static unsigned standard_count;

static struct list spares = {&spares, &spares};
static unsigned spare_count;

static bool add_standards(struct space *space)
{
    for (unsigned i = 0; i < standard_count; i++) {
        const struct standard *standard = &standards[i];
        size_t pages = object_pages(standard->object);

        if (space_map(space, standard->address, pages, standard->protection,
                REGION_SYSTEM | REGION_SHARED | REGION_STANDARD, standard->object, 0, false)
            < 0) {
            return false;
        }
        space->standard++;
        space_show(space,
            &(const struct space_range){standard->address, pages, PROC_READ, true}, 1);
    }
    return true;
}

static void dispose(struct space *space)
{
    space_remove(space, 0, space->count);
    table_free(&space->tables);
    pool_return(POOL_PML4, space->tables.vspace);
    list_remove(&space->link);
    heap_free(space->regions);
    heap_free(space);
}

static struct space *make(void)
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
    list_init(&space->borrowers);
    list_append(space_list(), &space->link);
    if (!add_standards(space)) {
        dispose(space);
        return NULL;
    }
    return space;
}

static struct space *take(void)
{
    struct space *space = list_entry(spares.next, struct space, reclaim.link);

    list_remove(&space->reclaim.link);
    spare_count--;
    table_wake(&space->tables);
    pool_wake(POOL_PML4, 1);
    return space;
}

struct space *space_create(void)
{
    return spare_count > 0 ? take() : make();
}

void space_release(struct space *space)
{
    if (spare_count == SPARES_MAX || space->standard != standard_count
        || table_count(&space->tables) > TABLES_MAX) {
        dispose(space);
        return;
    }
    list_append(&spares, &space->reclaim.link);
    spare_count++;
    table_rest(&space->tables);
    pool_rest(POOL_PML4, 1);
}

bool space_drop_spare(void)
{
    if (spare_count == 0) {
        return false;
    }
    dispose(take());
    return true;
}

int space_standard(uint64_t address, unsigned protection, struct object *object)
{
    if (standard_count == STANDARD_MAX) {
        return -ENOMEM;
    }
    while (space_drop_spare()) {
    }
    standards[standard_count++] = (struct standard){address, protection, object};
    return 0;
}
