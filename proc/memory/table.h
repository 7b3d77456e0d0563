/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables of an address space: made when a page is mapped that needs them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcall/batch.h>
#include <kcall/invoke.h>

enum { TABLE_LEVELS = 3 };

struct tables {
    cptr vspace;
    cptr made[TABLE_LEVELS];    /* page tables, directories, PDPTs: the last one made */
    size_t count[TABLE_LEVELS];
};

/* Maps a page, or changes the rights of its mapping. False if memory is used up. */
bool table_map(struct tables *tables, cptr page, uint64_t address, uint64_t rights);

/* Pages of one address space that are mapped and unmapped together, in the order given. */
enum { TABLE_BATCH = KC_BATCH_MAX };
struct table_batch {
    struct tables *tables;
    unsigned count;
    bool failed;
    struct {
        cptr page;
        uint64_t place;         /* address plus rights */
    } pairs[TABLE_BATCH];
};

/* An empty one. */
void table_batch_begin(struct table_batch *batch, struct tables *tables);
/* Adds a page that is to be mapped, or whose mapping's rights change; or (rights 0) one of
 * this address space that is to be unmapped. */
void table_batch_add(struct table_batch *batch, cptr page, uint64_t address,
    uint64_t rights);
/* Does what is left to do. False: memory is used up, and some pages are not mapped. */
bool table_batch_end(struct table_batch *batch);

/* How many there are. */
size_t table_count(const struct tables *tables);
/* The tables, without pages, are kept to be used again; and are used again. */
void table_rest(const struct tables *tables);
void table_wake(const struct tables *tables);
/* Unmaps all tables and gives them back. No page may be mapped any more. */
void table_free(struct tables *tables);
