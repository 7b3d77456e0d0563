/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/util/print.c against the host's snprintf, and its own limits. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <util/print.h>

#define SAME(...) \
    do { \
        char a[128], b[128]; \
        int length = snprintf(b, sizeof(b), __VA_ARGS__); \
        assert_int_equal(print(a, sizeof(a), __VA_ARGS__), length); \
        assert_string_equal(a, b); \
    } while (0)

static void numbers(void **state)
{
    (void)state;
    SAME("%d %d %d", 0, -1, INT_MIN);
    SAME("%u %x %X %o", 4000000000u, 0xdeadbeef, 0xdeadbeef, 0777);
    SAME("%ld %lu %lx", LONG_MIN, ULONG_MAX, ULONG_MAX);
    SAME("%lld %llu %llx", LLONG_MIN, ULLONG_MAX, ULLONG_MAX);
    SAME("%zu", (size_t)-1);
    SAME("[%5d] [%-5d] [%05d] [%05d] [%2d]", 42, 42, 42, -42, 12345);
    SAME("[%8x] [%08x] [%-8x] [%016llx]", 0xab, 0xab, 0xab, 0x1234567890ull);
    SAME("[%*d]", 7, 3);
    SAME("%p", (void *)0x1234);
}

static void texts(void **state)
{
    (void)state;
    SAME("%s|%5s|%-5s|%.2s|%.*s", "abc", "ab", "ab", "abcdef", 3, "abcdef");
    SAME("%c%c%%", 'x', 'y');
    SAME("[%3c]", 'x');
    SAME("no field");
}

static void short_buffers(void **state)
{
    char buffer[8] = "-------";

    (void)state;
    assert_int_equal(print(buffer, 4, "%d", 123456), 6);
    assert_string_equal(buffer, "123");
    assert_int_equal(buffer[4], '-');
    assert_int_equal(print(NULL, 0, "%s", "abc"), 3);
    assert_int_equal(print(buffer, 1, "%s", "abc"), 3);
    assert_string_equal(buffer, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers), cmocka_unit_test(texts),
        cmocka_unit_test(short_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
