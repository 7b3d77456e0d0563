/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests in native programs: results are printed as TAP subtests (tests(1) prints the
 * program's own result), straight to the kernel's serial port. main ends with
 * `return tap_end();`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One result. Returns `good`. */
bool tap_ok(bool good, const char *name, ...) __attribute__((format(printf, 2, 3)));
/* One result; says what came instead. */
bool tap_is(int64_t got, int64_t expected, const char *name, ...)
    __attribute__((format(printf, 3, 4)));
/* A remark. */
void tap_say(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* The plan; returns 0 if all was good, and there was at least one result. */
int tap_end(void);

/* Bytes that differ from place to place and from seed to seed. */
void tap_fill(void *data, size_t count, uint32_t seed);
/* The place of the first byte that is not as tap_fill made it, or -1. `from` is the place
 * of data[0] in what was filled. */
int64_t tap_check(const void *data, size_t count, uint32_t seed, size_t from);

/* Starts a program with these arguments (a list that ends with null), with descriptors 0
 * to 2 as far as there are some; returns its pid. */
int tap_spawn(char *const arguments[]);
/* Waits until this service is in /srv. False: the process that should serve it ended. */
bool tap_await(const char *service, int pid);
/* Kills the process and waits for it; returns its status. */
int tap_kill(int pid);
