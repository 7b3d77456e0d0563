/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: pages of memory that the process server hands out. They are made in batches,
 * mapped in the process server's own space, and then recycled for ever; each has a count of
 * references. A frame is named by a number that is not 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcall/syscall.h>

enum { PAGE_BITS = 12, PAGE_SIZE = 1 << PAGE_BITS };

/* A frame with one reference, zeroed if asked; 0 if memory is used up. */
uint32_t frame_alloc(bool zero);

void frame_get(uint32_t frame);
/* Drops a reference; the last one returns the frame. */
void frame_put(uint32_t frame);
uint32_t frame_references(uint32_t frame);

/* Its memory, in the process server's space. */
void *frame_memory(uint32_t frame);
/* The page capability to make copies of, for mappings. */
cptr frame_cap(uint32_t frame);

/* How many there are, and how many are free. */
size_t frame_total(void);
size_t frame_unused(void);
