/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of CNodes: look-up of slots, derivation, moving, deleting and revoking. */
#include <test/test.h>

enum { SMALL_BITS = 4, GUARD = 0x5a, GUARD_BITS = 8 };

static cptr small_cnode(uint64_t guard, unsigned guard_bits)
{
    return mint(object(OBJECT_CNODE, SMALL_BITS), RIGHTS_ALL,
                cnode_guard(guard, guard_bits));
}

/* Copies a fresh notification into a slot of a CNode. */
static enum error_code fill(cptr cnode, uint64_t index, unsigned depth)
{
    return kc_cnode_copy(cnode, index, depth, ROOT, make(OBJECT_NOTIFICATION), DEPTH,
                         RIGHTS_ALL);
}

/* True if the two capabilities reach the same notification. */
static bool same_notification(cptr a, cptr b)
{
    (void)ipc_nbwait(b);
    kc_signal(mint(a, RIGHTS_ALL, 0x77));
    return ipc_nbwait(b).badge == 0x77;
}

TEST("cnode: a copy reaches the same object")
{
    cptr n = make(OBJECT_NOTIFICATION);

    CHECK(same_notification(n, copy(n, RIGHTS_ALL)));
    CHECK(!same_notification(n, make(OBJECT_NOTIFICATION)));
}

TEST("cnode: copy, mint, move, mutate and rotate do not overwrite")
{
    cptr a = make(OBJECT_NOTIFICATION), b = make(OBJECT_NOTIFICATION);
    cptr c = make(OBJECT_NOTIFICATION);

    CHECK_ERR(kc_cnode_copy(ROOT, a, DEPTH, ROOT, b, DEPTH, RIGHTS_ALL),
              ERROR_DELETE_FIRST);
    CHECK_ERR(kc_cnode_mint(ROOT, a, DEPTH, ROOT, b, DEPTH, RIGHTS_ALL, 1),
              ERROR_DELETE_FIRST);
    CHECK_ERR(kc_cnode_move(ROOT, a, DEPTH, ROOT, b, DEPTH), ERROR_DELETE_FIRST);
    CHECK_ERR(kc_cnode_move(ROOT, a, DEPTH, ROOT, a, DEPTH), ERROR_DELETE_FIRST);
    CHECK_ERR(kc_cnode_mutate(ROOT, a, DEPTH, ROOT, b, DEPTH, 0), ERROR_DELETE_FIRST);
    CHECK_ERR(kc_cnode_rotate(ROOT, a, DEPTH, 0, ROOT, b, DEPTH, 0, ROOT, c, DEPTH),
              ERROR_DELETE_FIRST);
}

TEST("cnode: an empty source is a failed look-up")
{
    cptr empty = slot(), to = slot(), n = make(OBJECT_NOTIFICATION);

    CHECK_LOOKUP(kc_cnode_copy(ROOT, to, DEPTH, ROOT, empty, DEPTH, RIGHTS_ALL), 1,
                 LOOKUP_MISSING_CAPABILITY);
    CHECK_EQ(error_word(2), DEPTH);
    CHECK_LOOKUP(kc_cnode_mint(ROOT, to, DEPTH, ROOT, empty, DEPTH, RIGHTS_ALL, 1), 1,
                 LOOKUP_MISSING_CAPABILITY);
    CHECK_LOOKUP(kc_cnode_move(ROOT, to, DEPTH, ROOT, empty, DEPTH), 1,
                 LOOKUP_MISSING_CAPABILITY);
    CHECK_LOOKUP(kc_cnode_mutate(ROOT, to, DEPTH, ROOT, empty, DEPTH, 0), 1,
                 LOOKUP_MISSING_CAPABILITY);
    CHECK_LOOKUP(kc_cnode_rotate(ROOT, to, DEPTH, 0, ROOT, n, DEPTH, 0, ROOT, empty,
                                 DEPTH), 1, LOOKUP_MISSING_CAPABILITY);
    CHECK_LOOKUP(kc_cnode_rotate(ROOT, to, DEPTH, 0, ROOT, empty, DEPTH, 0, ROOT, n,
                                 DEPTH), 0, LOOKUP_MISSING_CAPABILITY);
}

