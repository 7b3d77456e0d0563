/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of VSPACE_BATCH: many pages mapped and unmapped by one invocation. */
#include <kcall/batch.h>
#include <test/test.h>

#define ADDRESS  UINT64_C(0x8000000000)    /* nothing has a table there */

enum { PAGE = 1 << PAGE_BITS, NO_PT = 21, NO_PDPT = 39 };

static uint64_t done, missing;

static enum error_code one(cptr vspace, cptr page, uint64_t place)
{
    kc_batch_put(0, page, place);
    return kc_batch(vspace, 1, &done, &missing);
}

/* True if the batch of one is refused, and no table is missing. */
static bool refused(cptr vspace, cptr page, uint64_t place)
{
    return one(vspace, page, place) == ERROR_NONE && done == 0 && missing == 0;
}

TEST("batch: pages come, change places and go; the processor sees it")
{
    cptr first = make(OBJECT_PAGE_4K), second = make(OBJECT_PAGE_4K);
    cptr own = ROOT_SLOT_VSPACE;
    uint64_t address = free_address();
    volatile uint64_t *a = (uint64_t *)address, *b = (uint64_t *)(address + PAGE);

    kc_batch_put(0, first, address | RIGHTS_READ_WRITE);
    kc_batch_put(1, second, (address + PAGE) | RIGHTS_READ_WRITE);
    CHECK_OK(kc_batch(own, 2, &done, &missing));
    CHECK_EQ(done, 2);
    *a = 1;
    *b = 2;
    kc_batch_put(0, first, 0);
    kc_batch_put(1, second, 0);
    kc_batch_put(2, first, (address + PAGE) | RIGHT_READ);
    kc_batch_put(3, second, address | RIGHTS_READ_WRITE);
    CHECK_OK(kc_batch(own, 4, &done, &missing));
    CHECK_EQ(done, 4);
    CHECK_EQ(*a, 2);
    CHECK_EQ(*b, 1);
    CHECK_OK(kc_page_unmap(first));
    CHECK_OK(kc_page_unmap(second));
}

TEST("batch: as many pages as a message has room for")
{
    cptr row = objects(OBJECT_PAGE_4K, 0, KC_BATCH_MAX);
    uint64_t address = free_address();

    for (unsigned i = 0; i < KC_BATCH_MAX; i++)
        kc_batch_put(i, row + i, (address + i * PAGE) | RIGHTS_READ_WRITE);
    CHECK_OK(kc_batch(ROOT_SLOT_VSPACE, KC_BATCH_MAX, &done, &missing));
    CHECK_EQ(done, KC_BATCH_MAX);
    for (unsigned i = 0; i < KC_BATCH_MAX; i++)
        CHECK_EQ(*(volatile uint64_t *)(address + i * PAGE), 0);
    for (unsigned i = 0; i < KC_BATCH_MAX; i++)
        kc_batch_put(i, row + i, 0);
    CHECK_OK(kc_batch(ROOT_SLOT_VSPACE, KC_BATCH_MAX, &done, &missing));
    CHECK_EQ(done, KC_BATCH_MAX);
}

TEST("batch: it ends where a table is missing, and says which")
{
    cptr first = make(OBJECT_PAGE_4K), second = make(OBJECT_PAGE_4K);
    cptr vspace = vspace_empty();

    CHECK_OK(one(vspace, first, ADDRESS | RIGHT_READ));
    CHECK_EQ(done, 0);
    CHECK_EQ(missing, NO_PDPT);
    map_tables(vspace, ADDRESS);
    kc_batch_put(0, first, ADDRESS | RIGHT_READ);
    kc_batch_put(1, second, (ADDRESS + (1 << NO_PT)) | RIGHT_READ);
    CHECK_OK(kc_batch(vspace, 2, &done, &missing));
    CHECK_EQ(done, 1);
    CHECK_EQ(missing, NO_PT);
}

TEST("batch: what a page's own calls refuse is refused")
{
    cptr page = make(OBJECT_PAGE_4K), large = make(OBJECT_LARGE_PAGE);
    cptr vspace = vspace_empty(), other = vspace_empty();

    map_tables(vspace, ADDRESS);
    map_tables(other, ADDRESS);
    CHECK_OK(one(vspace, page, ADDRESS | RIGHT_READ));
    CHECK_EQ(done, 1);
    CHECK(refused(other, page, ADDRESS | RIGHT_READ));
    CHECK(refused(other, page, 0));
    CHECK(refused(vspace, page, (ADDRESS + PAGE) | RIGHT_READ));
    CHECK(refused(vspace, copy(page, RIGHTS_ALL), (ADDRESS + PAGE) | 8 | RIGHT_READ));
    CHECK(refused(vspace, copy(page, RIGHTS_ALL), USER_TOP | RIGHT_READ));
    CHECK(refused(vspace, large, ADDRESS | RIGHT_READ));
    CHECK(refused(vspace, vspace, ADDRESS | RIGHT_READ));
    CHECK(refused(vspace, slot(), ADDRESS | RIGHT_READ));
    CHECK_ERR(kc_batch(vspace, 0, &done, &missing), ERROR_TRUNCATED_MESSAGE);
    CHECK_ERR(one(make(OBJECT_PML4), page, 0), ERROR_INVALID_CAPABILITY);
    CHECK_OK(one(vspace, page, 0));
    CHECK_EQ(done, 1);
    CHECK_OK(one(other, page, ADDRESS | RIGHT_READ));
    CHECK_EQ(done, 1);
}
