/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of translations that are taken away while another core uses them. */
#include <abi/fault.h>
#include <test/test.h>

enum { ROUNDS = 500 };

static atomic_uint started, rounds, stop;
static volatile uint64_t *target;

static void start(volatile void *at)
{
    started = rounds = stop = 0;
    target = at;
}

static void reader(uint64_t unused)
{
    (void)unused;
    started = 1;
    while (!stop) {
        (void)*target;
        rounds++;
    }
}

static void writer(uint64_t unused)
{
    (void)unused;
    started = 1;
    while (!stop)
        ++*target;
}

/* Nothing happens on the other core any more, for long enough. */
static void check_still(void)
{
    unsigned before = rounds;

    sleep_ms(20);
    CHECK(rounds <= before + 1);
}

TEST_CORES(2, "shootdown: a page unmapped is gone on another core")
{
    cptr page = make(OBJECT_PAGE_4K), ep = make(OBJECT_ENDPOINT);

    start(map_page(page, 0, RIGHTS_ALL));
    struct thread *t = spawn(.run = reader, .core = 1, .fault_ep = ep);
    spin_until(&started, 1);
    CHECK_OK(kc_page_unmap(page));
    check_still();
    struct message m = ipc_recv(ep, t->reply);
    CHECK_EQ(m.label, FAULT_VM);
    CHECK_EQ(m.mr[1], (uint64_t)target);
}

TEST_CORES(2, "shootdown: a page made read-only cannot be written by another core")
{
    cptr page = make(OBJECT_PAGE_4K), again = copy(page, RIGHTS_ALL);
    cptr ep = make(OBJECT_ENDPOINT);

    start(map_page(page, 0, RIGHTS_ALL));
    volatile uint64_t *seen = map_page(again, 1, RIGHTS_ALL);
    struct thread *t = spawn(.run = writer, .core = 1, .fault_ep = ep);
    spin_until(&started, 1);
    map_page(page, 0, RIGHT_READ);
    uint64_t before = *seen;
    sleep_ms(20);
    CHECK_EQ(*seen, before);
    CHECK_EQ(ipc_recv(ep, t->reply).label, FAULT_VM);
}

TEST_CORES(2, "shootdown: a deleted page capability takes its page from another core")
{
    cptr page = make(OBJECT_PAGE_4K), ep = make(OBJECT_ENDPOINT);

    start(map_page(page, 0, RIGHTS_ALL));
    spawn(.run = reader, .core = 1, .fault_ep = ep);
    spin_until(&started, 1);
    CHECK_OK(drop(page));
    check_still();
}

TEST_CORES(2, "shootdown: a page table unmapped takes its pages from another core")
{
    const uint64_t address = 0x8000000000;
    cptr pdpt = make(OBJECT_PDPT), directory = make(OBJECT_PAGE_DIRECTORY);
    cptr table = make(OBJECT_PAGE_TABLE), page = make(OBJECT_PAGE_4K);
    cptr ep = make(OBJECT_ENDPOINT);

    CHECK_OK(kc_pdpt_map(pdpt, ROOT_SLOT_VSPACE, address, VM_DEFAULT));
    CHECK_OK(kc_page_directory_map(directory, ROOT_SLOT_VSPACE, address, VM_DEFAULT));
    CHECK_OK(kc_page_table_map(table, ROOT_SLOT_VSPACE, address, VM_DEFAULT));
    CHECK_OK(kc_page_map(page, ROOT_SLOT_VSPACE, address, RIGHTS_ALL, VM_DEFAULT));
    start((void *)address);
    spawn(.run = reader, .core = 1, .fault_ep = ep);
    spin_until(&started, 1);
    CHECK_OK(kc_page_table_unmap(table));
    check_still();
    CHECK_ERR(kc_page_map(page, ROOT_SLOT_VSPACE, address, RIGHTS_ALL, VM_DEFAULT),
              ERROR_FAILED_LOOKUP);
}

TEST_CORES(2, "shootdown: the thread of a deleted space on another core faults")
{
    cptr vspace = vspace_image(), ep = make(OBJECT_ENDPOINT);

    start(&stop);
    struct thread *t = spawn(.run = reader, .core = 1, .vspace = vspace, .fault_ep = ep);
    spin_until(&started, 1);
    CHECK_OK(revoke(vspace));
    CHECK_OK(drop(vspace));
    check_still();
    CHECK_EQ(ipc_recv(ep, t->reply).label, FAULT_VM);
}

static void remapper(uint64_t page)
{
    unsigned index = 2 + (unsigned)page % 2;

    started++;
    spin_until(&started, 2);
    for (unsigned i = 0; i < ROUNDS; i++) {
        volatile uint64_t *at = map_page(page, index, RIGHTS_ALL);
        *at = i;
        CHECK_EQ(*at, i);
        CHECK_OK(kc_page_unmap(page));
    }
    rounds++;
}

TEST_CORES(2, "shootdown: two cores unmap pages of one space at the same time")
{
    cptr pages = objects(OBJECT_PAGE_4K, 0, 2);

    start(NULL);
    struct thread *a = spawn(.run = remapper, .arg = pages, .core = 1);
    struct thread *b = spawn(.run = remapper, .arg = pages + 1);
    join(a);
    join(b);
    CHECK_EQ(rounds, 2);
}

/* --- everything at once ---------------------------------------------------------- */

enum { MOST_CORES = 4, TURNS = 100 };

static struct turn {
    cptr memory, page, second;      /* untyped memory, and two slots */
} turns[MOST_CORES];

static void make_map_and_revoke(uint64_t core)
{
    const struct turn *t = &turns[core];
    unsigned index = 8 + 2 * (unsigned)core;

    for (unsigned i = 0; i < TURNS; i++) {
        CHECK_OK(kc_untyped_retype(t->memory, OBJECT_PAGE_4K, 0, ROOT, 0, 0, t->page, 1));
        CHECK_OK(kc_cnode_copy(ROOT, t->second, DEPTH, ROOT, t->page, DEPTH, RIGHTS_ALL));
        volatile uint64_t *at = map_page(t->page, index, RIGHTS_ALL);
        volatile uint64_t *also = map_page(t->second, index + 1, RIGHTS_ALL);
        CHECK_EQ(*at, 0);
        *also = i;
        CHECK_EQ(*at, i);
        CHECK_OK(i % 2 ? revoke(t->memory) : drop(t->second));
        CHECK_OK(revoke(t->memory));
    }
    rounds++;
}

TEST_CORES(2, "shootdown: all cores make, map and destroy pages at the same time")
{
    unsigned cores = boot->node_count < MOST_CORES ? (unsigned)boot->node_count
                                                   : (unsigned)MOST_CORES;
    struct thread *threads[MOST_CORES];

    start(NULL);
    for (unsigned i = 0; i < cores; i++)
        turns[i] = (struct turn){object(OBJECT_UNTYPED, PAGE_BITS), slot(), slot()};
    for (unsigned i = cores; i-- > 0;)
        threads[i] = spawn(.run = make_map_and_revoke, .arg = i, .core = i);
    for (unsigned i = 0; i < cores; i++)
        join(threads[i]);
    CHECK_EQ(rounds, cores);
}
