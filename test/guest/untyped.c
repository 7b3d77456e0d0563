/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of untyped memory: limits of retype, use of the memory, zeroing. */
#include <test/test.h>

static const struct shape {
    enum object_type type;
    unsigned size_bits; /* argument of retype */
    unsigned bits;      /* of memory */
} shapes[] = {
    {OBJECT_UNTYPED, 4, 4},
    {OBJECT_UNTYPED, 12, 12},
    {OBJECT_ENDPOINT, 0, ENDPOINT_BITS},
    {OBJECT_NOTIFICATION, 0, NOTIFICATION_BITS},
    {OBJECT_CNODE, 1, SLOT_BITS + 1},
    {OBJECT_CNODE, 6, SLOT_BITS + 6},
    {OBJECT_SCHED_CONTEXT, 7, 7},
    {OBJECT_SCHED_CONTEXT, 10, 10},
    {OBJECT_REPLY, 0, REPLY_BITS},
    {OBJECT_PDPT, 0, TABLE_BITS},
    {OBJECT_PML4, 0, TABLE_BITS},
    {OBJECT_PAGE_4K, 0, PAGE_BITS},
    {OBJECT_LARGE_PAGE, 0, LARGE_PAGE_BITS},
    {OBJECT_PAGE_TABLE, 0, TABLE_BITS},
    {OBJECT_PAGE_DIRECTORY, 0, TABLE_BITS},
};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static enum error_code retype(cptr pool, enum object_type type, unsigned size_bits,
                              cptr to, unsigned count)
{
    return kc_untyped_retype(pool, type, size_bits, ROOT, 0, 0, to, count);
}

TEST("untyped: each type takes exactly its size")
{
    for (unsigned i = 0; i < SHAPES; i++) {
        cptr pool = object(OBJECT_UNTYPED, shapes[i].bits + 1), to = slots(3);
        enum object_type type = shapes[i].type;
        CHECK_OK(retype(pool, type, shapes[i].size_bits, to, 2));
        CHECK_ERR1(retype(pool, type, shapes[i].size_bits, to + 2, 1),
                   ERROR_NOT_ENOUGH_MEMORY, 0);
        CHECK_OK(revoke(pool));
        CHECK(is_empty(to) && is_empty(to + 1));
    }
}

TEST("untyped: a thread control block takes 2 or 4 KiB")
{
    cptr pool = object(OBJECT_UNTYPED, TCB_BITS_XSAVE), to = slots(2);

    CHECK_OK(retype(pool, OBJECT_TCB, 0, to, 1));
    enum error_code second = retype(pool, OBJECT_TCB, 0, to + 1, 1);
    CHECK(second == ERROR_NONE || second == ERROR_NOT_ENOUGH_MEMORY);
}

TEST("untyped: too little memory is told with what is left")
{
    cptr pool = object(OBJECT_UNTYPED, 12), to = slots(2);

    CHECK_ERR1(retype(pool, OBJECT_UNTYPED, 13, to, 1), ERROR_NOT_ENOUGH_MEMORY, 4096);
    CHECK_OK(retype(pool, OBJECT_ENDPOINT, 0, to, 1));
    CHECK_ERR1(retype(pool, OBJECT_PAGE_4K, 0, to + 1, 1), ERROR_NOT_ENOUGH_MEMORY, 4080);
    CHECK_ERR1(retype(pool, OBJECT_UNTYPED, 11, to + 1, 2), ERROR_NOT_ENOUGH_MEMORY,
               4080);
}

TEST("untyped: the count goes from 1 to 256")
{
    cptr pool = object(OBJECT_UNTYPED, 16), to = slots(300);

    CHECK_RANGE(retype(pool, OBJECT_ENDPOINT, 0, to, 0), 1, RETYPE_MAX_OBJECTS);
    CHECK_RANGE(retype(pool, OBJECT_ENDPOINT, 0, to, 257), 1, RETYPE_MAX_OBJECTS);
    CHECK_OK(retype(pool, OBJECT_ENDPOINT, 0, to, 256));
    CHECK(!is_empty(to) && !is_empty(to + 255));
}

TEST("untyped: no such type is an invalid argument")
{
    static const uint64_t types[] = {OBJECT_TYPE_COUNT, 100, ~UINT64_C(0)};
    cptr pool = object(OBJECT_UNTYPED, 16);

    for (unsigned i = 0; i < 3; i++) {
        CHECK_ERR1(kc_untyped_retype(pool, types[i], 0, ROOT, 0, 0, slot(), 1),
                   ERROR_INVALID_ARGUMENT, 0);
    }
}

