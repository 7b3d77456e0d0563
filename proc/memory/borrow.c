/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Borrowed memory: a space whose program is that of another one, its lender. It has one
 * region over all of the program's addresses, in which pages are mapped as the lender has
 * them mapped, with no more rights. When the lender's mappings go, or lose rights, these go
 * before.
 */
#include <memory/region.h>

#include <transport/process.h>
#include <util/errno.h>
#include <util/heap.h>

static struct region *borrowed(const struct space *space)
{
    return space_region(space, PROGRAM_BASE);
}

/* The origin of a region that was moved can lie below address 0. */
static uint64_t clamp(uint64_t address)
{
    return (int64_t)address < (int64_t)PROGRAM_BASE ? PROGRAM_BASE
           : address < PROGRAM_END ? address : PROGRAM_END;
}

void borrow_hide(struct space *lender, uint64_t start, uint64_t end)
{
    for (struct list *link = lender->borrowers.next; link != &lender->borrowers;
         link = link->next) {
        struct region *region = borrowed(list_entry(link, struct space, borrow_link));

        if (region) {           /* else it is being taken apart */
            region_hide(region, region_page(region, clamp(start)),
                region_page(region, clamp(end)));
        }
    }
}

/* Maps a page as the lender has it. False: no memory. */
static bool show(struct table_batch *batch, struct region *region, size_t page,
    const struct region *lent, uint64_t address)
{
    bool writable;
    cptr mapping = region_mapping(lent, region_page(lent, address), &writable);

    return !mapping
           || region_show_with(batch, region, page, frame_mapped(mapping), writable);
}

static int show_around(struct space *space, uint64_t address)
{
    struct region *region = borrowed(space);
    const struct region *lent = space_region(space->lender, address);
    uint64_t first = address & ~(uint64_t)(AROUND_FORKED * PAGE_SIZE - 1);
    uint64_t end = first + AROUND_FORKED * PAGE_SIZE;
    struct table_batch batch;
    bool good = true;

    first = first > lent->start ? first : lent->start;
    end = end < lent->end ? end : lent->end;
    table_batch_begin(&batch, &space->tables);
    for (uint64_t at = first; at < end && good; at += PAGE_SIZE) {
        good = show(&batch, region, region_page(region, at), lent, at);
    }
    if (!table_batch_end(&batch)) {
        region_hide(region, region_page(region, first), region_page(region, end));
        return -ENOMEM;
    }
    return good ? 0 : -ENOMEM;
}

int borrow_fault(struct space *space, uint64_t address, unsigned access)
{
    int error = space_fault(space->lender, address, access);

    return error ? error : show_around(space, address);
}

bool borrow_begin(struct space *space, struct space *lender)
{
    struct region *region = region_create(space, PROGRAM_BASE, PROGRAM_END);

    if (!region || !space_reserve(space, 1)) {
        heap_free(region);
        return false;
    }
    region->flags = REGION_SYSTEM | REGION_NO_FORK | REGION_BORROWED;
    space_insert(space, region);
    space->lender = lender;
    list_append(&lender->borrowers, &space->borrow_link);
    return true;
}

void borrow_end(struct space *space)
{
    struct space *lender = space->lender;

    space->lender = NULL;
    list_remove(&space->borrow_link);
    if (lender->ended && list_empty(&lender->borrowers)) {
        lender->ended = false;
        space_destroy(lender);
    }
}
