/* SPDX-License-Identifier: BSD-2-Clause */
/* ChaCha20 against the vectors of RFC 8439, and that random bytes do not come twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <null/chacha.h>
#include <null/random.h>

/* Section 2.3.2. */
static void test_block(void **state)
{
    const uint8_t expected[] = {
        0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
        0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
        0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
        0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
        0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e,
    };
    const uint8_t nonce_bytes[12] = {0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0};
    uint8_t key_bytes[32];
    uint32_t key[CHACHA_KEY], nonce[CHACHA_NONCE], block[CHACHA_BLOCK];

    (void)state;
    for (unsigned i = 0; i < sizeof(key_bytes); i++)
        key_bytes[i] = (uint8_t)i;
    memcpy(key, key_bytes, sizeof(key));
    memcpy(nonce, nonce_bytes, sizeof(nonce));
    chacha_block(key, 1, nonce, block);
    assert_memory_equal(block, expected, sizeof(expected));
}

static void test_differs(void **state)
{
    uint8_t first[1000], second[1000];

    (void)state;
    random_begin();
    random_bytes(first, sizeof(first));
    random_bytes(second, sizeof(second));
    assert_memory_not_equal(first, second, sizeof(first));
    assert_memory_not_equal(first, first + 500, 500);
    random_stir("x", 1);
    random_bytes(first, sizeof(first));
    assert_memory_not_equal(first, second, sizeof(first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block),
        cmocka_unit_test(test_differs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
