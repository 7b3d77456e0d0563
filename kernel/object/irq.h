/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts as capabilities: IRQControl and IRQHandler (manual, "Hardware I/O"). */
#pragma once

#include <api/invocation.h>

enum irq_state { IRQ_FREE, IRQ_ISSUED, IRQ_RESERVED };

/* An interrupt arrived at this core: mask it and signal its notification. Inside the gate. */
void irq_deliver(word irq);
bool irq_is_issued(word irq);
/* The kernel keeps this interrupt for itself (timer, inter-processor). Boot only. */
void irq_reserve(word irq);
/* Create the handler capability of a checked, free interrupt (exclusion or lock). */
void irq_issue(word irq, struct slot *parent, struct slot *dest);
void irq_handler_finalise(struct cap cap);

enum outcome irq_control_decode(struct invocation *inv);
enum outcome irq_handler_decode(struct invocation *inv);
/* Labels of IRQControl that belong to the processor; implemented by the architecture. */
enum outcome arch_irq_control_decode(struct invocation *inv);