TEST("cnode: a depth of 0 or above 64 is out of range")
{
    static const uint8_t depths[] = {0, 65, 255};
    cptr n = make(OBJECT_NOTIFICATION), to = slot();

    for (unsigned i = 0; i < 3; i++) {
        unsigned d = depths[i];
        CHECK_RANGE(kc_cnode_copy(ROOT, to, d, ROOT, n, DEPTH, RIGHTS_ALL), 1, 64);
        CHECK_RANGE(kc_cnode_copy(ROOT, to, DEPTH, ROOT, n, d, RIGHTS_ALL), 1, 64);
        CHECK_RANGE(kc_cnode_mint(ROOT, to, d, ROOT, n, DEPTH, RIGHTS_ALL, 1), 1, 64);
        CHECK_RANGE(kc_cnode_move(ROOT, to, d, ROOT, n, DEPTH), 1, 64);
        CHECK_RANGE(kc_cnode_move(ROOT, to, DEPTH, ROOT, n, d), 1, 64);
        CHECK_RANGE(kc_cnode_mutate(ROOT, to, d, ROOT, n, DEPTH, 0), 1, 64);
        CHECK_RANGE(kc_cnode_rotate(ROOT, to, d, 0, ROOT, n, DEPTH, 0, ROOT, n, DEPTH),
                    1, 64);
        CHECK_RANGE(kc_cnode_delete(ROOT, n, d), 1, 64);
        CHECK_RANGE(kc_cnode_revoke(ROOT, n, d), 1, 64);
        CHECK_RANGE(kc_cnode_cancel_badged_sends(ROOT, n, d), 1, 64);
    }
}

TEST("cnode: a source root that is no CNode is an invalid root")
{
    cptr n = make(OBJECT_NOTIFICATION), to = slot();

    CHECK_LOOKUP(kc_cnode_copy(ROOT, to, DEPTH, n, n, DEPTH, RIGHTS_ALL), 1,
                 LOOKUP_INVALID_ROOT);
    CHECK_LOOKUP(kc_cnode_move(ROOT, to, DEPTH, n, n, DEPTH), 1, LOOKUP_INVALID_ROOT);
}

TEST("cnode: more bits than the CNodes resolve are a depth mismatch")
{
    cptr cnode = small_cnode(0, 0);

    CHECK_LOOKUP(fill(cnode, 0, SMALL_BITS + 3), 0, LOOKUP_DEPTH_MISMATCH);
    CHECK_EQ(error_word(2), 3);
    CHECK_EQ(error_word(3), 0);
}

TEST("cnode: fewer bits than a CNode resolves are a depth mismatch")
{
    cptr cnode = small_cnode(0, 0);

    CHECK_LOOKUP(fill(cnode, 0, SMALL_BITS - 1), 0, LOOKUP_DEPTH_MISMATCH);
    CHECK_EQ(error_word(2), SMALL_BITS - 1);
    CHECK_EQ(error_word(3), SMALL_BITS);
}

TEST("cnode: a guard that differs or does not fit is a guard mismatch")
{
    cptr cnode = small_cnode(GUARD, GUARD_BITS);

    CHECK_LOOKUP(fill(cnode, 0x5b << SMALL_BITS, GUARD_BITS + SMALL_BITS), 0,
                 LOOKUP_GUARD_MISMATCH);
    CHECK_EQ(error_word(2), GUARD_BITS + SMALL_BITS);
    CHECK_EQ(error_word(3), GUARD);
    CHECK_EQ(error_word(4), GUARD_BITS);
    CHECK_LOOKUP(fill(cnode, 0, GUARD_BITS - 1), 0, LOOKUP_GUARD_MISMATCH);
    CHECK_EQ(error_word(2), GUARD_BITS - 1);
    CHECK_OK(fill(cnode, GUARD << SMALL_BITS, GUARD_BITS + SMALL_BITS));
}

TEST("cnode: only the low bits of an address count")
{
    cptr cnode = small_cnode(0, 0);

    CHECK_OK(fill(cnode, 0xabc0 | 3, SMALL_BITS));
    CHECK_ERR(fill(cnode, 3, SMALL_BITS), ERROR_DELETE_FIRST);
}

TEST("cnode: look-up goes on through CNodes in CNodes")
{
    cptr outer = small_cnode(0, 0), inner = small_cnode(1, 2);

    CHECK_OK(kc_cnode_copy(outer, 7, SMALL_BITS, ROOT, inner, DEPTH, RIGHTS_ALL));
    CHECK_OK(fill(outer, 7 << 6 | 1 << 4 | 9, 10));
    CHECK_ERR(fill(inner, 1 << 4 | 9, 6), ERROR_DELETE_FIRST);
    CHECK_LOOKUP(fill(outer, 7 << 6 | 2 << 4 | 9, 10), 0, LOOKUP_GUARD_MISMATCH);
    CHECK_EQ(error_word(2), 6);
    CHECK_LOOKUP(fill(outer, 6 << 6, 10), 0, LOOKUP_DEPTH_MISMATCH);
}

