/* SPDX-License-Identifier: BSD-2-Clause */
/* Basic types and helpers used by every part of the kernel. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <config.h>

typedef uint64_t word;      /* a machine word, a capability address, a register */
typedef uint64_t paddr;     /* a physical address */
typedef uint64_t ticks;     /* time in ticks of the time-stamp counter */

#define BIT(n)            ((word)1 << (n))
#define MASK(n)           (BIT(n) - 1)
#define ALIGN_DOWN(x, n)  ((x) & ~MASK(n))
#define ALIGN_UP(x, n)    ALIGN_DOWN((x) + MASK(n), n)
#define IS_ALIGNED(x, n)  (((x) & MASK(n)) == 0)
#define ARRAY_SIZE(a)     (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) \
    ((type *)((char *)(p) - offsetof(type, member)))

#define likely(x)         __builtin_expect(!!(x), 1)
#define unlikely(x)       __builtin_expect(!!(x), 0)
#define ALWAYS_INLINE     static inline __attribute__((always_inline))
#define NOINLINE          __attribute__((noinline))

static inline word min_word(word a, word b) { return a < b ? a : b; }
static inline word max_word(word a, word b) { return a > b ? a : b; }

/*
 * panic() prints the message and a backtrace, then stops the machine.
 * assert() is checked in debug builds only; a false one is a kernel bug.
 */
_Noreturn void panic(const char *file, int line, const char *what);

#define kpanic(what)  panic(__FILE__, __LINE__, what)
#define assert(cond) \
    do { \
        if (CONFIG_DEBUG && unlikely(!(cond))) \
            panic(__FILE__, __LINE__, "assertion failed: " #cond); \
    } while (0)
