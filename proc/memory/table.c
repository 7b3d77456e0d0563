/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables: the kernel says how many bits of the address the tables in place leave open,
 * and so which kind of table is missing. Notes of their slots link them.
 */
#include <memory/table.h>

#include <memory/slot.h>

struct level {
    enum pool_kind kind;
    uint64_t bits;              /* that are open when it is missing */
    enum error_code (*map)(cptr table, cptr vspace, uint64_t address, uint64_t attributes);
    enum error_code (*unmap)(cptr table);
};

static const struct level levels[TABLE_LEVELS] = {
    {POOL_PAGE_TABLE, 21, kc_page_table_map, kc_page_table_unmap},
    {POOL_PAGE_DIRECTORY, 30, kc_page_directory_map, kc_page_directory_unmap},
    {POOL_PDPT, 39, kc_pdpt_map, kc_pdpt_unmap},
};

static bool add_table(struct tables *tables, unsigned number, uint64_t address)
{
    const struct level *level = &levels[number];
    cptr table = pool_take(level->kind);

    if (!table) {
        return false;
    }
    if (level->map(table, tables->vspace, address, VM_DEFAULT) != ERROR_NONE) {
        pool_return(level->kind, table);
        return false;
    }
    slot_set_note(table, (uint32_t)tables->made[number]);
    tables->made[number] = table;
    tables->count[number]++;
    return true;
}

/* The largest missing table first. */
static bool add_missing(struct tables *tables, uint64_t address, uint64_t bits_open)
{
    for (unsigned i = TABLE_LEVELS; i-- > 0;) {
        if (levels[i].bits <= bits_open) {
            return add_table(tables, i, address);
        }
    }
    return false;
}

bool table_map(struct tables *tables, cptr page, uint64_t address, uint64_t rights)
{
    enum error_code error;

    do {
        error = kc_page_map(page, tables->vspace, address, rights, VM_DEFAULT);
        if (error == ERROR_NONE) {
            return true;
        }
    } while (error == ERROR_FAILED_LOOKUP && add_missing(tables, address, kc_word(2)));
    return false;
}

void table_batch_begin(struct table_batch *batch, struct tables *tables)
{
    batch->tables = tables;
    batch->count = 0;
    batch->failed = false;
}

/* Does the pairs from `first` on; returns how many could be done, and *open of the next. */
static unsigned call(const struct table_batch *batch, unsigned first, uint64_t *open)
{
    uint64_t done;

    for (unsigned i = first; i < batch->count; i++) {
        kc_batch_put(i - first, batch->pairs[i].page, batch->pairs[i].place);
    }
    (void)kc_batch(batch->tables->vspace, batch->count - first, &done, open);
    return (unsigned)done;
}

static void perform(struct table_batch *batch)
{
    unsigned done = 0;

    while (done < batch->count) {
        uint64_t open;

        done += call(batch, done, &open);
        if (done < batch->count
            && !add_missing(batch->tables, batch->pairs[done].place, open)) {
            batch->failed = true;
            done++;
        }
    }
    batch->count = 0;
}

void table_batch_add(struct table_batch *batch, cptr page, uint64_t address,
    uint64_t rights)
{
    if (batch->count == TABLE_BATCH) {
        perform(batch);
    }
    batch->pairs[batch->count].page = page;
    batch->pairs[batch->count++].place = rights ? address | rights : 0;
}

bool table_batch_end(struct table_batch *batch)
{
    perform(batch);
    return !batch->failed;
}

size_t table_count(const struct tables *tables)
{
    size_t count = 0;

    for (unsigned i = 0; i < TABLE_LEVELS; i++) {
        count += tables->count[i];
    }
    return count;
}

void table_rest(const struct tables *tables)
{
    for (unsigned i = 0; i < TABLE_LEVELS; i++) {
        pool_rest(levels[i].kind, tables->count[i]);
    }
}

void table_wake(const struct tables *tables)
{
    for (unsigned i = 0; i < TABLE_LEVELS; i++) {
        pool_wake(levels[i].kind, tables->count[i]);
    }
}

void table_free(struct tables *tables)
{
    for (unsigned i = 0; i < TABLE_LEVELS; i++) {
        while (tables->made[i]) {
            cptr table = tables->made[i];

            tables->made[i] = slot_note(table);
            (void)levels[i].unmap(table);
            tables->count[i]--;
            pool_return(levels[i].kind, table);
        }
    }
}
