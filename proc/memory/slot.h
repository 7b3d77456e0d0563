/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots of the process server's only CNode, which is large and made at boot, and kernel
 * objects in pools: an object returned to its pool is empty and detached, and is given out
 * again as it is. All capabilities of the process server are small integers.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <abi/object.h>
#include <kcall/invoke.h>

/* The CNode's own address, and the depth of addresses in it. */
extern cptr slot_cnode;
enum { SLOT_DEPTH = 64 };

/* Boot: the slots [first, end) are empty; `notes` has a zeroed word for each. */
void slot_init(cptr first, cptr end, uint32_t *notes);

/* An empty slot; 0 if there is none. */
cptr slot_alloc(void);
/* `count` in a row that are not given back otherwise; 0 if there are none. */
cptr slot_alloc_row(unsigned count);
/* Gives the last row back, in which nothing has been put. */
void slot_return_row(unsigned count);
/* Gives an empty slot back. slot_delete empties it first. */
void slot_free(cptr slot);
void slot_delete(cptr slot);
size_t slot_in_use(void);
size_t slot_unused(void);

/* A number that the slot's user keeps with it. */
uint32_t slot_note(cptr slot);
void slot_set_note(cptr slot, uint32_t note);

enum pool_kind {
    POOL_TCB, POOL_SCHED_CONTEXT, POOL_ENDPOINT, POOL_NOTIFICATION, POOL_REPLY,
    POOL_CSPACE /* CNode of CSPACE_BITS, all empty */, POOL_PML4 /* with an ASID */,
    POOL_PDPT, POOL_PAGE_DIRECTORY, POOL_PAGE_TABLE, POOL_KINDS
};

/* An object's capability with all rights; 0 if memory is used up. */
cptr pool_take(enum pool_kind kind);

/*
 * Gives an object back. Tables have been unmapped by the caller. Objects of the other kinds
 * are destroyed and made anew: everything derived from the capability goes, and whoever
 * waits in them or is bound to them is let go.
 */
void pool_return(enum pool_kind kind, cptr object);
/* So many of those that have been taken are in something that is kept to be used again, and
 * that memory_find() gives up (space.h); and are not any more. */
void pool_rest(enum pool_kind kind, size_t count);
void pool_wake(enum pool_kind kind, size_t count);
/* Without those that rest. */
size_t pool_in_use(enum pool_kind kind);
/* How many could be taken without more memory. */
size_t pool_unused(enum pool_kind kind);
