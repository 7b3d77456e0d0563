/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regions of address spaces, for the files that make up space.h. A page of a region is
 * counted from its origin, where it began before it was cut. What is mapped in the
 * processor's tables is remembered page by page: the mapping's capability, with a bit for
 * "writable".
 */
#pragma once

#include <memory/amap.h>
#include <memory/reclaim.h>
#include <memory/space.h>
#include <memory/table.h>
#include <transport/layout.h>

enum {
    REGIONS_MAX = 1 << 14,
    AROUND = 8,                 /* pages that are there are mapped in such groups at a fault; */
    AROUND_FORKED = 2,          /* in who may soon exec */
};

/* Pages of a region, from its origin on: one that moves, grows and loses its front again and
 * again never comes near the end of sparse arrays. */
#define REGION_PAGES_MAX ((size_t)1 << 40)

struct region {
    struct space *space;
    uint64_t origin, start, end;
    uint8_t protection;         /* enum proc_protection */
    uint8_t flags;              /* enum region_flag */
    uint8_t forks;              /* how often it was forked, modulo 256 */
    bool forked;                /* it is a copy, made by a fork */
    struct object *object;
    size_t offset;              /* page of the object at the origin */
    struct list object_link;    /* object_regions */
    struct amap *amap;          /* null: no page of its own yet */
    struct sparse mapped;
    size_t mapped_count, writable_count;
};

struct space {
    struct list link;           /* of all spaces */
    struct reclaim reclaim;     /* once it is destroyed */
    struct tables tables;
    struct region **regions;    /* by address */
    unsigned count, room;
    unsigned standard;          /* regions with REGION_STANDARD */
    struct space *lender;       /* whose program this one's is, or null (borrow.c) */
    struct list borrowers, borrow_link;
    bool ended;                 /* it was destroyed, but has borrowers */
};

/* The space that has the memory at an address of this one. */
static inline struct space *space_of(struct space *space, uint64_t address)
{
    return space->lender && address < PROGRAM_END ? space->lender : space;
}

/* Gives a space the program of another one, which borrows nothing itself. False: no
 * memory. */
bool borrow_begin(struct space *space, struct space *lender);
/* What it has mapped is gone: it borrows no longer. */
void borrow_end(struct space *space);
/* space_fault for an address of the program. */
int borrow_fault(struct space *space, uint64_t address, unsigned access);
/* What borrowers have mapped of this range goes: before it does in the lender, or before that
 * can no longer write it. */
void borrow_hide(struct space *lender, uint64_t start, uint64_t end);

/* A region that is in no space yet, or null. */
struct region *region_create(struct space *space, uint64_t start, uint64_t end);
void region_set_object(struct region *region, struct object *object, size_t offset);
/* Of a region that is to be destroyed: unmaps at least so many of its pages, a row of them at
 * a time, or all; then, when the batch is done, drops those that it has of its own. They
 * return how many. */
size_t region_unmap(struct table_batch *batch, struct region *region, size_t least);
size_t region_shrink(struct region *region, size_t least);
/* Unmaps its pages and frees it. */
void region_destroy(struct region *region);
/* A fork under way. */
struct fork {
    struct space *child;
    uint64_t stack;             /* as for space_fork */
    size_t left;                /* pages that may be copied at once */
    struct table_batch batch;   /* of the child */
};
/* The region as the child of a fork gets it; null: no memory. */
struct region *region_fork(struct fork *fork, struct region *region);
/* What is outside of [start, end) does not belong to it any more. */
void region_trim(struct region *region, uint64_t start, uint64_t end);
/* Cuts off what is from `at` on as a region of its own; null: no memory. */
struct region *region_split(struct region *region, uint64_t at);

static inline size_t region_page(const struct region *region, uint64_t address)
{
    return (address - region->origin) / PAGE_SIZE;
}

/* Its pages are [region_first, region_last). */
static inline size_t region_first(const struct region *region)
{
    return region_page(region, region->start);
}

static inline size_t region_last(const struct region *region)
{
    return region_page(region, region->end);
}

/* Makes the amap one that only this region has, so that it can be changed. */
bool region_own_amap(struct region *region);

/* Maps a frame at a page, or changes that mapping's rights to what is given. False: no
 * memory. */
bool region_show(struct region *region, size_t page, uint32_t frame, bool writable);
/* The same for many pages, as part of a batch of the space's tables. */
bool region_show_with(struct table_batch *batch, struct region *region, size_t page,
    uint32_t frame, bool writable);
/* The same for a page of which nothing is mapped. */
bool region_show_new(struct table_batch *batch, struct region *region, size_t page,
    uint32_t frame, bool writable);
/* The mapping of a page, or 0. */
cptr region_mapping(const struct region *region, size_t page, bool *writable);
/* Unmaps pages [from, end). */
void region_hide(struct region *region, size_t from, size_t end);
/* Unmaps what is mapped of pages [from, end) of its object. */
void region_hide_object(struct region *region, size_t from, size_t end);
/* Makes what is mapped of it read-only. */
void region_seal(struct region *region);

/* The frame that a page shows, made if need be, for reading or writing, and whether it may
 * be mapped writable. 0, or as space_fault. */
int region_frame(struct region *region, size_t page, bool write, uint32_t *frame,
    bool *writable);

/* The first region that ends after an address: its index, or space->count. */
unsigned space_index(const struct space *space, uint64_t address);
/* The region at an address, or null. */
struct region *space_region(const struct space *space, uint64_t address);

/* Makes room for some more regions; puts one in, for which there is room; takes regions
 * [first, end) out and destroys them. */
bool space_reserve(struct space *space, unsigned more);
void space_insert(struct space *space, struct region *region);
void space_remove(struct space *space, unsigned first, unsigned end);

/* True if these pages can be in a space; if a region of the system is in a range. */
bool range_valid(uint64_t address, size_t pages);
bool range_has_system(const struct space *space, uint64_t start, uint64_t end);
/* Cuts the region that goes over an address, if there is one: 0 or -ENOMEM. */
int range_cut(struct space *space, uint64_t at);
/* The highest free place below PROGRAM_END, or 0. */
uint64_t space_find_place(const struct space *space, size_t pages);
/* Empties a range. Memory is needed only where one region is left on both sides: 0 or
 * -ENOMEM. */
int range_clear(struct space *space, uint64_t start, uint64_t end);

/* A space with standard regions alone is kept to be used again, or freed. */
void space_release(struct space *space);

/* All of them, those that are kept too. */
struct list *space_list(void);
