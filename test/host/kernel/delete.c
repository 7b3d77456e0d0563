/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deleting what contains itself: CNodes in CNodes, threads that hold the CNode that holds
 * them. Afterwards all memory must be free again. With and without an interrupt that
 * waits at every preemption point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "invariants.h"
#include "machine.h"
#include "user.h"

enum { MEMORY = 128, FIRST = 130, RADIX = 3, MEMORY_BITS = 17 };

static unsigned objects_before;

/* Untyped memory in slot MEMORY; objects begin at slot FIRST. */
static int begin(void **state)
{
    (void)state;
    machine_reset();
    host.interrupt = false;
    invariants_check();
    objects_before = objects_count();
    root_retype(root_untyped(MEMORY_BITS), OBJECT_UNTYPED, MEMORY_BITS, MEMORY, 1);
    return 0;
}

/* Revoking the memory leaves nothing, and all of it can be used again. */
static void all_is_free(void)
{
    assert_int_equal(root_revoke(MEMORY), ERROR_NONE);
    invariants_check();
    assert_int_equal(objects_count(), objects_before);
    assert_int_equal(root_retype(MEMORY, OBJECT_UNTYPED, MEMORY_BITS, FIRST, 1),
                     ERROR_NONE);
    invariants_check();
    assert_int_equal(root_delete(MEMORY), ERROR_NONE);
    assert_int_equal(root_delete(FIRST), ERROR_NONE);
    invariants_check();
}

static void nodes(word count)
{
    assert_int_equal(root_retype(MEMORY, OBJECT_CNODE, RADIX, FIRST, count), ERROR_NONE);
}

/* Move the capability in a slot of the root CNode into the CNode in another slot. */
static enum error_code move(word from, word node, word index)
{
    word words[] = {index, RADIX, from, 64}, root = ROOT_SLOT_CNODE;
    return root_invoke(node, INVOKE_CNODE_MOVE, 4, words, 1, &root);
}

static enum error_code copy(word from, word to)
{
    word words[] = {to, 64, from, 64, RIGHTS_ALL}, root = ROOT_SLOT_CNODE;
    return root_invoke(ROOT_SLOT_CNODE, INVOKE_CNODE_COPY, 5, words, 1, &root);
}

static void node_in_itself(void **state)
{
    (void)state;
    nodes(1);
    assert_int_equal(move(FIRST, FIRST, 5), ERROR_NONE);
    invariants_check();
    all_is_free();
}

static void two_in_each_other(void **state)
{
    (void)state;
    nodes(2);
    assert_int_equal(move(FIRST + 1, FIRST, 1), ERROR_NONE);
    /* the second is reached through the first; put the first into it */
    word words[] = {1 << 3 | 2, 6, FIRST, 64}, root = ROOT_SLOT_CNODE;
    root_invoke(FIRST, INVOKE_CNODE_MOVE, 4, words, 1, &root);
    invariants_check();
    all_is_free();
}

static void copies_in_each_other(void **state)
{
    (void)state;
    nodes(2);
    copy(FIRST, FIRST + 10);
    copy(FIRST + 1, FIRST + 11);
    assert_int_equal(move(FIRST + 10, FIRST + 1, 7), ERROR_NONE);
    assert_int_equal(move(FIRST + 11, FIRST, 0), ERROR_NONE);
    invariants_check();
    assert_int_equal(root_delete(FIRST), ERROR_NONE);
    invariants_check();
    assert_int_equal(root_delete(FIRST + 1), ERROR_NONE);
    invariants_check();
    all_is_free();
}

/* A chain of CNodes, each holding the next; the last one holds the first. */
static void long_cycle(void **state)
{
    enum { LENGTH = 60 };

    (void)state;
    nodes(LENGTH);
    copy(FIRST, FIRST + LENGTH);
    assert_int_equal(move(FIRST + LENGTH, FIRST + LENGTH - 1, 3), ERROR_NONE);
    for (word i = LENGTH - 1; i > 0; i--)
        assert_int_equal(move(FIRST + i, FIRST + i - 1, i % 8), ERROR_NONE);
    invariants_check();
    assert_int_equal(root_delete(FIRST), ERROR_NONE);
    invariants_check();
    all_is_free();
}

/* A thread whose CSpace is a CNode that holds the thread's last capability. */
static void thread_in_its_space(void **state)
{
    word words[] = {0, 0}, caps[] = {0, FIRST, ROOT_SLOT_VSPACE};

    (void)state;
    nodes(1);
    assert_int_equal(root_retype(MEMORY, OBJECT_TCB, 0, FIRST + 1, 1), ERROR_NONE);
    assert_int_equal(root_invoke(FIRST + 1, INVOKE_TCB_SET_SPACE, 2, words, 3, caps),
                     ERROR_NONE);
    assert_int_equal(move(FIRST + 1, FIRST, 6), ERROR_NONE);
    assert_int_equal(root_delete(FIRST), ERROR_NONE);
    invariants_check();
    all_is_free();
}

/* --- random graphs ----------------------------------------------------------------- */

static void random_move(word from)
{
    word node = FIRST + (word)rand() % 12, index = (word)rand() % 8;

    if (rand() % 2)
        copy(from, FIRST + 12 + (word)rand() % 12);
    move(rand() % 2 ? from : FIRST + 12 + (word)rand() % 12, node, index);
}

static void set_space(word tcb)
{
    word words[] = {0, 0}, caps[] = {0, FIRST + (word)rand() % 12, ROOT_SLOT_VSPACE};
    root_invoke(tcb, INVOKE_TCB_SET_SPACE, 2, words, 3, caps);
}

static void random_graph(bool interrupts)
{
    nodes(8);
    root_retype(MEMORY, OBJECT_TCB, 0, FIRST + 8, 4);
    for (int i = 0; i < 60; i++) {
        word slot = FIRST + (word)rand() % 24;
        if (rand() % 8 == 0)
            set_space(FIRST + 8 + (word)rand() % 4);
        else
            random_move(slot);
        if (rand() % 12 == 0) {
            host.interrupt = interrupts;
            root_delete(slot);
            host.interrupt = false;
        }
        invariants_check();
    }
    host.interrupt = interrupts;
    all_is_free();
    host.interrupt = false;
}

static void random_graphs(void **state)
{
    for (unsigned seed = 0; seed < 150; seed++) {
        srand(seed);
        begin(state);
        random_graph(seed & 1);
    }
}

/* The cycles above, with an interrupt at each preemption point. */
static void interrupted(void **state)
{
    void (*const tests[])(void **) = {
        node_in_itself, two_in_each_other, copies_in_each_other, long_cycle,
        thread_in_its_space,
    };

    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        begin(state);
        host.interrupt = true;
        tests[i](state);
        host.interrupt = false;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(node_in_itself, begin),
        cmocka_unit_test_setup(two_in_each_other, begin),
        cmocka_unit_test_setup(copies_in_each_other, begin),
        cmocka_unit_test_setup(long_cycle, begin),
        cmocka_unit_test_setup(thread_in_its_space, begin),
        cmocka_unit_test(interrupted),
        cmocka_unit_test(random_graphs),
    };

    machine_start(2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
