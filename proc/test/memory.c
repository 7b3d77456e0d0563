/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the process server's memory, as a root task in its place: real spaces with a
 * real thread in them. After each test every count must be what it was before.
 */
#include <boot/boot.h>
#include <memory/check.h>
#include <memory/frame.h>
#include <test/check.h>
#include <test/random.h>
#include <test/worker.h>
#include <transport/layout.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/string.h>

enum { READ_WRITE = PROC_READ | PROC_WRITE };

#define AT UINT64_C(0x10000000)

static uint64_t word_at(struct space *space, uint64_t address)
{
    uint64_t word = 0;

    CHECK(space_read(space, address, &word, sizeof(word)) == sizeof(word));
    return word;
}

static void test_pools(void)
{
    cptr taken[POOL_KINDS][40];

    for (unsigned round = 0; round < 2; round++) {
        for (unsigned kind = 0; kind < POOL_KINDS; kind++) {
            for (unsigned i = 0; i < 40; i++) {
                taken[kind][i] = pool_take(kind);
                CHECK(taken[kind][i] != 0);
            }
        }
        for (unsigned kind = 0; kind < POOL_KINDS; kind++) {
            for (unsigned i = 0; i < 40; i++) {
                pool_return(kind, taken[kind][i]);
            }
        }
    }
}

static void test_touch(void)
{
    struct space *space = space_create();
    struct worker worker;
    uint64_t sum, clocks;

    worker_start(&worker, space);
    CHECK(space_map(space, AT, 512, READ_WRITE, 0, NULL, 0, false) == (int64_t)AT);
    CHECK(worker_write(&worker, AT, 1, 5) == 0);
    worker.faults = 0;
    clocks = __builtin_ia32_rdtsc();
    CHECK(worker_write(&worker, AT + 0x100000, 256, 7) == 0);
    clocks = __builtin_ia32_rdtsc() - clocks;
    log_line("# 1 MiB touched: %lu clocks a page, %u faults", clocks / 256, worker.faults);
    CHECK(worker.faults == 64);
    CHECK(worker_read(&worker, AT, 512, &sum) == 0 && sum == 5 + 256 * 7);
    CHECK(word_at(space, AT + 0x100000) == 7);
    CHECK(worker_write(&worker, AT + 512 * PAGE_SIZE, 1, 1) == -EFAULT);
    CHECK(!memory_check());
    worker_end(&worker);
    space_destroy(space);
}

/* Recycled frames are zero again. */
static void test_again(void)
{
    for (unsigned round = 0; round < 3; round++) {
        struct space *space = space_create();
        struct worker worker;
        uint64_t sum;

        worker_start(&worker, space);
        CHECK(space_map(space, AT, 300, READ_WRITE, 0, NULL, 0, false) == (int64_t)AT);
        CHECK(worker_read(&worker, AT, 300, &sum) == 0 && sum == 0);
        CHECK(worker_write(&worker, AT, 300, 3) == 0);
        worker_end(&worker);
        space_destroy(space);
    }
}

static void test_fork(void)
{
    struct space *parent = space_create(), *child, *other;
    struct worker first, second;
    uint64_t sum;

    worker_start(&first, parent);
    CHECK(space_map(parent, AT, 64, READ_WRITE, 0, NULL, 0, false) == (int64_t)AT);
    CHECK(worker_write(&first, AT, 32, 1) == 0);
    child = space_fork(parent, 0);
    CHECK(space_unmap(child, WORKER_CODE, 1, true) == 0);
    worker_start(&second, child);
    CHECK(worker_write(&first, AT, 4, 2) == 0);
    CHECK(worker_read(&second, AT, 64, &sum) == 0 && sum == 32);
    CHECK(worker_write(&second, AT + 16 * PAGE_SIZE, 32, 10) == 0);
    CHECK(!memory_check());
    CHECK(worker_read(&first, AT, 64, &sum) == 0 && sum == 36);
    CHECK(worker_read(&second, AT, 64, &sum) == 0 && sum == 336);
    other = space_fork(child, 0);
    CHECK(!memory_check());
    worker_end(&second);
    space_destroy(child);
    CHECK(word_at(other, AT) == 1 && word_at(other, AT + 20 * PAGE_SIZE) == 10);
    first.faults = 0;
    CHECK(worker_write(&first, AT, 64, 3) == 0);
    space_destroy(other);
    CHECK(worker_write(&first, AT, 64, 4) == 0);
    CHECK(!memory_check());
    worker_end(&first);
    space_destroy(parent);
}

