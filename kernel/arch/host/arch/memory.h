/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory of the dummy machine is one range of the test's own memory. */
#pragma once

#include <arch/host.h>

static inline void *phys_to_virt(paddr p) { return host.memory + p; }
static inline paddr virt_to_phys(const void *v)
{
    return (paddr)((const char *)v - host.memory);
}
