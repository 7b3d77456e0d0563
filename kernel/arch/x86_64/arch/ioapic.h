/* SPDX-License-Identifier: BSD-2-Clause */
/* The I/O APICs: they turn interrupt pins into vectors. Implemented in plat/pc. */
#pragma once

#include <core/types.h>

/* Boot: an I/O APIC exists at this address. Masks all its pins. */
void ioapic_add(paddr base);

unsigned ioapic_count(void);
unsigned ioapic_pins(unsigned ioapic);

/* Pin `pin` raises interrupt `irq` on the boot core from now on; it is masked until
 * arch_irq_mask(irq, false). level: level-triggered; low: active when low. */
void ioapic_route(unsigned ioapic, unsigned pin, bool level, bool low, word irq);

/* An interrupt with a user's vector came: may it be delivered? Masks its pin if need be,
 * so that it can be acknowledged at the APIC afterwards. */
bool ioapic_arrived(word irq);
