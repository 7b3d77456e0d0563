/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's half of every address space. Slot 256 of the root table maps physical
 * memory from address 0 on (all RAM, and at least the first 4 GiB); slot 511 maps the
 * kernel image. Both are fixed before the first thread runs.
 */
#pragma once

#include <arch/layout.h>
#include <core/types.h>

#define MEMORY_LIMIT  BIT(39)       /* RAM above cannot be mapped and is not used */

static inline void *phys_to_virt(paddr p)
{
    return (void *)(p + PHYSMAP_BASE);
}

/* Of an address in the image or in the map of physical memory. */
static inline paddr virt_to_phys(const void *v)
{
    word address = (word)v;
    return address >= KERNEL_BASE ? address - KERNEL_BASE : address - PHYSMAP_BASE;
}

/* Boot: the physical address of the root table that has the kernel's half only. */
paddr memory_root(void);
/* Boot: extend the map of physical memory over [start, end), with tables taken by
 * boot_alloc(); everything below 4 GiB is there from the start. */
void memory_map(paddr start, paddr end);
/* Boot: access to the device registers at this address, below 4 GiB, is not cached. */
void memory_map_device(paddr registers);
/* Boot: the kernel image's text and constants become read-only, its data no-execute,
 * and low addresses are not mapped any more. All cores have started; each has to empty
 * its translation cache afterwards. */
void memory_protect_image(void);
/* Physical addresses from this on are not in the map of physical memory. */
extern paddr memory_top;
/* Empty this core's translation cache, global entries too. */
void memory_flush(void);