/* Pages that were written since the last fork are copied by the next: no side faults. */
static void test_fork_written(void)
{
    struct space *parent = space_create(), *first, *second;
    struct worker ours, theirs;
    uint64_t place = AT + 3 * PAGE_SIZE, sum;

    worker_start(&ours, parent);
    CHECK(space_map(parent, AT, 64, READ_WRITE, 0, NULL, 0, false) == (int64_t)AT);
    CHECK(worker_write(&ours, AT, 32, 1) == 0);
    first = space_fork(parent, 0);
    CHECK(worker_write(&ours, place, 2, 2) == 0);
    second = space_fork(parent, 0);
    CHECK(space_unmap(second, WORKER_CODE, 1, true) == 0);
    worker_start(&theirs, second);
    CHECK(worker_read(&theirs, place, 2, &sum) == 0 && sum == 4);
    ours.faults = theirs.faults = 0;
    CHECK(worker_write(&theirs, place, 2, 3) == 0 && theirs.faults == 0);
    CHECK(worker_write(&ours, place, 2, 4) == 0 && ours.faults == 0);
    CHECK(word_at(first, place) == 1 && word_at(second, place) == 3);
    CHECK(worker_read(&ours, AT, 32, &sum) == 0 && sum == 30 + 8);
    CHECK(!memory_check());
    worker_end(&ours);
    worker_end(&theirs);
    space_destroy(parent);
    space_destroy(first);
    space_destroy(second);
}

/* A space that was kept shows nothing of who had it before. */
static void test_kept(void)
{
    struct worker worker;
    uint64_t sum;

    for (unsigned round = 0; round < 3; round++) {
        struct space *space = space_create();

        worker_start(&worker, space);
        CHECK(worker_read(&worker, AT, 4, &sum) == -EFAULT);
        CHECK(space_map(space, AT, 4, READ_WRITE, 0, NULL, 0, false) == (int64_t)AT);
        CHECK(worker_read(&worker, AT, 4, &sum) == 0 && sum == 0);
        CHECK(worker_write(&worker, AT, 4, 5) == 0);
        worker_end(&worker);
        space_destroy(space);
        CHECK(!memory_check());
    }
    CHECK(space_drop_spare());
}

static void test_fork_flags(void)
{
    struct space *parent = space_create(), *child;
    struct region_info info;
    struct worker worker;
    uint64_t sum;

    worker_start(&worker, parent);
    CHECK(space_map(parent, AT, 4, READ_WRITE, REGION_FORK_COPY, NULL, 0, false) > 0);
    CHECK(space_map(parent, 2 * AT, 4, READ_WRITE, REGION_NO_FORK, NULL, 0, false) > 0);
    CHECK(space_map(parent, 3 * AT, 4, READ_WRITE, REGION_SHARED, NULL, 0, false) > 0);
    CHECK(worker_write(&worker, AT, 4, 1) == 0);
    CHECK(worker_write(&worker, 3 * AT, 4, 3) == 0);
    worker.faults = 0;
    child = space_fork(parent, 0);
    CHECK(worker_write(&worker, AT, 4, 2) == 0);
    CHECK(worker.faults == 0);
    CHECK(word_at(child, AT) == 1);
    CHECK(worker_write(&worker, 3 * AT, 4, 4) == 0 && word_at(child, 3 * AT) == 4);
    CHECK(!space_next_region(child, 2 * AT, &info) || info.start != 2 * AT);
    CHECK(worker_read(&worker, AT, 4, &sum) == 0 && sum == 8);
    worker_end(&worker);
    space_destroy(parent);
    space_destroy(child);
}

static void test_object(void)
{
    static const char text[] = "the quick brown fox";
    struct object *object = object_create_from(text, sizeof(text));
    struct space *space = space_create();
    struct worker worker;
    char data[sizeof(text)];
    uint64_t sum;

    CHECK(object_pages(object) == 1 && object_resize(object, 40) == 0);
    worker_start(&worker, space);
    CHECK(space_map(space, AT, 40, READ_WRITE, REGION_SHARED, object, 0, false) > 0);
    CHECK(space_map(space, 2 * AT, 40, READ_WRITE, 0, object, 0, false) > 0);
    CHECK(space_read(space, 2 * AT, data, sizeof(data)) == sizeof(data));
    CHECK(memcmp(data, text, sizeof(text)) == 0);
    CHECK(worker_write(&worker, AT, 40, 1) == 0);
    CHECK(worker_read(&worker, 2 * AT, 40, &sum) == 0 && sum == 40);
    CHECK(worker_write(&worker, 2 * AT + 8 * PAGE_SIZE, 8, 2) == 0);
    CHECK(worker_read(&worker, AT, 40, &sum) == 0 && sum == 40);
    CHECK(worker_read(&worker, 2 * AT, 40, &sum) == 0 && sum == 48);
    CHECK(!memory_check());
    object_discard(object, 0, 10);
    CHECK(worker_read(&worker, AT, 40, &sum) == 0 && sum == 30);
    CHECK(worker_read(&worker, 2 * AT, 40, &sum) == 0 && sum == 40);
    CHECK(object_resize(object, 20) == 0);
    CHECK(worker_read(&worker, AT, 40, &sum) == -ENXIO);
    CHECK(worker_read(&worker, AT, 20, &sum) == 0 && sum == 10);
    CHECK(!memory_check());
    object_put(object);
    worker_end(&worker);
    space_destroy(space);
}

