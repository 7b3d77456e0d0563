/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory during boot: what is RAM, what of it is still free, and which
 * addresses are devices. Used by one core, until the root task gets what is left.
 */
#pragma once

#include <core/types.h>

struct region {
    paddr start, end;       /* [start, end) */
};

/* A piece of RAM. Incomplete pages at its ends are given up. */
void boot_memory_add(struct region ram);
/* This range is used: never hand it out. Parts that are not RAM do not matter. */
void boot_memory_reserve(struct region used);
/* A reserved range of RAM is free again. Whole pages. */
void boot_memory_release(struct region unused);
/* The kernel keeps these device registers to itself. */
void boot_memory_exclude_device(struct region registers);

/* Zeroed memory below 4 GiB, whole pages, aligned to 2^align_bits (at least a page).
 * Panics when there is none. */
paddr boot_alloc(word size, word align_bits);

/* Calls give(base, bits, device) for everything that is left, in naturally aligned
 * pieces: first devices, addresses up to `top`, then RAM. */
void boot_memory_give(paddr top, void (*give)(paddr base, word bits, bool device));

/* RAM region i, ascending, or null. */
const struct region *boot_memory_ram(unsigned i);
