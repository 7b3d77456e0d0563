/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: regions, each a window on a memory object, and the pages mapped in the
 * processor's tables so far. A private region has pages of its own in front of the object
 * (anonymous pages, shared copy-on-write after fork by counting). Nothing is mapped until
 * it is touched, except by space_page.
 */
#pragma once

#include <memory/object.h>

struct space;

enum region_flag {
    REGION_SHARED = 1,      /* writes go to the object; else copy on write */
    REGION_NO_FORK = 2,     /* the child of a fork does not get it */
    REGION_FORK_COPY = 4,   /* the child gets a copy at once, never copy-on-write */
    REGION_SYSTEM = 8,      /* programs cannot unmap, replace or change it */
    REGION_READ_ONLY = 16,  /* can never be made writable */
    REGION_STANDARD = 32,   /* every space has it: space_standard */
    REGION_BORROWED = 64,   /* shows the program of another space: space_borrow */
    REGION_MAY_WRITE = 128, /* shared, and programs may make it writable */
};

struct region_info {
    uint64_t start, end;    /* addresses */
    unsigned protection;    /* enum proc_protection */
    unsigned flags;         /* enum region_flag */
    struct object *object;  /* null: anonymous only */
    size_t offset;          /* first page in the object */
    size_t resident;        /* pages mapped or held */
};

struct space *space_create(void);
/* Unmaps and frees everything. No thread may run in it any more. What it has lent goes with
 * the last space that borrows it. */
void space_destroy(struct space *space);

/*
 * Every space that is made from now on has this object there, shared, with all its pages
 * mapped. Some spaces that were destroyed are kept with these regions and their page tables,
 * and are the next to be made. Null: every space as it was before. -ENOMEM: there are too many.
 */
int space_standard(uint64_t address, unsigned protection, struct object *object);
/* Gives up one of those that are kept. False: there is none. */
bool space_drop_spare(void);
cptr space_vspace(const struct space *space);

/* A copy as fork makes it, or null. The child has copies, which are mapped, of the private
 * pages that the parent has written lately, as both will write them again, and of regions
 * with REGION_FORK_COPY; with `stack` (else 0) only of the one that holds this address, and
 * only from its page on. Its other private pages are the parent's, read-only in both until
 * they are written, and it finds them by faults. If many were written, they become such
 * pages, too. */
struct space *space_fork(struct space *parent, uint64_t stack);
/* The same for what lies above the program; the program's memory is the parent's own, whatever
 * either does with it. Functions below do to the one space what they are asked to do to the
 * other there. */
struct space *space_borrow(struct space *parent, uint64_t stack);

/*
 * Adds a region; takes a reference of its own to the object. Address 0 chooses a free place
 * below PROGRAM_END. `replace` unmaps what is there (but fails with -EINVAL on
 * REGION_SYSTEM). Returns the address or -EEXIST, -ENOMEM, -EINVAL.
 */
int64_t space_map(struct space *space, uint64_t address, size_t pages, unsigned protection,
    unsigned flags, struct object *object, size_t offset, bool replace);
/* Unmaps pages, splitting regions. `system` allows REGION_SYSTEM ones. */
int space_unmap(struct space *space, uint64_t address, size_t pages, bool system);
/* -ENOMEM: not all of it is mapped; -EACCES: REGION_READ_ONLY; -EINVAL: REGION_SYSTEM. */
int space_protect(struct space *space, uint64_t address, size_t pages, unsigned protection);

/*
 * What is mapped at `from` becomes so many pages, by growing or shrinking where it is, or
 * somewhere else, with PROC_REMAP_MOVE, or at `to`, with PROC_REMAP_FIXED as well, where it
 * replaces what is there. New pages of private memory are zero. Returns the address, or
 * -EFAULT (not all of it is mapped), -ENOMEM or -EINVAL.
 */
struct remap {
    uint64_t from, to;
    size_t pages, wanted;
    unsigned flags;
};
int64_t space_remap(struct space *space, const struct remap *remap);
/* Private pages are again as if they had not been written. -ENOMEM: not all is mapped. */
int space_empty(struct space *space, uint64_t address, size_t pages);

/* Moves the pages [address, +pages) of a private region to another space, same address. */
int space_move(struct space *from, struct space *to, uint64_t address, size_t pages);

/*
 * A thread faulted. 0: mapped, it can go on; -EFAULT: no such region, -EACCES: not allowed
 * (SIGSEGV); -ENXIO: beyond the end of the object (SIGBUS); -ENOMEM.
 */
int space_fault(struct space *space, uint64_t address, unsigned access);

/* Makes the pages of some ranges present with these rights as far as they can be, all at
 * once: those that are there already, or (`make`) all. */
struct space_range {
    uint64_t address;
    size_t pages;
    unsigned access;
    bool make;
};
void space_show(struct space *space, const struct space_range *ranges, unsigned count);

/* Makes one page present with these rights: its frame, and the capability of its mapping
 * (for IPC buffers). 0 or as space_fault. */
int space_page(struct space *space, uint64_t address, unsigned access, uint32_t *frame,
    cptr *cap);

/* Copies out of or into a space whatever its protection; bytes done or -EFAULT. */
int64_t space_read(struct space *space, uint64_t address, void *data, size_t bytes);
int64_t space_write(struct space *space, uint64_t address, const void *data, size_t bytes);

/* The region at or after an address; false if there is none. */
bool space_next_region(const struct space *space, uint64_t address,
    struct region_info *info);
/* Pages that only this space holds, for accounting. */
size_t space_resident(const struct space *space);
/* Those for which it is to be blamed when memory is used up: also its share of what others
 * have too since a fork, shared memory, and what the records of its regions take. */
size_t space_held(const struct space *space);
