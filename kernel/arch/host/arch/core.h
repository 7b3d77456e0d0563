/* SPDX-License-Identifier: BSD-2-Clause */
/* The dummy CPU's own part of struct core. */
#pragma once

#include <core/types.h>

struct arch_core {
    ticks deadline;             /* of the timer, ~0: none */
    struct tcb *loaded;         /* whose registers and address space it has */
};
