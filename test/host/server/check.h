/* SPDX-License-Identifier: BSD-2-Clause */
/* What the unit tests of lib/server have in common: a toy server, and user 1000 of it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "toy.h"

#include <util/errno.h>
#include <util/mode.h>

/* Flags of opening. */
enum {
    RW = UXRT_READ | UXRT_WRITE,
    MAKE = RW | UXRT_CREATE,
};
enum { ROOT = ROOT_FILE, A = FIRST_FILE, B, C, D };

extern uint64_t user, admin;    /* badges: of uid 1000, gid 100; and of uid 0 */

int check_setup(void **state);
int check_teardown(void **state);

#define CHECK(test) cmocka_unit_test_setup_teardown(test, check_setup, check_teardown)

/* The bytes that the last read got. */
#define assert_got(text) assert_memory_equal(fake.memory, text, strlen(text))

struct uxrt_stat check_stat(uint64_t badge, uint32_t file);
int64_t check_set_mode(uint64_t badge, uint32_t file, uint32_t mode);
int64_t check_mkdir(uint64_t badge, uint32_t base, const char *name, uint32_t mode);