static void test_ranges(void)
{
    struct space *space = space_create();
    struct worker worker;
    uint64_t sum;

    worker_start(&worker, space);
    CHECK(space_map(space, AT, 64, READ_WRITE, 0, NULL, 0, false) > 0);
    CHECK(space_map(space, AT + 8 * PAGE_SIZE, 1, READ_WRITE, 0, NULL, 0, false)
          == -EEXIST);
    CHECK(worker_write(&worker, AT, 64, 1) == 0);
    CHECK(space_unmap(space, AT + 8 * PAGE_SIZE, 8, false) == 0);
    CHECK(worker_read(&worker, AT, 16, &sum) == -EFAULT);
    CHECK(space_protect(space, AT, 16, PROC_READ) == -ENOMEM);
    CHECK(space_protect(space, AT + 32 * PAGE_SIZE, 16, PROC_READ) == 0);
    CHECK(worker_write(&worker, AT + 32 * PAGE_SIZE, 1, 2) == -EACCES);
    CHECK(worker_read(&worker, AT + 16 * PAGE_SIZE, 48, &sum) == 0 && sum == 48);
    CHECK(space_protect(space, AT + 32 * PAGE_SIZE, 8, READ_WRITE) == 0);
    CHECK(worker_write(&worker, AT + 32 * PAGE_SIZE, 8, 2) == 0);
    CHECK(space_protect(space, AT + 32 * PAGE_SIZE, 8, 0) == 0);
    CHECK(worker_read(&worker, AT + 32 * PAGE_SIZE, 1, &sum) == -EACCES);
    CHECK(space_map(space, AT, 64, READ_WRITE, 0, NULL, 0, true) == (int64_t)AT);
    CHECK(worker_read(&worker, AT, 64, &sum) == 0 && sum == 0);
    CHECK(space_map(space, WORKER_CODE, 1, READ_WRITE, 0, NULL, 0, true) == -EINVAL);
    CHECK(space_unmap(space, WORKER_CODE, 1, false) == -EINVAL);
    CHECK(space_map(space, AT + 1, 1, READ_WRITE, 0, NULL, 0, true) == -EINVAL);
    CHECK(space_map(space, AT, (size_t)1 << 60, READ_WRITE, 0, NULL, 0, true) == -EINVAL);
    CHECK(space_map(space, 0, 4, READ_WRITE, 0, NULL, 0, false)
          == (int64_t)PROGRAM_END - 4 * PAGE_SIZE);
    CHECK(space_map(space, 0, 4, READ_WRITE, 0, NULL, 0, false)
          == (int64_t)PROGRAM_END - 8 * PAGE_SIZE);
    CHECK(!memory_check());
    worker_end(&worker);
    space_destroy(space);
}

static void test_move(void)
{
    struct space *from = space_create(), *to = space_create();
    struct worker worker;
    uint64_t sum;

    worker_start(&worker, from);
    CHECK(space_map(from, AT, 16, READ_WRITE, 0, NULL, 0, false) > 0);
    CHECK(worker_write(&worker, AT, 16, 9) == 0);
    CHECK(space_move(from, to, AT + 4 * PAGE_SIZE, 8) == 0);
    CHECK(worker_read(&worker, AT + 4 * PAGE_SIZE, 1, &sum) == -EFAULT);
    CHECK(!memory_check());
    worker_end(&worker);
    space_destroy(from);
    worker_start(&worker, to);
    CHECK(worker_read(&worker, AT + 4 * PAGE_SIZE, 8, &sum) == 0 && sum == 72);
    CHECK(worker_write(&worker, AT + 4 * PAGE_SIZE, 8, 1) == 0);
    worker_end(&worker);
    space_destroy(to);
}

static void test_page(void)
{
    struct space *space = space_create();
    struct worker worker;
    uint32_t frame = 0;
    uint64_t sum;
    cptr cap = 0;

    worker_start(&worker, space);
    CHECK(space_map(space, AT, 2, READ_WRITE, REGION_FORK_COPY, NULL, 0, false) > 0);
    CHECK(space_page(space, AT, READ_WRITE, &frame, &cap) == 0 && frame && cap);
    *(uint64_t *)frame_memory(frame) = 77;
    CHECK(worker_read(&worker, AT, 1, &sum) == 0 && sum == 77 && worker.faults == 1);
    worker_end(&worker);
    space_destroy(space);
}

