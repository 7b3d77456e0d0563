/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

uint64_t user, admin;

int check_setup(void **state)
{
    (void)state;
    toy_begin();
    user = fake_connect(1, 1000, 100);
    admin = fake_connect(2, 0, 0);
    return 0;
}

int check_teardown(void **state)
{
    (void)state;
    toy_end();
    return 0;
}

struct uxrt_stat check_stat(uint64_t badge, uint32_t file)
{
    struct uxrt_stat stat;

    assert_int_equal(fake_get(badge, file, ATTR_STAT, 0, sizeof(stat)), sizeof(stat));
    memcpy(&stat, fake.memory, sizeof(stat));
    return stat;
}

int64_t check_set_mode(uint64_t badge, uint32_t file, uint32_t mode)
{
    struct uxrt_change change = { .what = UXRT_SET_MODE, .mode = mode };

    return fake_set(badge, file, ATTR_SET, 0, &change, sizeof(change));
}

int64_t check_mkdir(uint64_t badge, uint32_t base, const char *name, uint32_t mode)
{
    return fake_names(badge, base, ATTR_MKDIR, 0, &mode, name, NULL);
}
