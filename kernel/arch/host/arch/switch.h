/* SPDX-License-Identifier: BSD-2-Clause */
/* Switching threads on the fast path. */
#pragma once

#include <core/core.h>

static inline void context_copy_message(struct context *to, const struct context *from,
                                        word length)
{
    if (length > 0)
        to->r10 = from->r10;
    if (length > 1)
        to->r8 = from->r8;
    if (length > 2)
        to->r9 = from->r9;
    if (length > 3)
        to->r15 = from->r15;
}

static inline void copy_words(word *to, const word *from, word count)
{
    for (word i = 0; i < count; i++)
        to[i] = from[i];
}

static inline void arch_fast_switch(struct core *self, struct tcb *t)
{
    self->arch.loaded = t;
}

static inline void arch_fast_stay(struct core *self, struct tcb *t)
{
    (void)self;
    (void)t;
}
