/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on a few spaces that fork and borrow from each other, with one word per
 * page compared with a model: what each page of each space and of one shared object holds. All
 * spaces look at the same small range of addresses.
 */
#include <test/random.h>

#include <memory/check.h>
#include <test/check.h>
#include <transport/process.h>
#include <util/errno.h>
#include <util/string.h>

#define BASE UINT64_C(0x20000000)

enum { SPACES = 4, PAGES = 96, CHECK_EVERY = 250 };

enum kind { NONE, PRIVATE, SHARED };

struct page {
    enum kind kind;
    bool writable;
    bool own;                   /* private, and not the object's page any more */
    bool in_object;             /* the object's page `from` is behind it */
    bool unsure;                /* a copy found no memory: own or not */
    uint32_t from;
    uint64_t value;
};

static struct page model[SPACES][PAGES];
static struct space *spaces[SPACES], *borrowers[SPACES];   /* a borrower, or null */
static uint64_t object_model[PAGES];
static size_t object_size;
static struct object *object;
static const struct random_run *run;
static uint64_t state;

static unsigned below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state % limit);
}

/* A space of the model: itself, or the one that borrows from it. */
static struct space *one_of(unsigned s)
{
    return borrowers[s] && below(2) ? borrowers[s] : spaces[s];
}

/* True if an operation was done; false if it found no memory, which is allowed. */
static bool done(int64_t result)
{
    if (result == -ENOMEM && run->may_fail) {
        return false;
    }
    return CHECK(result >= 0);
}

static uint64_t address_of(unsigned page)
{
    return BASE + (uint64_t)page * PAGE_SIZE;
}

static bool of_object(const struct page *page)
{
    return page->kind == SHARED || (page->kind == PRIVATE && page->in_object && !page->own);
}

static uint64_t expected(const struct page *page)
{
    return of_object(page) ? object_model[page->from] : page->value;
}

static void step_map(unsigned s, unsigned first, unsigned count)
{
    bool with_object = below(2), shared = with_object && below(2);
    unsigned from = with_object ? below(PAGES - count + 1) : 0;
    unsigned flags = shared ? REGION_SHARED : below(3) ? 0 : REGION_FORK_COPY;

    if (!done(space_map(one_of(s), address_of(first), count, PROC_READ | PROC_WRITE,
            flags, with_object ? object : NULL, from, true))) {
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        model[s][first + i] = (struct page){
            .kind = shared ? SHARED : PRIVATE, .writable = true, .from = from + i,
            .in_object = with_object,
        };
    }
}

static void step_unmap(unsigned s, unsigned first, unsigned count)
{
    if (done(space_unmap(one_of(s), address_of(first), count, false))) {
        memset(&model[s][first], 0, count * sizeof(model[s][0]));
    }
}

static void step_protect(unsigned s, unsigned first, unsigned count)
{
    bool writable = below(2);

    for (unsigned i = first; i < first + count; i++) {
        if (model[s][i].kind == NONE) {
            return;
        }
    }
    if (!done(space_protect(one_of(s), address_of(first), count,
            writable ? PROC_READ | PROC_WRITE : PROC_READ))) {
        return;
    }
    for (unsigned i = first; i < first + count; i++) {
        model[s][i].writable = writable;
    }
}

/* What a touch shall say. */
static int expected_error(const struct page *page, bool write)
{
    if (page->kind == NONE) {
        return -EFAULT;
    }
    if (write && !page->writable) {
        return -EACCES;
    }
    return of_object(page) && page->from >= object_size ? -ENXIO : 0;
}

static void step_touch(unsigned s, unsigned page, bool write)
{
    struct page *m = &model[s][page];
    uint64_t word = state;
    int error = run->touch(one_of(s), address_of(page), write, &word);

    if (error == -ENOMEM && run->may_fail) {
        m->unsure = m->unsure || (write && m->kind == PRIVATE && of_object(m));
        return;
    }
    if (m->unsure && (!write || error)) {
        return;
    }
    CHECK(error == expected_error(m, write) || m->unsure);
    if (error) {
        return;
    }
    if (!write) {
        CHECK(word == expected(m));
    } else if (m->kind == SHARED) {
        object_model[m->from] = word;
    } else {
        m->value = word;
        m->own = true;
        m->unsure = false;
    }
}

/* Looks at a word from outside. */
static void step_look(unsigned s, unsigned page)
{
    const struct page *m = &model[s][page];
    uint64_t word = 0;

    if (m->unsure) {
        return;
    }
    if (space_read(one_of(s), address_of(page), &word, sizeof(word)) == sizeof(word)) {
        CHECK(expected_error(m, false) == 0 && word == expected(m));
    } else {
        CHECK(run->may_fail || expected_error(m, false) != 0);
    }
}

static void step_fork(unsigned s)
{
    unsigned to = (s + 1 + below(SPACES - 1)) % SPACES;
    struct space *child = space_fork(one_of(s), 0);

    CHECK(child || run->may_fail);
    if (child) {
        space_destroy(spaces[to]);
        if (borrowers[to]) {        /* what its lender has ends with it */
            space_destroy(borrowers[to]);
            borrowers[to] = NULL;
        }
        spaces[to] = child;
        memcpy(model[to], model[s], sizeof(model[s]));
    }
}

static void step_borrow(unsigned s)
{
    struct space *borrower = space_borrow(one_of(s), 0);

    CHECK(borrower || run->may_fail);
    if (borrowers[s]) {
        space_destroy(borrowers[s]);
    }
    borrowers[s] = borrower;
}

