/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/util/string.c against the host's functions: all small sizes and distances, and
 * random larger ones. meson renames the functions under test to util_NAME.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void *util_memcpy(void *restrict to, const void *restrict from, size_t size);
void *util_memmove(void *to, const void *from, size_t size);
void *util_memset(void *to, int byte, size_t size);
int util_memcmp(const void *a, const void *b, size_t size);
void *util_memchr(const void *from, int byte, size_t size);
size_t util_strlen(const char *text);
size_t util_strnlen(const char *text, size_t size);
int util_strcmp(const char *a, const char *b);
int util_strncmp(const char *a, const char *b, size_t size);
char *util_strchr(const char *text, int byte);
char *util_strrchr(const char *text, int byte);

enum { ROOM = 512 };
static unsigned char mine[ROOM], theirs[ROOM], source[ROOM];

static void fill(void)
{
    for (unsigned i = 0; i < ROOM; i++) {
        mine[i] = theirs[i] = (unsigned char)rand();
        source[i] = (unsigned char)rand();
    }
}

static void copies(void **state)
{
    (void)state;
    for (unsigned size = 0; size < 200; size++) {
        for (unsigned shift = 0; shift < 9; shift++) {
            fill();
            assert_ptr_equal(util_memcpy(mine + shift, source + 3, size), mine + shift);
            memcpy(theirs + shift, source + 3, size);
            assert_memory_equal(mine, theirs, ROOM);
        }
    }
}

static void moves(void **state)
{
    (void)state;
    for (unsigned size = 0; size < 130; size++) {
        for (unsigned to = 0; to < 150; to += 1 + to / 20) {
            fill();
            assert_ptr_equal(util_memmove(mine + to, mine + 70, size), mine + to);
            memmove(theirs + to, theirs + 70, size);
            assert_memory_equal(mine, theirs, ROOM);
        }
    }
}

static void sets(void **state)
{
    (void)state;
    for (unsigned size = 0; size < 200; size++) {
        fill();
        assert_ptr_equal(util_memset(mine + 5, -7, size), mine + 5);
        memset(theirs + 5, -7, size);
        assert_memory_equal(mine, theirs, ROOM);
    }
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void compares(void **state)
{
    (void)state;
    for (unsigned size = 0; size < 100; size++) {
        fill();
        memcpy(mine, source, size);
        assert_int_equal(util_memcmp(mine, source, size), 0);
        for (unsigned i = 0; i < size; i++) {
            mine[i] = (unsigned char)(source[i] + 1 + rand() % 255);
            assert_int_equal(sign(util_memcmp(mine, source, size)),
                sign(memcmp(mine, source, size)));
            mine[i] = source[i];
        }
        for (unsigned i = 0; i < size; i++)
            assert_ptr_equal(util_memchr(mine, source[i], size),
                memchr(mine, source[i], size));
        assert_ptr_equal(util_memchr(mine, 'x', size), memchr(mine, 'x', size));
    }
}

static void strings(void **state)
{
    static const char *const texts[] = { "", "a", "ab", "abc", "b", "\xff", "abcabc",
        "abd" };
    const unsigned count = sizeof(texts) / sizeof(*texts);

    (void)state;
    for (unsigned i = 0; i < count; i++) {
        const char *a = texts[i];

        assert_int_equal(util_strlen(a), strlen(a));
        assert_int_equal(util_strnlen(a, 2), strnlen(a, 2));
        assert_ptr_equal(util_strchr(a, 'b'), strchr(a, 'b'));
        assert_ptr_equal(util_strchr(a, 0), strchr(a, 0));
        assert_ptr_equal(util_strrchr(a, 'a'), strrchr(a, 'a'));
        for (unsigned j = 0; j < count; j++) {
            const char *b = texts[j];

            assert_int_equal(sign(util_strcmp(a, b)), sign(strcmp(a, b)));
            for (unsigned n = 0; n < 5; n++)
                assert_int_equal(sign(util_strncmp(a, b, n)), sign(strncmp(a, b, n)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies), cmocka_unit_test(moves), cmocka_unit_test(sets),
        cmocka_unit_test(compares), cmocka_unit_test(strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