TEST("untyped: sizes that are too small are an invalid argument")
{
    cptr pool = object(OBJECT_UNTYPED, 16), to = slot();

    CHECK_ERR1(retype(pool, OBJECT_UNTYPED, 3, to, 1), ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR1(retype(pool, OBJECT_CNODE, 0, to, 1), ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR1(retype(pool, OBJECT_SCHED_CONTEXT, 6, to, 1), ERROR_INVALID_ARGUMENT, 1);
}

TEST("untyped: sizes that are too large are out of range")
{
    cptr pool = object(OBJECT_UNTYPED, 16), to = slot();

    CHECK_RANGE(retype(pool, OBJECT_UNTYPED, 64, to, 1), 0, UNTYPED_MAX_BITS);
    CHECK_RANGE(retype(pool, OBJECT_UNTYPED, 48, to, 1), 0, UNTYPED_MAX_BITS);
    CHECK_RANGE(retype(pool, OBJECT_CNODE, 43, to, 1), 0, UNTYPED_MAX_BITS);
    CHECK_ERR(retype(pool, OBJECT_UNTYPED, 47, to, 1), ERROR_NOT_ENOUGH_MEMORY);
}

TEST("untyped: a taken slot anywhere in the destination")
{
    cptr pool = object(OBJECT_UNTYPED, 12), to = slots(4);

    CHECK_OK(kc_cnode_copy(ROOT, to + 2, DEPTH, ROOT, ROOT, DEPTH, RIGHTS_ALL));
    CHECK_ERR(retype(pool, OBJECT_ENDPOINT, 0, to, 4), ERROR_DELETE_FIRST);
    CHECK(is_empty(to) && is_empty(to + 3));
}

TEST("untyped: slots beyond the end of the CNode")
{
    cptr pool = object(OBJECT_UNTYPED, 12), cnode = object(OBJECT_CNODE, 4);

    CHECK_RANGE(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, cnode, 0, 0, 16, 1), 0, 15);
    CHECK_RANGE(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, cnode, 0, 0, 10, 7), 1, 6);
    CHECK_OK(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, cnode, 0, 0, 10, 6));
}

TEST("untyped: the destination is looked up below the root")
{
    cptr pool = object(OBJECT_UNTYPED, 12), cnode = object(OBJECT_CNODE, 4);
    cptr n = make(OBJECT_NOTIFICATION);

    CHECK_OK(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, ROOT, cnode, DEPTH, 3, 1));
    CHECK_ERR(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, cnode, 0, 0, 3, 1),
              ERROR_DELETE_FIRST);
    CHECK_LOOKUP(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, ROOT, n, DEPTH, 3, 1), 0,
                 LOOKUP_MISSING_CAPABILITY);
    CHECK_RANGE(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, ROOT, cnode, 80, 3, 1), 1,
                64);
    CHECK_LOOKUP(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, n, cnode, DEPTH, 3, 1), 0,
                 LOOKUP_INVALID_ROOT);
    CHECK_LOOKUP(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, n, 0, 0, 3, 1), 0,
                 LOOKUP_MISSING_CAPABILITY);
}

TEST("untyped: objects are aligned to their size")
{
    cptr pool = object(OBJECT_UNTYPED, 16), to = slots(4);
    uint64_t a = 0, b = 0;

    CHECK_OK(retype(pool, OBJECT_PAGE_4K, 0, to, 1));
    CHECK_OK(retype(pool, OBJECT_ENDPOINT, 0, to + 1, 1));
    CHECK_OK(retype(pool, OBJECT_PAGE_4K, 0, to + 2, 1));
    CHECK_OK(kc_page_get_address(to, &a));
    CHECK_OK(kc_page_get_address(to + 2, &b));
    CHECK_EQ(a % 4096, 0);
    CHECK_EQ(b, a + 2 * 4096);
}

TEST("untyped: memory is used again when the last child has gone")
{
    cptr pool = object(OBJECT_UNTYPED, 13), to = slots(3);
    uint64_t first = 0, again = 0;

    CHECK_OK(retype(pool, OBJECT_PAGE_4K, 0, to, 2));
    CHECK_OK(kc_page_get_address(to, &first));
    CHECK_OK(drop(to));
    CHECK_ERR1(retype(pool, OBJECT_PAGE_4K, 0, to + 2, 1), ERROR_NOT_ENOUGH_MEMORY, 0);
    CHECK_OK(drop(to + 1));
    CHECK_OK(retype(pool, OBJECT_PAGE_4K, 0, to + 2, 1));
    CHECK_OK(kc_page_get_address(to + 2, &again));
    CHECK_EQ(again, first);
}

TEST("untyped: memory that is used again is zero")
{
    enum { PAGES = 8, WORDS = 512 };
    cptr pool = object(OBJECT_UNTYPED, 15), to = slots(PAGES);

    for (unsigned round = 0; round < 2; round++) {
        CHECK_OK(retype(pool, OBJECT_PAGE_4K, 0, to, PAGES));
        for (unsigned i = 0; i < PAGES; i++) {
            uint64_t *page = map_page(to + i, i, RIGHTS_ALL);
            for (unsigned w = 0; w < WORDS; w++) {
                CHECK_EQ(page[w], 0);
                page[w] = ~UINT64_C(0);
            }
        }
        CHECK_OK(revoke(pool));
    }
}