TEST("cnode: a CNode may contain itself")
{
    cptr cnode = small_cnode(0, 0);

    CHECK_OK(kc_cnode_copy(cnode, 2, SMALL_BITS, ROOT, cnode, DEPTH, RIGHTS_ALL));
    CHECK_OK(fill(cnode, 0x225, 12));
    CHECK_ERR(fill(cnode, 5, 4), ERROR_DELETE_FIRST);
}

TEST("cnode: mint gives a badge once")
{
    cptr n = make(OBJECT_NOTIFICATION), e = make(OBJECT_ENDPOINT), to = slot();
    cptr bn = mint(n, RIGHTS_ALL, 3), be = mint(e, RIGHTS_ALL, 3);

    CHECK_ERR(kc_cnode_mint(ROOT, to, DEPTH, ROOT, bn, DEPTH, RIGHTS_ALL, 4),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_cnode_mint(ROOT, to, DEPTH, ROOT, be, DEPTH, RIGHTS_ALL, 4),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_cnode_mint(ROOT, to, DEPTH, ROOT, be, DEPTH, RIGHTS_ALL, 3),
              ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_cnode_copy(ROOT, to, DEPTH, ROOT, bn, DEPTH, RIGHTS_ALL));
}

TEST("cnode: a badge has 64 bits")
{
    cptr n = make(OBJECT_NOTIFICATION);
    cptr badged = mint(n, RIGHTS_ALL, ~UINT64_C(0));

    kc_signal(badged);
    CHECK_EQ(ipc_nbwait(n).badge, ~UINT64_C(0));
}

TEST("cnode: rights only shrink")
{
    cptr n = make(OBJECT_NOTIFICATION);
    cptr weak = copy(copy(n, RIGHT_READ), RIGHTS_ALL);

    kc_signal(weak);
    CHECK_EQ(ipc_nbwait(n).badge, 0);
    kc_signal(mint(n, RIGHT_WRITE, 1));
    CHECK_EQ(ipc_nbwait(weak).badge, 1);
}

TEST("cnode: a guard must fit beside the radix")
{
    cptr cnode = object(OBJECT_CNODE, SMALL_BITS), to = slot();

    CHECK_ERR(kc_cnode_mint(ROOT, to, DEPTH, ROOT, cnode, DEPTH, RIGHTS_ALL,
                            cnode_guard(0, 61)), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_cnode_mint(ROOT, to, DEPTH, ROOT, cnode, DEPTH, RIGHTS_ALL,
                           cnode_guard(0, 60)));
}

TEST("cnode: move empties the source")
{
    cptr n = make(OBJECT_NOTIFICATION), keep = copy(n, RIGHTS_ALL), to = slot();

    CHECK_OK(kc_cnode_move(ROOT, to, DEPTH, ROOT, n, DEPTH));
    CHECK(is_empty(n));
    CHECK(same_notification(to, keep));
}

TEST("cnode: a moved capability keeps its children")
{
    cptr n = make(OBJECT_NOTIFICATION), child = copy(n, RIGHTS_ALL), to = slot();

    CHECK_OK(kc_cnode_move(ROOT, to, DEPTH, ROOT, n, DEPTH));
    CHECK_OK(revoke(to));
    CHECK(is_empty(child));
    CHECK(!is_empty(to));
}

TEST("cnode: mutate changes a guard and moves")
{
    cptr cnode = object(OBJECT_CNODE, SMALL_BITS), to = slot();

    CHECK_OK(kc_cnode_mutate(ROOT, to, DEPTH, ROOT, cnode, DEPTH, cnode_guard(1, 1)));
    CHECK(is_empty(cnode));
    CHECK_LOOKUP(fill(to, 1, 5), 0, LOOKUP_GUARD_MISMATCH);
    CHECK_OK(fill(to, 0x11, 5));
    CHECK_ERR(kc_cnode_mutate(ROOT, cnode, DEPTH, ROOT, to, DEPTH, cnode_guard(0, 61)),
              ERROR_ILLEGAL_OPERATION);
}

TEST("cnode: mutate gives no badge")
{
    cptr to = slot();

    CHECK_ERR(kc_cnode_mutate(ROOT, to, DEPTH, ROOT, make(OBJECT_ENDPOINT), DEPTH, 5),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_cnode_mutate(ROOT, to, DEPTH, ROOT, make(OBJECT_NOTIFICATION), DEPTH, 5),
              ERROR_ILLEGAL_OPERATION);
}

