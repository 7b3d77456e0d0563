/* SPDX-License-Identifier: BSD-2-Clause */
/* Primitives of the dummy CPU used by generic code. */
#pragma once

#include <arch/host.h>

static inline struct core *this_core(void) { return host.self; }
static inline void cpu_relax(void) { host.pause(HOST_SPIN); }

static inline ticks arch_now(void)
{
    host.pause(HOST_CLOCK);
    return host.now;
}
