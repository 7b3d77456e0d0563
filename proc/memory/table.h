/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables of an address space: made when a page is mapped that needs them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcall/invoke.h>

enum { TABLE_LEVELS = 3 };

struct tables {
    cptr vspace;
    cptr made[TABLE_LEVELS];    /* page tables, directories, PDPTs: the last one made */
    size_t count[TABLE_LEVELS];
};

/* Maps a page, or changes the rights of its mapping. False if memory is used up. */
bool table_map(struct tables *tables, cptr page, uint64_t address, uint64_t rights);

/* Unmaps all tables and gives them back. No page may be mapped any more. */
void table_free(struct tables *tables);
