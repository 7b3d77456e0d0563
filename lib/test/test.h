/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the kernel, as root tasks that print TAP. An image is some files of tests
 * linked together:
 *
 *   TEST("endpoint: a message arrives") { CHECK_EQ(1 + 1, 2); }
 *   TEST_CORES(2, "endpoint: a message crosses cores") { ... }
 *
 * Each test runs in a thread of its own on core 0 at TEST_PRIORITY, with the root
 * task's capabilities. Whatever it takes from the allocator (test/alloc.h) and
 * thread_make is destroyed after it. The first failed check ends it. A test that takes
 * too long is stopped, and the next one begins.
 */
#pragma once

#include <abi/fault.h>
#include <test/alloc.h>
#include <test/ipc.h>
#include <test/memory.h>
#include <test/print.h>
#include <test/thread.h>
#include <test/vspace.h>

enum {
    TEST_PRIORITY = 100,
    TEST_TIMEOUT_MS = 20000,
    TEST_TICK_MS = 100
};

struct test {
    const char *title;
    void (*run)(void);
    unsigned cores; /* skipped on a machine with fewer */
};

#define TEST_JOIN_(a, b) a##b
#define TEST_JOIN(a, b) TEST_JOIN_(a, b)
#define TEST_TEXT_(a) #a
#define TEST_TEXT(a) TEST_TEXT_(a)

/* Pointers to tests are listed by assembly, which compilers leave in its order. */
#define TEST_CORES(count, name)                                                    \
    static void TEST_JOIN(test_, __LINE__)(void);                                  \
    __attribute__((used)) static const struct test TEST_JOIN(entry_, __LINE__) = { \
        name, TEST_JOIN(test_, __LINE__), count};                                  \
    __asm__(".pushsection tests, \"a\"\n\t.quad entry_" TEST_TEXT(__LINE__)           \
            "\n\t.popsection");                                                     \
    static void TEST_JOIN(test_, __LINE__)(void)
#define TEST(name) TEST_CORES(1, name)

/* Runs every test of the image; returns 0 if all passed, else 1. */
unsigned run_tests(void);

/* Ends the test as failed, from any thread of the root task's address space. */
_Noreturn void test_fail(const char *file, int line, const char *what, uint64_t got,
                         uint64_t wanted);

/* Ends the test as skipped. */
_Noreturn void test_skip(const char *why);

#define CHECK(condition)                                                           \
    do {                                                                           \
        if (!(condition))                                                          \
            test_fail(__FILE__, __LINE__, #condition, 0, 1);                       \
    } while (0)

#define CHECK_EQ(got, wanted)                                                      \
    do {                                                                           \
        uint64_t got_ = (uint64_t)(got), wanted_ = (uint64_t)(wanted);             \
        if (got_ != wanted_)                                                       \
            test_fail(__FILE__, __LINE__, #got " == " #wanted, got_, wanted_);     \
    } while (0)

/* The call returns the error code. */
#define CHECK_ERR(call, code) CHECK_EQ(call, code)
#define CHECK_OK(call) CHECK_EQ(call, ERROR_NONE)

/* The call fails with a code, and word 0 (and 1) of the answer says more. */
#define CHECK_ERR1(call, code, word0)                                              \
    do {                                                                           \
        CHECK_EQ(call, code);                                                      \
        CHECK_EQ(error_word(0), word0);                                            \
    } while (0)
#define CHECK_RANGE(call, low, high)                                               \
    do {                                                                           \
        CHECK_EQ(call, ERROR_RANGE);                                               \
        CHECK_EQ(error_word(0), low);                                              \
        CHECK_EQ(error_word(1), high);                                             \
    } while (0)
#define CHECK_LOOKUP(call, is_source, failure)                                     \
    do {                                                                           \
        CHECK_EQ(call, ERROR_FAILED_LOOKUP);                                       \
        CHECK_EQ(error_word(0), is_source);                                        \
        CHECK_EQ(error_word(1), failure);                                          \
    } while (0)