/* Uses up all memory, and sees that it is an ordinary error. */
static void test_exhaust(void)
{
    struct space *space = space_create(), *copy;
    struct worker worker;
    size_t free;
    uint64_t sum;

    worker_start(&worker, space);
    CHECK(space_map(space, AT, 1 << 24, READ_WRITE, 0, NULL, 0, false) > 0);
    CHECK(worker_write(&worker, AT, 1 << 24, 1) == -ENOMEM);
    log_line("# all of memory: %zu pages", frame_total());
    CHECK(frame_unused() == 0 && frame_alloc(false) == 0);
    CHECK(!memory_check());
    copy = space_fork(space, 0);
    if (copy) {
        CHECK(worker_write(&worker, AT, 1, 2) == -ENOMEM);
        space_destroy(copy);
    }
    CHECK(object_create_from("x", 1) == NULL || frame_unused() > 0);
    free = frame_total() / 2;
    CHECK(space_unmap(space, AT, free, false) == 0 && frame_unused() > free / 2);
    CHECK(space_map(space, AT, 256, READ_WRITE, 0, NULL, 0, false) > 0);
    CHECK(worker_read(&worker, AT, 256, &sum) == 0 && sum == 0);
    worker_end(&worker);
    space_destroy(space);
    CHECK(!memory_check());
}

/* A heap that grows page by page is one region, also after some of it was freed. */
static void test_grow(void)
{
    struct space *space = space_create(), *child;
    struct region_info info;
    struct worker worker;
    uint64_t sum;

    worker_start(&worker, space);
    for (unsigned i = 0; i < 40; i++) {
        CHECK(space_map(space, AT + i * PAGE_SIZE, 1, READ_WRITE, 0, NULL, 0, false) > 0);
        CHECK(worker_write(&worker, AT + i * PAGE_SIZE, 1, 1) == 0);
    }
    CHECK(space_next_region(space, AT, &info) && info.end == AT + 40 * PAGE_SIZE);
    child = space_fork(space, 0);
    CHECK(space_unmap(space, AT + 20 * PAGE_SIZE, 20, false) == 0);
    space_destroy(child);
    CHECK(space_map(space, AT + 20 * PAGE_SIZE, 20, READ_WRITE, 0, NULL, 0, false) > 0);
    CHECK(worker_read(&worker, AT, 40, &sum) == 0 && sum == 20);
    CHECK(!memory_check());
    worker_end(&worker);
    space_destroy(space);
}

/* Pages far apart need tables of their own; when those are used up, there is still memory
 * for others. */
static void test_tables(void)
{
    struct space *space = space_create();
    uint64_t at = AT;
    int error = 0;

    CHECK(space_map(space, AT, (size_t)1 << 34, READ_WRITE, REGION_FORK_COPY, NULL, 0, false)
          > 0);
    for (; !error && at < UINT64_C(1) << 46; at += 1 << LARGE_PAGE_BITS) {
        error = space_fault(space, at, PROC_WRITE);
    }
    CHECK(error == -ENOMEM);
    CHECK(frame_total() * PAGE_SIZE < boot()->memory / 2);
    space_destroy(space);
}

/* A word by way of the process server. */
static int touch(struct space *space, uint64_t address, bool write, uint64_t *word)
{
    int error = space_fault(space, address, write ? PROC_WRITE : PROC_READ);
    int64_t count = 0;

    if (!error) {
        count = write ? space_write(space, address, word, sizeof(*word))
                      : space_read(space, address, word, sizeof(*word));
    }
    CHECK(error || count == sizeof(*word));
    return error;
}

static void test_random(void)
{
    static const struct random_run run = {.steps = 20000, .touch = touch};

    random_test(&run, 88172645463325252);
}

int proc_main(void)
{
    static const struct test tests[] = {
        {"kernel objects come from pools and go back", test_pools},
        {"pages come when they are touched", test_touch},
        {"recycled memory is zero", test_again},
        {"fork shares pages until they are written", test_fork},
        {"fork copies what was written lately", test_fork_written},
        {"a space that is used again is empty", test_kept},
        {"regions that fork treats otherwise", test_fork_flags},
        {"objects in regions, shared and private", test_object},
        {"regions are cut, protected and replaced", test_ranges},
        {"pages move to another space", test_move},
        {"a page at once", test_page},
        {"random operations do what a simple model says", test_random},
        {"a heap that grows", test_grow},
        {"page tables used up", test_tables},
        {"memory used up", test_exhaust},
        {"and used again", test_touch},
    };

    return check_all(tests, sizeof(tests) / sizeof(tests[0])) != 0;
}
