/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP output of the process server's own tests, which boot in its place. */
#pragma once

#include <stdbool.h>

#include <boot/log.h>

/* Fails the test that is running; the first failure is told. */
bool check_that(bool holds, const char *what, int line);
#define CHECK(condition) check_that((condition), #condition, __LINE__)

struct test {
    const char *name;
    void (*run)(void);
};

/* Runs them, with a check of all counts after each; the number that failed. */
int check_all(const struct test *tests, unsigned count);