TEST("untyped: a kernel object's memory is zero when it becomes a page")
{
    cptr pool = object(OBJECT_UNTYPED, 12), to = slots(8);

    CHECK_OK(retype(pool, OBJECT_CNODE, 3, to, 1));
    for (unsigned i = 0; i < 8; i++)
        CHECK_OK(kc_cnode_copy(to, i, 3, ROOT, ROOT, DEPTH, RIGHTS_ALL));
    CHECK_OK(drop(to));
    CHECK_OK(retype(pool, OBJECT_PAGE_4K, 0, to, 1));
    uint64_t *page = map_page(to, 0, RIGHTS_ALL);
    for (unsigned w = 0; w < 512; w++)
        CHECK_EQ(page[w], 0);
}

TEST("untyped: untyped memory divides")
{
    cptr pool = object(OBJECT_UNTYPED, 16), half = slots(2), quarter = slots(2);
    cptr e = slot();

    CHECK_OK(retype(pool, OBJECT_UNTYPED, 15, half, 2));
    CHECK_OK(retype(half, OBJECT_UNTYPED, 14, quarter, 2));
    CHECK_OK(retype(quarter, OBJECT_ENDPOINT, 0, e, 1));
    CHECK_OK(revoke(half + 1));
    CHECK(!is_empty(e));
    CHECK_OK(revoke(half));
    CHECK(is_empty(e) && is_empty(quarter) && is_empty(quarter + 1));
    CHECK(!is_empty(half + 1));
    CHECK_OK(revoke(pool));
    CHECK(is_empty(half) && is_empty(half + 1));
}

TEST("untyped: a capability with children is not copied, and a copy is a child")
{
    cptr pool = object(OBJECT_UNTYPED, 12), to = slots(2), e = slot();

    CHECK_OK(kc_cnode_copy(ROOT, to, DEPTH, ROOT, pool, DEPTH, RIGHTS_ALL));
    CHECK_ERR(kc_cnode_copy(ROOT, to + 1, DEPTH, ROOT, pool, DEPTH, RIGHTS_ALL),
              ERROR_REVOKE_FIRST);
    CHECK_OK(retype(to, OBJECT_ENDPOINT, 0, e, 1));
    CHECK_OK(revoke(pool));
    CHECK(is_empty(to) && is_empty(e));
}

TEST("untyped: children outlive moves of their parent")
{
    cptr pool = object(OBJECT_UNTYPED, 12), to = slot(), e = slot();

    CHECK_OK(retype(pool, OBJECT_ENDPOINT, 0, e, 1));
    CHECK_OK(kc_cnode_move(ROOT, to, DEPTH, ROOT, pool, DEPTH));
    CHECK_OK(revoke(to));
    CHECK(is_empty(e));
}

static cptr device_untyped(unsigned min_bits)
{
    for (cptr i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        const struct untyped_desc *desc = &boot->untyped_list[i];
        if (desc->is_device && desc->size_bits >= min_bits)
            return boot->untyped.start + i;
    }
    test_skip("no device memory");
}

TEST("untyped: device memory becomes pages and untyped memory only")
{
    static const enum object_type bad[] = {
        OBJECT_TCB, OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_CNODE,
        OBJECT_SCHED_CONTEXT, OBJECT_REPLY, OBJECT_PDPT, OBJECT_PML4, OBJECT_PAGE_TABLE,
        OBJECT_PAGE_DIRECTORY};
    cptr device = device_untyped(13), to = slots(3);

    CHECK_OK(retype(device, OBJECT_UNTYPED, 12, to, 1));
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_ERR1(retype(to, bad[i], 7, to + 1, 1), ERROR_INVALID_ARGUMENT, 1);
    CHECK_OK(retype(to, OBJECT_PAGE_4K, 0, to + 1, 1));
    CHECK_OK(kc_page_map(to + 1, ROOT_SLOT_VSPACE, free_address(), RIGHTS_ALL,
                         VM_CACHE_DISABLED));
    CHECK_OK(revoke(device));
    CHECK(is_empty(to) && is_empty(to + 1));
}

TEST("untyped: half of all memory in one object")
{
    unsigned bits = 0;

    for (cptr i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        if (boot->untyped.start + i == alloc_untyped())
            bits = boot->untyped_list[i].size_bits;
    }
    cptr half = object(OBJECT_UNTYPED, bits - 1), e = slot();
    CHECK_OK(retype(half, OBJECT_ENDPOINT, 0, e, 1));
    CHECK_OK(revoke(half));
    CHECK_OK(retype(half, OBJECT_UNTYPED, bits - 2, e, 1));
}
