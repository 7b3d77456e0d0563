/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces for tests, from pages of the image and new page tables. */
#include <test/test.h>

enum {
    PAGE_SIZE = 1 << PAGE_BITS,
    TABLE_SPAN = 1 << LARGE_PAGE_BITS,
    FREE_ADDRESS = 0x10000000
};

extern char __executable_start[], _end[];

cptr image_frame(const void *address)
{
    uint64_t offset = (uint64_t)address - (uint64_t)__executable_start;

    return boot->user_image_frames.start + offset / PAGE_SIZE;
}

cptr vspace_empty(void)
{
    cptr vspace = make(OBJECT_PML4);

    CHECK_OK(kc_asid_pool_assign(ROOT_SLOT_ASID_POOL, vspace));
    return vspace;
}

/* A table that is in place already makes the new one superfluous. */
static void settle(enum error_code error, cptr table)
{
    if (error == ERROR_DELETE_FIRST)
        error = drop(table);
    CHECK_OK(error);
}

void map_tables(cptr vspace, uint64_t address)
{
    cptr pdpt = make(OBJECT_PDPT);
    settle(kc_pdpt_map(pdpt, vspace, address, VM_DEFAULT), pdpt);
    cptr directory = make(OBJECT_PAGE_DIRECTORY);
    settle(kc_page_directory_map(directory, vspace, address, VM_DEFAULT), directory);
    cptr table = make(OBJECT_PAGE_TABLE);
    settle(kc_page_table_map(table, vspace, address, VM_DEFAULT), table);
}

cptr vspace_image(void)
{
    uint64_t start = (uint64_t)__executable_start, end = (uint64_t)_end;
    cptr vspace = vspace_empty();

    for (uint64_t at = start; at < end; at += PAGE_SIZE) {
        if (at == start || at % TABLE_SPAN == 0)
            map_tables(vspace, at);
        cptr page = copy(image_frame((void *)at), RIGHTS_ALL);
        CHECK_OK(kc_page_map(page, vspace, at, RIGHTS_ALL, VM_DEFAULT));
    }
    return vspace;
}

void vspace_init(void)
{
    cptr table = keep_object(OBJECT_PAGE_TABLE, 0);

    CHECK_OK(kc_page_table_map(table, ROOT_SLOT_VSPACE, FREE_ADDRESS, VM_DEFAULT));
}

uint64_t free_address(void)
{
    return FREE_ADDRESS;
}

void *map_page(cptr page, unsigned index, uint64_t rights)
{
    uint64_t address = FREE_ADDRESS + (uint64_t)index * PAGE_SIZE;

    CHECK_OK(kc_page_map(page, ROOT_SLOT_VSPACE, address, rights, VM_DEFAULT));
    return (void *)address;
}