/* True if the two capabilities are for the same page. */
static bool same_page(cptr a, cptr b)
{
    uint64_t address_a = 0, address_b = 1;

    CHECK_OK(kc_page_get_address(a, &address_a));
    CHECK_OK(kc_page_get_address(b, &address_b));
    return address_a == address_b;
}

TEST("cnode: rotate moves two capabilities")
{
    cptr a = make(OBJECT_PAGE_4K), b = make(OBJECT_PAGE_4K), to = slot();
    cptr keep_a = copy(a, RIGHTS_ALL), keep_b = copy(b, RIGHTS_ALL);

    CHECK_OK(kc_cnode_rotate(ROOT, to, DEPTH, 0, ROOT, a, DEPTH, 0, ROOT, b, DEPTH));
    CHECK(is_empty(b));
    CHECK(same_page(to, keep_a));
    CHECK(same_page(a, keep_b));
}

TEST("cnode: rotate with equal ends swaps")
{
    cptr a = make(OBJECT_PAGE_4K), b = make(OBJECT_PAGE_4K);
    cptr keep_a = copy(a, RIGHTS_ALL), keep_b = copy(b, RIGHTS_ALL);

    CHECK_OK(kc_cnode_rotate(ROOT, a, DEPTH, 0, ROOT, b, DEPTH, 0, ROOT, a, DEPTH));
    CHECK(same_page(a, keep_b));
    CHECK(same_page(b, keep_a));
    CHECK_OK(revoke(b));
    CHECK(is_empty(keep_a));
    CHECK(!is_empty(keep_b));
}

TEST("cnode: rotate and mutate refuse what could have a badge")
{
    static const enum object_type types[] = {OBJECT_ENDPOINT, OBJECT_NOTIFICATION};
    cptr to = slot();

    for (unsigned i = 0; i < 2; i++) {
        cptr a = make(types[i]), b = make(types[i]);
        CHECK_ERR(kc_cnode_rotate(ROOT, to, DEPTH, 0, ROOT, a, DEPTH, 0, ROOT, b, DEPTH),
                  ERROR_ILLEGAL_OPERATION);
        CHECK_ERR(kc_cnode_mutate(ROOT, to, DEPTH, ROOT, a, DEPTH, 0),
                  ERROR_ILLEGAL_OPERATION);
    }
}

TEST("cnode: the pivot of a rotation differs from its ends")
{
    cptr a = make(OBJECT_NOTIFICATION), b = make(OBJECT_NOTIFICATION), to = slot();

    CHECK_ERR(kc_cnode_rotate(ROOT, to, DEPTH, 0, ROOT, a, DEPTH, 0, ROOT, a, DEPTH),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_cnode_rotate(ROOT, a, DEPTH, 0, ROOT, a, DEPTH, 0, ROOT, b, DEPTH),
              ERROR_ILLEGAL_OPERATION);
}

TEST("cnode: rotate sets guards")
{
    cptr a = object(OBJECT_CNODE, SMALL_BITS), b = object(OBJECT_CNODE, SMALL_BITS);
    cptr to = slot();

    CHECK_ERR(kc_cnode_rotate(ROOT, to, DEPTH, cnode_guard(0, 61), ROOT, a, DEPTH, 0,
                              ROOT, b, DEPTH), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_cnode_rotate(ROOT, to, DEPTH, cnode_guard(2, 2), ROOT, a, DEPTH,
                             cnode_guard(3, 2), ROOT, b, DEPTH));
    CHECK_OK(fill(to, 0x21, 6));
    CHECK_OK(fill(a, 0x31, 6));
}

TEST("cnode: delete empties a slot and may be repeated")
{
    cptr n = make(OBJECT_NOTIFICATION);

    CHECK_OK(drop(n));
    CHECK(is_empty(n));
    CHECK_OK(drop(n));
    CHECK_OK(revoke(n));
}

TEST("cnode: deleting an original leaves its copies")
{
    cptr n = make(OBJECT_NOTIFICATION), a = copy(n, RIGHTS_ALL), b = copy(n, RIGHTS_ALL);

    CHECK_OK(drop(n));
    CHECK(same_notification(a, b));
}

TEST("cnode: revoke deletes copies of copies")
{
    cptr n = make(OBJECT_NOTIFICATION), a = copy(n, RIGHTS_ALL), b = copy(a, RIGHTS_ALL);
    cptr c = mint(b, RIGHTS_ALL, 5), d = copy(c, RIGHTS_ALL);

    CHECK_OK(revoke(n));
    CHECK(is_empty(a) && is_empty(b) && is_empty(c) && is_empty(d));
    CHECK(!is_empty(n));
}

