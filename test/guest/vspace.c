/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of address spaces: pages, the tables that lead to them, identifiers. */
#include <abi/fault.h>
#include <test/test.h>

#define ADDRESS  UINT64_C(0x8000000000)    /* the root task has no table there */
#define KERNEL   UINT64_C(0xffffffff80000000)

enum {
    NO_PT = 21, NO_PD = 30, NO_PDPT = 39,   /* address bits left without a table */
    PAGE = 1 << PAGE_BITS
};

static enum error_code map(cptr page, cptr vspace, uint64_t address)
{
    return kc_page_map(page, vspace, address, RIGHTS_ALL, VM_DEFAULT);
}

#define CHECK_NO_TABLE(call, bits)                                                 \
    do {                                                                           \
        CHECK_LOOKUP(call, 0, LOOKUP_MISSING_CAPABILITY);                          \
        CHECK_EQ(error_word(2), bits);                                             \
    } while (0)

TEST("vspace: a missing table is named by the bits it would translate")
{
    cptr page = make(OBJECT_PAGE_4K), large = make(OBJECT_LARGE_PAGE);
    cptr pdpt = make(OBJECT_PDPT), directory = make(OBJECT_PAGE_DIRECTORY);
    cptr table = make(OBJECT_PAGE_TABLE), vspace = vspace_empty();

    CHECK_NO_TABLE(map(page, vspace, ADDRESS), NO_PDPT);
    CHECK_NO_TABLE(kc_page_table_map(table, vspace, ADDRESS, 0), NO_PDPT);
    CHECK_NO_TABLE(kc_page_directory_map(directory, vspace, ADDRESS, 0), NO_PDPT);
    CHECK_OK(kc_pdpt_map(pdpt, vspace, ADDRESS + 5, 0));
    CHECK_NO_TABLE(map(page, vspace, ADDRESS), NO_PD);
    CHECK_NO_TABLE(map(large, vspace, ADDRESS), NO_PD);
    CHECK_OK(kc_page_directory_map(directory, vspace, ADDRESS, 0));
    CHECK_NO_TABLE(map(page, vspace, ADDRESS), NO_PT);
    CHECK_OK(kc_page_table_map(table, vspace, ADDRESS, 0));
    CHECK_OK(map(page, vspace, ADDRESS));
    CHECK_OK(map(large, vspace, ADDRESS + (1 << LARGE_PAGE_BITS)));
}

