/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC of each core: end of interrupt, messages to other cores, timer. */
#pragma once

#include <core/types.h>

/* Boot core: find the APIC (mode, address). */
void apic_detect(void);
/* Each core: enable its APIC. */
void apic_enable(void);
uint32_t apic_id(void);
/* Physical address of the registers, or 0 if they are not memory. */
paddr apic_base(void);

/* Starting another core (processor manual, volume 3, "MP initialization"). */
void apic_send_init(uint32_t target);
void apic_send_startup(uint32_t target, unsigned page);
/* The interrupt being handled is taken: the APIC may deliver others. */
void apic_end_of_interrupt(void);
/* An ordinary interrupt to a core, perhaps this one. */
void apic_send_fixed(uint32_t target, unsigned vector);
/* A non-maskable interrupt to all other cores. */
void apic_send_nmi_others(void);

/* Is an interrupt with a vector of [first, last] requested but not taken? Reads whole
 * registers of 32 vectors. */
bool apic_requested(unsigned first, unsigned last);

/* The APIC's countdown, for calibration. */
void apic_timer_start(uint32_t count);
uint32_t apic_timer_left(void);
/* Let the timer raise VECTOR_TIMER: when the count ends, or by deadline. */
void apic_timer_enable(bool deadline);
