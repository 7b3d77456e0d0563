/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: pages of memory that the process server hands out. They are made in batches and
 * then recycled for ever; each has a count of references, and an address in the process
 * server's own space. A frame is named by a number that is not 0.
 *
 * A mapping is a copy of a frame's capability that is in use for one page of one address
 * space. Copies that are not in use stay with the frame.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <abi/object.h>
#include <kcall/syscall.h>

enum { PAGE_SIZE = 1 << 12 };

struct frame_state;

/* Boot: frame n will have the capability first + n, n < count, and an entry in a zeroed
 * table. */
void frame_init(cptr first, size_t count, struct frame_state *table);
size_t frame_table_bytes(size_t count);

/* A frame with one reference, zeroed if asked; 0 if memory is used up. */
uint32_t frame_alloc(bool zero);

void frame_get(uint32_t frame);
/* Drops a reference; the last one returns the frame, which is mapped nowhere then. */
void frame_put(uint32_t frame);
uint32_t frame_references(uint32_t frame);

/* Its memory, in the process server's space. */
void *frame_memory(uint32_t frame);
/* The page capability to make copies of. */
cptr frame_cap(uint32_t frame);

/* A mapping of the frame, not mapped yet; 0 if memory is used up. */
cptr frame_mapping(uint32_t frame);
/* Ends a mapping, wherever it is mapped. */
void frame_unmap(cptr mapping);
/* The same, but it is the caller who unmaps it, before the mapping can be used again. */
void frame_release(cptr mapping);
/* The frame of a mapping. */
uint32_t frame_mapped(cptr mapping);

/* Maps a page in the process server's own space, beside frame_memory. */
bool frame_map_own(cptr page, uint64_t address);

/* Page tables of that space that frames needed: enum pool_kind. */
size_t frame_tables(unsigned kind);

/* How many there are, and how many are free. */
size_t frame_total(void);
size_t frame_unused(void);
/* Mappings in use. */
size_t frame_mappings(void);

/* For the self-check: counts a reference that was found; true if no frame has fewer than
 * were found since the last time, and those without any are the free ones. */
void frame_tally(uint32_t frame);
bool frame_check(void);
