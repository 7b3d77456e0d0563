/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap on pages of malloc: random allocations that keep their contents, do not
 * overlap and are aligned; large blocks go back; a source that is used up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <util/heap.h>

static size_t mapped;
static bool full;

static void *map(size_t bytes)
{
    void *pages = full ? NULL : aligned_alloc(4096, bytes);

    if (pages) {
        memset(pages, 0xa5, bytes);
        mapped += bytes;
    }
    return pages;
}

static void unmap(void *pages, size_t bytes)
{
    mapped -= bytes;
    free(pages);
}

static const struct heap_source source = { map, unmap };

enum { BLOCKS = 300, STEPS = 30000 };
static struct {
    unsigned char *data, value;
    size_t size;
} blocks[BLOCKS];

static void check(unsigned i)
{
    for (size_t at = 0; at < blocks[i].size; at++)
        assert_int_equal(blocks[i].data[at], blocks[i].value);
}

static size_t random_size(void)
{
    return (size_t)rand() % ((size_t)1 << rand() % 18);
}

static void set(unsigned i, void *data, size_t size)
{
    assert_non_null(data);
    assert_int_equal((uintptr_t)data % 16, 0);
    blocks[i].data = data;
    blocks[i].size = size;
    blocks[i].value = (unsigned char)rand();
    memset(data, blocks[i].value, size);
}

static void change(unsigned i)
{
    size_t size = random_size(), kept = size < blocks[i].size ? size : blocks[i].size;
    unsigned char *data = heap_resize(blocks[i].data, size);

    assert_non_null(data);
    for (size_t at = 0; at < kept; at++)
        assert_int_equal(data[at], blocks[i].value);
    set(i, data, size);
}

static void random_use(void **state)
{
    (void)state;
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned i = (unsigned)rand() % BLOCKS;
        size_t size = random_size();

        if (blocks[i].data)
            check(i);
        if (blocks[i].data && rand() % 2) {
            change(i);
        } else {
            heap_free(blocks[i].data);
            set(i, heap_alloc(size), size);
        }
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        check(i);
        heap_free(blocks[i].data);
    }
    assert_int_equal(heap_used(), 0);
}

static void large(void **state)
{
    size_t before = mapped;
    char *block = heap_zero(1000, 1000);

    (void)state;
    assert_non_null(block);
    for (unsigned i = 0; i < 1000000; i++)
        assert_int_equal(block[i], 0);
    assert_true(mapped >= before + 1000000);
    heap_free(block);
    assert_int_equal(mapped, before);
}

static void limits(void **state)
{
    char *block = heap_alloc(100);

    (void)state;
    full = true;
    assert_null(heap_alloc(SIZE_MAX));
    assert_null(heap_alloc(SIZE_MAX - 4096));
    assert_null(heap_zero(SIZE_MAX / 2, 3));
    assert_null(heap_alloc(1 << 20));
    assert_null(heap_resize(block, 1 << 20));
    block[99] = 1;
    heap_free(block);
    heap_free(NULL);
    full = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_use), cmocka_unit_test(large), cmocka_unit_test(limits),
    };
    heap_begin(&source);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
