/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces for tests. The image's own pages have capabilities in the boot
 * information; a second address space maps copies of them at the same addresses.
 */
#pragma once

#include <kcall/invoke.h>

/* The page capability that backs an address of the image. */
cptr image_frame(const void *address);

/* A new address space with an identifier and nothing in it. */
cptr vspace_empty(void);

/* A new address space with all of the image: its threads share memory with the root
   task's, but not address space. */
cptr vspace_image(void);

/* Puts the tables that lead to an address (down to a page table) into a VSpace. */
void map_tables(cptr vspace, uint64_t address);

/* An address in the root task's VSpace that has page tables and nothing mapped, with
   room for FREE_PAGES pages; it does not change. */
enum { FREE_PAGES = 512 };
uint64_t free_address(void);

/* Makes those page tables, once. */
void vspace_init(void);

/* A page of memory in the root task's VSpace at free_address() plus 4096 * index. */
void *map_page(cptr page, unsigned index, uint64_t rights);