/* Pages go to the same place of another space, if they are all private and have neighbours
 * that are not in the way. Those behind the end of the object cannot go. */
static void step_move(unsigned s, unsigned first, unsigned count)
{
    unsigned to = (s + 1 + below(SPACES - 1)) % SPACES;
    bool moved;

    for (unsigned i = first; i < first + count; i++) {
        if (model[s][i].kind != PRIVATE || model[s][i].unsure || model[to][i].kind != NONE
            || expected_error(&model[s][i], false) != 0) {
            return;
        }
    }
    moved = done(space_move(one_of(s), spaces[to], address_of(first), count));
    for (unsigned i = first; i < first + count; i++) {
        if (!moved) {
            model[s][i].unsure = model[s][i].unsure || of_object(&model[s][i]);
            continue;
        }
        model[to][i] = (struct page){
            .kind = PRIVATE, .writable = true, .value = expected(&model[s][i]),
        };
        model[s][i] = (struct page){.kind = NONE};
    }
}

static bool all_are(unsigned s, unsigned first, unsigned count, bool mapped)
{
    for (unsigned i = first; i < first + count; i++) {
        if ((model[s][i].kind != NONE) != mapped) {
            return false;
        }
    }
    return true;
}

/* What is behind a page when its region grows. */
static struct page behind(const struct page *page, unsigned pages)
{
    return (struct page){
        .kind = page->kind, .writable = page->writable, .in_object = page->in_object,
        .from = page->from + pages,
    };
}

/* The mapping of some pages becomes longer or shorter, in its place or in another one. */
static void step_remap(unsigned s, unsigned first, unsigned count, unsigned to,
    unsigned wanted)
{
    bool fixed = to + wanted <= first || first + count <= to;
    unsigned keep = wanted < count ? wanted : count, place = fixed ? to : first;
    const struct remap remap = {
        .from = address_of(first), .pages = count, .to = address_of(to), .wanted = wanted,
        .flags = fixed ? PROC_REMAP_MOVE | PROC_REMAP_FIXED : 0,
    };
    struct page moved[PAGES];

    if (place + wanted > PAGES || !all_are(s, first, count, true)
        || (!fixed && !all_are(s, first + keep, wanted - keep, false))) {
        return;
    }
    if (!done(space_remap(one_of(s), &remap))) {
        return;
    }
    memcpy(moved, &model[s][first], keep * sizeof(moved[0]));
    memset(&model[s][first], 0, count * sizeof(moved[0]));
    memcpy(&model[s][place], moved, keep * sizeof(moved[0]));
    for (unsigned i = keep; i < wanted; i++) {
        model[s][place + i] = behind(&moved[keep - 1], i - keep + 1);
    }
}

/* Private pages lose what was written to them. */
static void step_empty(unsigned s, unsigned first, unsigned count)
{
    if (!all_are(s, first, count, true)
        || !done(space_empty(one_of(s), address_of(first), count))) {
        return;
    }
    for (unsigned i = first; i < first + count; i++) {
        if (model[s][i].kind == PRIVATE) {
            model[s][i].own = model[s][i].unsure = false;
            model[s][i].value = 0;
        }
    }
}

static void step_discard(unsigned first, unsigned count)
{
    object_discard(object, first, count);
    memset(&object_model[first], 0, count * sizeof(object_model[0]));
}

static void step_resize(unsigned size)
{
    if (done(object_resize(object, size))) {
        memset(&object_model[size], 0, (PAGES - size) * sizeof(object_model[0]));
        object_size = size;
    }
}

static void step(void)
{
    unsigned s = below(SPACES), first = below(PAGES), choice = below(200);
    unsigned count = 1 + below(PAGES - first), few = count > 8 ? 8 : count;

    if (choice < 8) {
        step_map(s, first, count);
    } else if (choice < 14) {
        step_unmap(s, first, few);
    } else if (choice < 24) {
        step_protect(s, first, few);
    } else if (choice < 28) {
        step_fork(s);
    } else if (choice < 30) {
        step_borrow(s);
    } else if (choice < 36) {
        step_move(s, first, few);
    } else if (choice < 38) {
        step_discard(first, few);
    } else if (choice < 39) {
        step_resize(below(PAGES + 1));
    } else if (choice < 42) {
        step_resize(PAGES);
    } else if (choice < 48) {
        step_remap(s, first, few, below(PAGES), 1 + below(12));
    } else if (choice < 51) {
        step_empty(s, first, few);
    } else if (choice < 61) {
        step_look(s, first);
    } else {
        step_touch(s, first, choice < 131);
    }
}

void random_test(const struct random_run *with, uint64_t seed)
{
    const char *wrong = NULL;

    run = with;
    state = seed;
    memset(model, 0, sizeof(model));
    memset(object_model, 0, sizeof(object_model));
    object = object_create(PAGES);
    object_size = PAGES;
    for (unsigned i = 0; i < SPACES; i++) {
        spaces[i] = space_create();
        borrowers[i] = NULL;
    }
    if (run->short_of_memory) {
        run->short_of_memory(true);
    }
    for (unsigned i = 0; i < run->steps && !wrong; i++) {
        step();
        if (i % CHECK_EVERY == 0) {
            wrong = memory_check();
            CHECK(wrong == NULL);
        }
    }
    if (run->short_of_memory) {
        run->short_of_memory(false);
    }
    for (unsigned i = 0; i < SPACES; i++) {
        space_destroy(spaces[i]);
        if (borrowers[i]) {
            space_destroy(borrowers[i]);
        }
    }
    object_put(object);
}
