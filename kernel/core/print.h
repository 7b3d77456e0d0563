/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel messages on the console. kprintf() knows %d %u %x %lx %lu %ld %p %s %c %% and
 * field widths with or without a leading 0; it does nothing without CONFIG_PRINTING.
 */
#pragma once

#include <stdarg.h>

#include <core/types.h>

#define kprintf(...) \
    do { \
        if (CONFIG_PRINTING) \
            print(__VA_ARGS__); \
    } while (0)

/* Prints in every configuration: for panics. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* From now on print without waiting for another core to finish its line. */
void print_unlocked(void);

/* The platform's console. */
void console_init(void);
void console_put(char c);