TEST("vspace: a table is mapped once, where there is none")
{
    cptr pdpt = make(OBJECT_PDPT), other = make(OBJECT_PDPT), vspace = vspace_empty();

    CHECK_ERR1(kc_pdpt_map(pdpt, make(OBJECT_PML4), ADDRESS, 0),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(kc_pdpt_map(pdpt, vspace, KERNEL, 0), ERROR_INVALID_ARGUMENT, 0);
    CHECK_OK(kc_pdpt_map(pdpt, vspace, ADDRESS, 0));
    CHECK_ERR(kc_pdpt_map(other, vspace, ADDRESS, 0), ERROR_DELETE_FIRST);
    CHECK_ERR1(kc_pdpt_map(pdpt, vspace, 0, 0), ERROR_INVALID_CAPABILITY, 0);
    CHECK_OK(kc_pdpt_unmap(pdpt));
    CHECK_OK(kc_pdpt_map(other, vspace, ADDRESS, 0));
    CHECK_OK(kc_pdpt_map(pdpt, vspace, 0, 0));
}

TEST("vspace: only mapped tables can be copied, only single ones unmapped")
{
    cptr pdpt = make(OBJECT_PDPT), to = slot(), vspace = vspace_empty();

    CHECK_ERR(kc_cnode_copy(ROOT, to, DEPTH, ROOT, pdpt, DEPTH, RIGHTS_ALL),
              ERROR_ILLEGAL_OPERATION);
    CHECK_ERR(kc_cnode_copy(ROOT, to, DEPTH, ROOT, make(OBJECT_PML4), DEPTH, RIGHTS_ALL),
              ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_pdpt_unmap(pdpt));
    CHECK_OK(kc_pdpt_map(pdpt, vspace, ADDRESS, 0));
    cptr second = copy(pdpt, RIGHTS_ALL);
    CHECK_ERR(kc_pdpt_unmap(pdpt), ERROR_REVOKE_FIRST);
    CHECK_OK(drop(pdpt));
    CHECK_OK(kc_pdpt_unmap(second));
    CHECK(!is_empty(copy(vspace, RIGHTS_ALL)));
}

TEST("vspace: wrong places for a page are refused")
{
    cptr page = make(OBJECT_PAGE_4K), large = make(OBJECT_LARGE_PAGE);
    cptr vspace = vspace_empty();

    CHECK_ERR1(map(page, page, ADDRESS + 8), ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(map(page, vspace, KERNEL + 8), ERROR_INVALID_ARGUMENT, 0);
    CHECK_ERR1(map(page, vspace, USER_TOP), ERROR_INVALID_ARGUMENT, 0);
    CHECK_ERR1(map(large, vspace, USER_TOP + PAGE - (1 << LARGE_PAGE_BITS)),
               ERROR_INVALID_ARGUMENT, 0);
    CHECK_ERR(map(page, vspace, ADDRESS + 8), ERROR_ALIGNMENT);
    CHECK_ERR(map(large, vspace, ADDRESS + PAGE), ERROR_ALIGNMENT);
    CHECK_NO_TABLE(map(page, vspace, USER_TOP - PAGE), NO_PDPT);
}

TEST("vspace: a page stays where it is until it is unmapped")
{
    cptr page = make(OBJECT_PAGE_4K), vspace = vspace_empty();
    volatile uint64_t *at = map_page(page, 0, RIGHTS_ALL);

    map_tables(vspace, ADDRESS);
    *at = 7;
    CHECK_ERR1(map(page, ROOT_SLOT_VSPACE, free_address() + PAGE),
               ERROR_INVALID_ARGUMENT, 0);
    CHECK_ERR1(map(page, vspace, ADDRESS), ERROR_INVALID_CAPABILITY, 1);
    CHECK_OK(map(page, ROOT_SLOT_VSPACE, free_address()));
    cptr other = copy(page, RIGHTS_ALL);
    volatile uint64_t *again = map_page(other, 1, RIGHTS_ALL);
    CHECK_EQ(*again, 7);
    CHECK_OK(kc_page_unmap(page));
    CHECK_OK(kc_page_unmap(page));
    CHECK_OK(map(page, vspace, ADDRESS));
}

TEST("vspace: a page can be replaced by another; then unmapping it changes nothing")
{
    cptr first = make(OBJECT_PAGE_4K), second = make(OBJECT_PAGE_4K);

    volatile uint64_t *at = map_page(first, 0, RIGHTS_ALL);
    *at = 1;
    map_page(second, 0, RIGHTS_ALL);
    CHECK_EQ(*at, 0);
    CHECK_OK(kc_page_unmap(first));
    CHECK_EQ(*at, 0);
}

TEST("vspace: a page and a table exclude each other")
{
    cptr large = make(OBJECT_LARGE_PAGE), table = make(OBJECT_PAGE_TABLE);
    cptr page = make(OBJECT_PAGE_4K), vspace = vspace_empty();

    map_tables(vspace, ADDRESS);
    CHECK_ERR(map(large, vspace, ADDRESS), ERROR_DELETE_FIRST);
    CHECK_OK(map(large, vspace, ADDRESS + (1 << LARGE_PAGE_BITS)));
    CHECK_ERR(kc_page_table_map(table, vspace, ADDRESS + (1 << LARGE_PAGE_BITS), 0),
              ERROR_DELETE_FIRST);
    CHECK_NO_TABLE(map(page, vspace, ADDRESS + (1 << LARGE_PAGE_BITS)), NO_PT);
}

/* --- rights: what the thread below may do ---------------------------------------- */

static volatile uint64_t *target;
static bool to_write;

static void toucher(uint64_t unused)
{
    (void)unused;
    if (to_write)
        *target = 1;
    else
        (void)*target;
}

/* The status of the fault that an access raises, or 0. */
static uint64_t touch(void *at, bool write)
{
    cptr ep = make(OBJECT_ENDPOINT);

    target = at;
    to_write = write;
    struct thread *t = spawn(.run = toucher, .fault_ep = ep);
    struct message m = ipc_nbrecv(ep, t->reply);
    if (m.length == 0)
        return 0;
    CHECK_EQ(m.label, FAULT_VM);
    CHECK_EQ(m.mr[VM_FAULT_ADDRESS], (uint64_t)at);
    return m.mr[VM_FAULT_STATUS];
}

enum { ABSENT_READ = 4, ABSENT_WRITE = 6, FORBIDDEN_READ = 5, FORBIDDEN_WRITE = 7 };

TEST("vspace: rights of a mapping, and what is left when they change")
{
    cptr page = make(OBJECT_PAGE_4K);
    void *at = map_page(page, 0, RIGHTS_ALL);

    CHECK_EQ(touch(at, true), 0);
    map_page(page, 0, RIGHT_READ);
    CHECK_EQ(touch(at, false), 0);
    CHECK_EQ(touch(at, true), FORBIDDEN_WRITE);
    map_page(page, 0, RIGHT_WRITE);
    CHECK_EQ(touch(at, false), FORBIDDEN_READ);
    CHECK_EQ(touch(at, true), FORBIDDEN_WRITE);
    map_page(page, 0, RIGHTS_ALL);
    CHECK_EQ(touch(at, true), 0);
    CHECK_OK(kc_page_unmap(page));
    CHECK_EQ(touch(at, false), ABSENT_READ);
    CHECK_EQ(touch(at, true), ABSENT_WRITE);
}

TEST("vspace: a capability's rights bound those of its mapping")
{
    cptr page = make(OBJECT_PAGE_4K);
    void *at = map_page(copy(page, RIGHT_READ), 0, RIGHTS_ALL);

    CHECK_EQ(touch(at, false), 0);
    CHECK_EQ(touch(at, true), FORBIDDEN_WRITE);
    at = map_page(copy(page, RIGHT_WRITE), 1, RIGHTS_ALL);
    CHECK_EQ(touch(at, false), FORBIDDEN_READ);
}

TEST("vspace: a page goes with its capability, a copy's page does not")
{
    cptr page = make(OBJECT_PAGE_4K), other = copy(page, RIGHTS_ALL);
    void *at = map_page(page, 0, RIGHTS_ALL), *again = map_page(other, 1, RIGHTS_ALL);

    CHECK_OK(drop(page));
    CHECK_EQ(touch(at, false), ABSENT_READ);
    CHECK_EQ(touch(again, false), 0);
}

/* --- identifiers ------------------------------------------------------------------ */

static enum error_code make_pool(cptr untyped, cptr to)
{
    return kc_asid_control_make_pool(ROOT_SLOT_ASID_CONTROL, untyped, ROOT, to, DEPTH);
}

TEST("vspace: a space gets one identifier")
{
    cptr vspace = make(OBJECT_PML4);

    CHECK_ERR1(kc_asid_pool_assign(ROOT_SLOT_ASID_POOL, make(OBJECT_PDPT)),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_OK(kc_asid_pool_assign(ROOT_SLOT_ASID_POOL, vspace));
    CHECK_ERR1(kc_asid_pool_assign(ROOT_SLOT_ASID_POOL, vspace),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(kc_asid_pool_assign(ROOT_SLOT_ASID_POOL, ROOT_SLOT_VSPACE),
               ERROR_INVALID_CAPABILITY, 1);
}

TEST("vspace: a pool is made of 4 KiB of unused memory")
{
    cptr memory = object(OBJECT_UNTYPED, ASID_POOL_BITS), to = slot();

    CHECK_ERR1(make_pool(object(OBJECT_UNTYPED, ASID_POOL_BITS + 1), to),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(make_pool(ROOT_SLOT_VSPACE, to), ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR(make_pool(memory, ROOT_SLOT_VSPACE), ERROR_DELETE_FIRST);
    CHECK_OK(make_pool(memory, to));
    CHECK_ERR(make_pool(memory, slot()), ERROR_REVOKE_FIRST);
    CHECK_OK(revoke(memory));
    CHECK_OK(make_pool(memory, to));
}

TEST("vspace: there are eight pools")
{
    cptr last = object(OBJECT_UNTYPED, ASID_POOL_BITS);

    for (unsigned i = 1; i < 1 << ASID_POOLS_BITS; i++)
        CHECK_OK(make_pool(object(OBJECT_UNTYPED, ASID_POOL_BITS), slot()));
    CHECK_ERR(make_pool(last, slot()), ERROR_DELETE_FIRST);
}

TEST("vspace: a space dies with its pool, and what was mapped there is free")
{
    cptr memory = object(OBJECT_UNTYPED, ASID_POOL_BITS), pool = slot();
    cptr vspace = make(OBJECT_PML4), pdpt = make(OBJECT_PDPT);

    CHECK_OK(make_pool(memory, pool));
    CHECK_OK(kc_asid_pool_assign(pool, vspace));
    CHECK_OK(kc_pdpt_map(pdpt, vspace, ADDRESS, 0));
    CHECK_OK(revoke(memory));
    CHECK_LOOKUP(kc_pdpt_map(make(OBJECT_PDPT), vspace, 0, 0), 0, LOOKUP_INVALID_ROOT);
    CHECK_ERR1(kc_asid_pool_assign(ROOT_SLOT_ASID_POOL, vspace),
               ERROR_INVALID_CAPABILITY, 1);
    CHECK_ERR1(kc_pdpt_map(pdpt, ROOT_SLOT_VSPACE, ADDRESS, 0),
               ERROR_INVALID_CAPABILITY, 0);
    CHECK_OK(kc_pdpt_unmap(pdpt));
    CHECK_OK(kc_pdpt_map(pdpt, ROOT_SLOT_VSPACE, ADDRESS, 0));
}

TEST("vspace: an identifier is free again when its space is deleted")
{
    cptr memory = object(OBJECT_UNTYPED, TABLE_BITS), vspace = slot();

    for (unsigned i = 0; i < 2 << ASID_POOL_INDEX_BITS; i++) {
        CHECK_OK(kc_untyped_retype(memory, OBJECT_PML4, 0, ROOT, 0, 0, vspace, 1));
        CHECK_OK(kc_asid_pool_assign(ROOT_SLOT_ASID_POOL, vspace));
        CHECK_OK(revoke(memory));
    }
}

/* --- threads ------------------------------------------------------------------------ */

static atomic_uint shared;

static void setter(uint64_t value)
{
    shared = (unsigned)value;
}

TEST("vspace: a thread runs in a space of its own")
{
    shared = 0;
    join(spawn(.run = setter, .arg = 3, .vspace = vspace_image()));
    CHECK_EQ(shared, 3);
}

TEST("vspace: a thread whose space is gone faults")
{
    cptr vspace = vspace_image(), ep = make(OBJECT_ENDPOINT);

    shared = 0;
    struct thread *t = prepare(.run = setter, .arg = 3, .vspace = vspace, .fault_ep = ep);
    CHECK_OK(revoke(vspace));
    CHECK_OK(drop(vspace));
    CHECK_OK(kc_tcb_resume(t->tcb));
    CHECK_EQ(ipc_recv(ep, t->reply).label, FAULT_VM);
    CHECK_EQ(shared, 0);
}
