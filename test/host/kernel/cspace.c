/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-up of capability addresses, against examples and against a slow second version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <abi/error.h>
#include <object/cnode.h>

#include "machine.h"

enum { NODES = 6, RADIX_MAX = 4 };

static _Alignas(512) struct slot nodes[NODES][1 << RADIX_MAX];
static struct cap root;

static struct cap node_cap(unsigned i, word radix, word guard, word size)
{
    return cap_cnode(nodes[i], radix, guard & MASK(size), size);
}

static struct cap leaf(word number)
{
    return cap_make(CAP_NOTIFICATION, number * 64, 0, number);
}

static const struct lookup_error *error(void)
{
    return &host.self->error->lookup;
}

static void one_level(void **state)
{
    word left = 99;

    (void)state;
    memset(nodes, 0, sizeof(nodes));
    root = node_cap(0, 4, 0, 60);
    for (word i = 0; i < 16; i++) {
        assert_ptr_equal(cspace_resolve(root, i, 64, &left), &nodes[0][i]);
        assert_int_equal(left, 0);
    }
    assert_null(cspace_resolve(root, 16, 64, &left));
    assert_int_equal(error()->type, LOOKUP_GUARD_MISMATCH);
    assert_int_equal(error()->bits_left, 64);
    assert_int_equal(error()->bits_found, 60);
    assert_int_equal(error()->guard, 0);
}

static void two_levels(void **state)
{
    word left;

    (void)state;
    memset(nodes, 0, sizeof(nodes));
    root = node_cap(0, 4, 0, 0);
    nodes[0][5].cap = node_cap(1, 3, 6, 3);
    nodes[0][6].cap = leaf(1);
    /* slot 5, guard 110, index 101 */
    assert_ptr_equal(cspace_resolve(root, 0x175, 10, &left), &nodes[1][5]);
    assert_int_equal(left, 0);
    /* the same with a bit too few and with one more */
    assert_null(cspace_resolve(root, 0x175 >> 1, 9, &left));
    assert_int_equal(error()->type, LOOKUP_DEPTH_MISMATCH);
    assert_int_equal(error()->bits_left, 5);
    assert_int_equal(error()->bits_found, 6);
    assert_ptr_equal(cspace_resolve(root, 0x175 << 1, 11, &left), &nodes[1][5]);
    assert_int_equal(left, 1);
    /* a walk stops at what is no CNode */
    assert_ptr_equal(cspace_resolve(root, 6 << 6, 10, &left), &nodes[0][6]);
    assert_int_equal(left, 6);
    assert_null(cspace_resolve(root, 0x14d, 10, &left));
    assert_int_equal(error()->type, LOOKUP_GUARD_MISMATCH);
    assert_int_equal(error()->guard, 6);
}

static void no_root(void **state)
{
    word left;

    (void)state;
    assert_null(cspace_resolve(leaf(1), 0, 64, &left));
    assert_int_equal(error()->type, LOOKUP_INVALID_ROOT);
}

/* --- a second version: bits in a string, taken from the front ---------------------- */

static word take(const char **bits, word count)
{
    word value = 0;

    for (; count > 0; count--)
        value = value * 2 + (word)(*(*bits)++ - '0');
    return value;
}

static struct slot *slow_resolve(word address, word depth, word *left)
{
    char text[65] = "";
    const char *bits = text;
    struct cap cap = root;
    struct slot *slot = NULL;

    for (word i = 0; i < depth; i++)
        text[i] = address >> (depth - 1 - i) & 1 ? '1' : '0';
    while (cap_type(cap) == CAP_CNODE && (*bits || !slot)) {
        word size = cap_cnode_guard_size(cap), radix = cap_cnode_radix(cap);
        if (size + radix > strlen(bits) || take(&bits, size) != cap_cnode_guard(cap))
            return NULL;
        slot = (struct slot *)cap_ptr(cap) + take(&bits, radix);
        cap = slot->cap;
    }
    *left = strlen(bits);
    return slot;
}

static struct cap random_cap(void)
{
    unsigned i = (unsigned)rand() % (NODES + 2);
    word size = (word)rand() % 4;

    if (i >= NODES)
        return i == NODES ? cap_null() : leaf(i);
    return node_cap(i, 1 + (word)rand() % RADIX_MAX, (word)rand(), size);
}

static void random_spaces(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        srand(round);
        for (unsigned i = 0; i < NODES << RADIX_MAX; i++)
            nodes[i >> RADIX_MAX][i % (1 << RADIX_MAX)].cap = random_cap();
        root = node_cap(0, 1 + (word)rand() % RADIX_MAX, (word)rand(), (word)rand() % 3);
        for (unsigned i = 0; i < 300; i++) {
            word depth = 1 + (word)rand() % 64, left = 0, expected_left = 0;
            word address = (word)rand() << 33 ^ (word)rand() << 5 ^ (word)rand();
            struct slot *slot = cspace_resolve(root, address, depth, &left);
            assert_ptr_equal(slot, slow_resolve(address, depth, &expected_left));
            if (slot)
                assert_int_equal(left, expected_left);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_level),
        cmocka_unit_test(two_levels),
        cmocka_unit_test(no_root),
        cmocka_unit_test(random_spaces),
    };

    machine_start(1);
    host.self = &cores[0];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
