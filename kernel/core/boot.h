/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making the root task: its image, capabilities and boot information (manual, "System
 * Bootstrapping"). The architecture boots the machine, calls boot_root_task() on one
 * core, and then core_start() on each.
 */
#pragma once

#include <core/boot_memory.h>
#include <core/cap.h>

struct core;
struct tcb;

/* Reserve `module`, the root task's ELF file, before; it is released here.
 * device_top: end of the physical addresses that devices may have. */
void boot_root_task(struct core *self, struct region module, paddr device_top);

/* Put a capability into the next free slot of the root CNode. Returns the slot. */
struct slot *boot_provide(struct cap cap);

/* --- from the architecture ------------------------------------------------------ */

/* Capabilities of its own in their fixed slots (enum root_slot); called first. */
void arch_boot_caps(struct slot *slots);
/* The root task's address space: its root goes to ROOT_SLOT_VSPACE, and tables that
 * cover [start, end) to boot_provide(), the largest first. */
void arch_boot_space(struct slot *slots, word start, word end);
/* Map a page there for reading, writing and executing; returns its frame capability. */
struct cap arch_boot_map(word address, paddr page);
/* Registers of a thread that begins at `entry` with one argument. */
void arch_boot_registers(struct tcb *t, word entry, word argument);
/* Write the extra chunks of boot information (abi/bootinfo.h), or only tell their
 * length when buffer is null. */
word arch_boot_chunks(void *buffer);