TEST("cnode: copies of a copy are its siblings")
{
    cptr n = make(OBJECT_NOTIFICATION), a = copy(n, RIGHTS_ALL), b = copy(a, RIGHTS_ALL);

    CHECK_OK(revoke(a));
    CHECK(!is_empty(b) && !is_empty(n));
}

TEST("cnode: a badged capability is an original of its badge")
{
    cptr e = make(OBJECT_ENDPOINT), other = mint(e, RIGHTS_ALL, 8);
    cptr badged = mint(e, RIGHTS_ALL, 7), child = copy(badged, RIGHTS_ALL);

    CHECK_OK(revoke(badged));
    CHECK(is_empty(child));
    CHECK(!is_empty(badged) && !is_empty(other));
    CHECK_OK(revoke(e));
    CHECK(is_empty(badged) && is_empty(other));
}

TEST("cnode: what is in a CNode ends with it")
{
    cptr pool = object(OBJECT_UNTYPED, 16), cnode = small_cnode(0, 0), e = slot();

    CHECK_OK(kc_untyped_retype(pool, OBJECT_ENDPOINT, 0, ROOT, 0, 0, e, 1));
    CHECK_OK(kc_cnode_move(cnode, 1, SMALL_BITS, ROOT, e, DEPTH));
    cptr to = slot();
    CHECK_ERR(kc_cnode_copy(ROOT, to, DEPTH, ROOT, pool, DEPTH, RIGHTS_ALL),
              ERROR_REVOKE_FIRST);
    CHECK_OK(revoke(cnode - 1));
    CHECK_OK(drop(cnode - 1));
    CHECK_OK(kc_cnode_copy(ROOT, to, DEPTH, ROOT, pool, DEPTH, RIGHTS_ALL));
}

TEST("cnode: revoke through a nested CNode deletes what the nest holds")
{
    cptr pool = object(OBJECT_UNTYPED, 16), outer = slot(), e = make(OBJECT_ENDPOINT);

    CHECK_OK(kc_untyped_retype(pool, OBJECT_CNODE, SMALL_BITS, ROOT, 0, 0, outer, 1));
    CHECK_OK(kc_untyped_retype(pool, OBJECT_CNODE, SMALL_BITS, outer, 0, 0, 3, 1));
    CHECK_OK(kc_cnode_copy(outer, 0x32, 8, ROOT, e, DEPTH, RIGHTS_ALL));
    CHECK_OK(kc_cnode_copy(outer, 0x33, 8, ROOT, outer, DEPTH, RIGHTS_ALL));
    CHECK_OK(revoke(pool));
    CHECK(is_empty(outer));
    CHECK_OK(kc_untyped_retype(pool, OBJECT_UNTYPED, 16, ROOT, 0, 0, outer, 1));
}

TEST("cnode: page table capabilities are copied only while mapped")
{
    static const enum object_type types[] = {
        OBJECT_PAGE_TABLE, OBJECT_PAGE_DIRECTORY, OBJECT_PDPT, OBJECT_PML4};
    cptr to = slot();

    for (unsigned i = 0; i < 4; i++) {
        CHECK_ERR(kc_cnode_copy(ROOT, to, DEPTH, ROOT, make(types[i]), DEPTH, RIGHTS_ALL),
                  ERROR_ILLEGAL_OPERATION);
    }
}

TEST("cnode: interrupt and port control are not copied")
{
    static const cptr unique[] = {
        ROOT_SLOT_IRQ_CONTROL, ROOT_SLOT_IOPORT_CONTROL};
    cptr to = slot();

    for (unsigned i = 0; i < 2; i++) {
        CHECK_ERR(kc_cnode_copy(ROOT, to, DEPTH, ROOT, unique[i], DEPTH, RIGHTS_ALL),
                  ERROR_ILLEGAL_OPERATION);
    }
}

TEST("cnode: other capabilities are copied")
{
    static const cptr plain[] = {
        ROOT_SLOT_TCB, ROOT_SLOT_CNODE, ROOT_SLOT_VSPACE, ROOT_SLOT_ASID_CONTROL,
        ROOT_SLOT_ASID_POOL, ROOT_SLOT_BOOTINFO, ROOT_SLOT_DOMAIN, ROOT_SLOT_SC};

    for (unsigned i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        CHECK_OK(drop(copy(plain[i], RIGHTS_ALL)));
    CHECK_OK(drop(copy(boot->sched_control.start, RIGHTS_ALL)));
    CHECK_OK(drop(copy(make(OBJECT_REPLY), RIGHTS_ALL)));
    CHECK_OK(drop(copy(make(OBJECT_PAGE_4K), RIGHTS_ALL)));
}
