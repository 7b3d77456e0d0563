/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on a few spaces that fork each other, with one word per page compared
 * with a model: what each page of each space and of one shared object holds. All spaces
 * look at the same small range of addresses.
 */
#include <test/random.h>

#include <memory/check.h>
#include <memory/object.h>
#include <memory/space.h>
#include <test/check.h>
#include <transport/process.h>
#include <util/string.h>

#define BASE UINT64_C(0x20000000)

enum { SPACES = 4, PAGES = 96, STEPS = 20000, CHECK_EVERY = 500 };

/* A page of the model: nothing, private with a value, or one of the object. */
enum kind { NONE, PRIVATE, SHARED };

struct page {
    enum kind kind;
    bool writable, own;         /* own: private, and not the object's page any more */
    uint32_t from;              /* page of the object behind it, if in_object */
    bool in_object;
    uint64_t value;
};

static struct page model[SPACES][PAGES];
static struct space *spaces[SPACES];
static uint64_t object_model[PAGES];
static struct object *object;
static uint64_t seed = 88172645463325252;

static unsigned below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % limit);
}

static uint64_t address_of(unsigned page)
{
    return BASE + (uint64_t)page * PAGE_SIZE;
}

static uint64_t expected(const struct page *page)
{
    return page->kind == SHARED || (page->in_object && !page->own)
               ? object_model[page->from] : page->value;
}

static void step_map(unsigned s, unsigned first, unsigned count)
{
    bool with_object = below(2), shared = with_object && below(2);
    unsigned from = with_object ? below(PAGES - count + 1) : 0;

    CHECK(space_map(spaces[s], address_of(first), count, PROC_READ | PROC_WRITE,
              shared ? REGION_SHARED : 0, with_object ? object : NULL, from, true) > 0);
    for (unsigned i = 0; i < count; i++) {
        model[s][first + i] = (struct page){
            .kind = shared ? SHARED : PRIVATE, .writable = true, .from = from + i,
            .in_object = with_object,
        };
    }
}

static void step_unmap(unsigned s, unsigned first, unsigned count)
{
    CHECK(space_unmap(spaces[s], address_of(first), count, false) == 0);
    memset(&model[s][first], 0, count * sizeof(model[s][0]));
}

static void step_protect(unsigned s, unsigned first, unsigned count)
{
    bool writable = below(2);

    for (unsigned i = first; i < first + count; i++) {
        if (model[s][i].kind == NONE) {
            return;
        }
    }
    CHECK(space_protect(spaces[s], address_of(first), count,
              writable ? PROC_READ | PROC_WRITE : PROC_READ) == 0);
    for (unsigned i = first; i < first + count; i++) {
        model[s][i].writable = writable;
    }
}

static void step_write(unsigned s, unsigned page)
{
    struct page *m = &model[s][page];
    uint64_t value = seed;
    int error = space_fault(spaces[s], address_of(page), PROC_WRITE);

    CHECK((error == 0) == (m->kind != NONE && m->writable));
    if (error) {
        return;
    }
    CHECK(space_write(spaces[s], address_of(page), &value, sizeof(value)) == 8);
    if (m->kind == SHARED) {
        object_model[m->from] = value;
    } else {
        m->value = value;
        m->own = true;
    }
}

/* A word of a private page that is not the region's own yet may change with the object. */
static void step_read(unsigned s, unsigned page)
{
    struct page *m = &model[s][page];
    uint64_t value = 0;
    int error = space_fault(spaces[s], address_of(page), PROC_READ);

    CHECK((error == 0) == (m->kind != NONE));
    if (!error) {
        CHECK(space_read(spaces[s], address_of(page), &value, sizeof(value)) == 8);
        CHECK(value == expected(m));
    }
}

/* The word of a page that a write fault copied is the object's at that time. */
static void step_copy(unsigned s, unsigned page)
{
    struct page *m = &model[s][page];

    if (m->kind == PRIVATE && m->writable
        && space_fault(spaces[s], address_of(page), PROC_WRITE) == 0 && !m->own) {
        m->value = expected(m);
        m->own = true;
    }
}

static void step_fork(unsigned s)
{
    unsigned to = (s + 1 + below(SPACES - 1)) % SPACES;

    space_destroy(spaces[to]);
    spaces[to] = space_fork(spaces[s]);
    CHECK(spaces[to] != NULL);
    memcpy(model[to], model[s], sizeof(model[s]));
}

static void step_discard(unsigned first, unsigned count)
{
    object_discard(object, first, count);
    memset(&object_model[first], 0, count * sizeof(object_model[0]));
}

static void step(void)
{
    unsigned s = below(SPACES), first = below(PAGES);
    unsigned count = 1 + below(PAGES - first), choice = below(100);

    if (choice < 4) {
        step_map(s, first, count);
    } else if (choice < 7) {
        step_unmap(s, first, count > 8 ? 8 : count);
    } else if (choice < 12) {
        step_protect(s, first, count > 16 ? 16 : count);
    } else if (choice < 14) {
        step_fork(s);
    } else if (choice < 15) {
        step_discard(first, count);
    } else if (choice < 20) {
        step_copy(s, first);
    } else if (choice < 60) {
        step_write(s, first);
    } else {
        step_read(s, first);
    }
}

void test_random(void)
{
    const char *wrong = NULL;

    memset(model, 0, sizeof(model));
    memset(object_model, 0, sizeof(object_model));
    object = object_create(PAGES);
    for (unsigned i = 0; i < SPACES; i++) {
        spaces[i] = space_create();
    }
    for (unsigned i = 0; i < STEPS && !wrong; i++) {
        step();
        if (i % CHECK_EVERY == 0) {
            wrong = memory_check();
            CHECK(wrong == NULL);
        }
    }
    for (unsigned i = 0; i < SPACES; i++) {
        space_destroy(spaces[i]);
    }
    object_put(object);
}
