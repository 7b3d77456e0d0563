/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting the other processor cores. */
#pragma once

#include <core/types.h>

/* Boot core: start those with these APIC ids (its own may be among them) and count
 * them in core_count. They wait until smp_release(). */
void smp_start(const uint32_t *apic_ids, unsigned count);
/* They begin to schedule. */
void smp_release(void);

/* Prepare cores[id], which is the calling core: descriptors, control registers, APIC,
 * idle thread. */
void core_setup(unsigned id);
